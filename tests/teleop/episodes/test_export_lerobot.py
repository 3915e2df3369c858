"""An export is whole or absent, the same each time, and says what it left out."""

import hashlib
import json
import subprocess
import sys
from dataclasses import fields
from pathlib import Path
from typing import Any

import av
import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from saved_subtasks import save, segments

from teleop.episodes.card.describe import redescribe
from teleop.episodes.export_lerobot import LeRobot, export
from teleop.episodes.exporting.pool import Progress
from teleop.episodes.exporting.taking import Asked, Taken
from teleop.episodes.exporting.work import ExportRefused, How, export_episodes
from teleop.episodes.lerobot_v3.limits import Limits
from teleop.episodes.loading import open_episode


def tree(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture
def turns(record: Any) -> list[Path]:
    facts: list[dict[str, Any]] = [
        {"seconds": 1.37, "jitter_ns": 9_000_000, "dropped": (4, 5, 9)},
        {"seconds": 0.71, "solved": False, "prompt": "Sort by colour"},
        {"seconds": 1.03, "camera_start_ns": 250_000_000},
    ]
    return [record(episode_id=f"ep-{number}", **one).path for number, one in enumerate(facts)]


def rows_of(out: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = pq.read_table(out / "data/chunk-000/file-000.parquet").to_pylist()
    return found


def test_failed_turns_are_exported_with_their_label(turns: list[Path], tmp_path: Path) -> None:
    report = export(turns, tmp_path / "out")
    assert [(one.header.episode_id, one.verdict.solved) for one in report.exported] == [
        ("ep-0", True),
        ("ep-1", False),
        ("ep-2", True),
    ]
    assert report.excluded == ()
    rows = rows_of(report.out)
    assert len(rows) == report.rows == sum(one.rows for one in report.exported)
    assert [row["index"] for row in rows] == list(range(len(rows)))
    assert [row["next.success"] for row in rows if row["next.done"]] == [True, False, True]
    assert [row["task_index"] for row in rows if row["next.done"]] == [0, 1, 0]


def test_the_start_that_not_all_streams_saw_is_cut_and_told(turns: list[Path], tmp_path: Path) -> None:
    report = export(turns, tmp_path / "out")
    assert report.exported[2].trimmed_s == pytest.approx(0.257)
    origin = pq.read_table(report.out / "meta/provenance.parquet").to_pylist()
    assert [one["trimmed_start_s"] for one in origin] == [one.trimmed_s for one in report.exported]


def test_every_row_shows_the_newest_picture_of_its_time(
    turns: list[Path], tmp_path: Path, synthetic: Any
) -> None:
    out = export(turns, tmp_path / "out").out
    rows = rows_of(out)
    for camera in ("overview", "wrist"):
        with av.open(str(out / f"videos/observation.images.{camera}/chunk-000/file-000.mp4")) as mp4:
            shown = [synthetic.read_id(one.to_ndarray(format="gray")) for one in mp4.decode(video=0)]
        assert shown == [row[f"frame_id.{camera}"] for row in rows]
        for row in rows:
            episode = open_episode(turns[row["episode_index"]], pictures=False)
            pictures = episode.pictures[camera]
            first = episode.header.started_ns + round(
                1e9 * max(0.003, *(float(one.capture_ns[0] - episode.header.started_ns) / 1e9
                                   for one in episode.pictures.values()))
            )  # fmt: skip
            t_ns = first + row["frame_index"] * 1_000_000_000 // 30
            assert row[f"frame_id.{camera}"] == pictures.frame_id[pictures.capture_ns <= t_ns][-1]


def test_what_a_selection_cuts_out_shifts_no_picture(
    turns: list[Path], tmp_path: Path, synthetic: Any
) -> None:
    begin = synthetic.START_NS
    held = ((begin + 200_000_000, begin + 330_000_000), (begin + 610_000_000, begin + 900_000_000))
    asked = [Asked(turns[0], Taken(held, 2.0, ("recovery", "success"))), Asked(turns[1], Taken(()))]
    report = export_episodes(asked, tmp_path / "out", LeRobot())
    assert [one.reason for one in report.excluded] == [
        "no row of it lies in a range that the selection keeps"
    ]
    rows = rows_of(report.out)
    for camera in ("overview", "wrist"):
        with av.open(str(report.out / f"videos/observation.images.{camera}/chunk-000/file-000.mp4")) as mp4:
            shown = [synthetic.read_id(one.to_ndarray(format="gray")) for one in mp4.decode(video=0)]
        assert shown == [row[f"frame_id.{camera}"] for row in rows]
    assert {row["segment"] for row in rows} == {0, 1} and {row["weight"] for row in rows} == {2.0}
    assert [round(row["timestamp"] * 30) for row in rows] == list(range(len(rows)))
    (origin,) = pq.read_table(report.out / "meta/provenance.parquet").to_pylist()
    assert (origin["weight"], origin["labels"]) == (2.0, "recovery,success")
    card = (report.out / "README.md").read_text()
    assert "Chosen by a selection. Labels: recovery (1), success (1). Weights from 2 to 2" in card
    redescribe(tmp_path / "out", tmp_path / "out", (), {})
    assert (report.out / "README.md").read_text() == card


def test_where_it_comes_from_stays_with_it(turns: list[Path], tmp_path: Path) -> None:
    out = export(turns, tmp_path / "out").out
    origin = pq.read_table(out / "meta/provenance.parquet").to_pylist()
    rows = rows_of(out)
    for number, (path, one) in enumerate(zip(turns, origin, strict=True)):
        header = open_episode(path, pictures=False).header
        assert one["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
        assert (one["pseudonym"], one["consent_version"]) == ("quiet-otter", "2026-01")
        assert json.loads(one["header_json"])["turn_id"] == header.turn_id == one["turn_id"]
        assert {row["episode_uid"] for row in rows if row["episode_index"] == number} == {one["episode_uid"]}


def test_what_resampling_costs_stays_with_the_episode(turns: list[Path], tmp_path: Path) -> None:
    report = export(turns, tmp_path / "out")
    origin = pq.read_table(report.out / "meta/provenance.parquet").to_pylist()
    for one, row in zip(report.exported, origin, strict=True):
        assert len(one.figures) == 14
        assert {name: row[name] for name in one.figures} == one.figures
        assert 0 < one.figures["picture_age_p95_s/wrist"] <= one.figures["picture_age_max_s/wrist"] < 0.12
        assert 1 <= one.figures["copied_pictures/wrist"] <= one.rows
    whole = export(turns[:1], tmp_path / "anew", how=How())
    assert whole.exported[0].figures == report.exported[0].figures


def test_the_streams_lie_beside_the_rows_at_their_full_rate(
    turns: list[Path], record: Any, tmp_path: Path
) -> None:
    asked = [*turns[:2], record(episode_id="no-inputs", with_inputs=False, seconds=0.5).path]
    out = export(asked, tmp_path / "out").out
    for name in ("observations", "actions", "inputs"):
        file = pq.ParquetFile(out / f"full_rate/{name}.parquet")
        assert file.num_row_groups == 3
        table = file.read()
        for number, path in enumerate(asked):
            stream = getattr(open_episode(path, pictures=False), name)
            mine = table.filter(pc.equal(table["episode_index"], number))
            assert mine.column_names == ["episode_index", *(field.name for field in fields(stream))]
            for field in fields(stream):
                expected = getattr(stream, field.name)
                found = mine[field.name].to_pylist()
                if isinstance(expected, tuple):
                    assert found == [list(one) if isinstance(one, tuple) else one for one in expected]
                else:
                    given = np.array(found, dtype=expected.dtype).reshape(expected.shape)
                    assert np.array_equal(given, expected, equal_nan=expected.dtype.kind == "f"), field.name


def test_small_limits_make_many_files_and_chunks(turns: list[Path], tmp_path: Path) -> None:
    small = Limits(data_bytes=6_000, video_bytes=1_000, files_per_chunk=2)
    report = export_episodes(turns, tmp_path / "out", LeRobot(limits=small))
    assert len(list((report.out / "data").rglob("*.parquet"))) == 3
    assert (report.out / "data/chunk-001/file-000.parquet").exists()
    assert (report.out / "videos/observation.images.wrist/chunk-001/file-000.mp4").exists()
    assert (report.out / "meta/episodes/chunk-001/file-000.parquet").exists()


def test_twice_the_same_bytes(turns: list[Path], tmp_path: Path) -> None:
    first = export(turns, tmp_path / "a").out
    second = export(turns, tmp_path / "b").out
    assert tree(first) == tree(second)
    assert len(tree(first)) == 19


@pytest.mark.system
def test_any_number_of_workers_writes_the_same_bytes(
    turns: list[Path], episodes: Path, tmp_path: Path
) -> None:
    (episodes / "broken.mcap").write_bytes(b"broken")
    save(turns[1], ("a", segments((0, "reach"), (200, "grasp"), length_ms=700), False))
    asked = [turns[2], episodes / "broken.mcap", turns[0], turns[0], turns[1]]
    heard: list[Progress] = []
    alone = export(asked, tmp_path / "a")
    several = export(asked, tmp_path / "b", how=How(workers=2, on_progress=heard.append))
    assert tree(alone.out) == tree(several.out)
    assert (alone.exported, alone.excluded) == (several.exported, several.excluded)
    assert (heard[-1].done, heard[-1].total) == (5, 5)
    assert heard[-1].pictures >= 2 * alone.rows


@pytest.mark.system
def test_an_export_that_is_killed_goes_on_to_the_same_bytes(turns: list[Path], tmp_path: Path) -> None:
    out = tmp_path / "killed"
    code = (
        "import sys; from pathlib import Path; from teleop.episodes.export_lerobot import *\n"
        "if __name__ == '__main__':\n"
        "    say = lambda now: now.done and print('done', flush=True)\n"
        "    paths = [Path(one) for one in sys.argv[2:]]\n"
        "    export(paths * 400, Path(sys.argv[1]), how=How(workers=2, on_progress=say))\n"
    )
    script = tmp_path / "script.py"
    script.write_text(code)
    command = [sys.executable, str(script), str(out), *map(str, turns)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, process_group=0) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"done\n"
        child.kill()
        child.stdout.read()  # ends when the last worker has ended
    work = tmp_path / ".killed.export"
    assert not out.exists()
    assert list((work / "parts").iterdir())
    with pytest.raises(ExportRefused, match="Go on with --resume"):
        export(turns, out)
    report = export(turns, out, how=How(resume=True))
    assert tree(report.out) == tree(export(turns, tmp_path / "whole").out)
    assert not work.exists()


@pytest.mark.parametrize("fps", [5, 13, 60])
def test_another_rate(turns: list[Path], tmp_path: Path, fps: int) -> None:
    report = export(turns[:1], tmp_path / "out", fps)
    rows = rows_of(report.out)
    assert len(rows) == int((1.363 - report.exported[0].trimmed_s) * fps) + 1
    assert rows[-1]["timestamp"] == pytest.approx((len(rows) - 1) / fps)


def test_what_is_left_out_is_listed_with_its_reason(
    turns: list[Path], record: Any, episodes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unjudged = record(episode_id="unjudged", judged=False).path
    blind = record(episode_id="blind", silent=("wrist",)).path
    other = record(episode_id="other", cameras=("overview",)).path
    short = record(episode_id="short", seconds=0.005, cameras=("overview", "wrist")).path
    broken = episodes / "broken.mcap"
    broken.write_bytes(b"broken")
    absent = episodes / "absent.mcap"
    asked = [turns[0], unjudged, blind, other, short, broken, absent, turns[0], turns[1]]
    report = export(asked, tmp_path / "out")
    assert [one.header.episode_id for one in report.exported] == ["ep-0", "ep-1"]
    reasons = {one.file: one.reason for one in report.excluded}
    assert len(report.excluded) == 7
    assert "no verdict (unjudged)" in reasons["unjudged.mcap"]
    assert reasons["blind.mcap"] == "nothing was recorded of: wrist"
    assert "differ from those of the first" in reasons["other.mcap"]
    assert "nothing was recorded of" in reasons["short.mcap"]
    assert "damaged" in reasons["broken.mcap"]
    assert "does not exist" in reasons["absent.mcap"]
    assert reasons["ep-0.mcap"] == "episode ep-0 is in the dataset already"
    written = json.loads((report.out / "meta/excluded.json").read_text())
    assert written == [{"file": one.file, "reason": one.reason} for one in report.excluded]


def test_an_episode_with_a_hole_is_left_out(
    turns: list[Path], episodes: Path, tmp_path: Path, synthetic: Any
) -> None:
    from teleop.episodes.container import EpisodeFile
    from teleop.episodes.format import Closing

    script = synthetic.Script(episode_id="holed")
    file = EpisodeFile(episodes / "holed.mcap", synthetic.header(script))
    for message in synthetic.messages(script):
        file.add(message)
    holed = file.seal(Closing("complete", "", 0, 4, synthetic.verdict(script))).path
    report = export([holed, turns[0]], tmp_path / "out")
    assert [one.reason for one in report.excluded] == ["4 messages were lost while it was recorded"]


def test_a_damaged_picture_leaves_no_trace_of_its_episode(
    turns: list[Path], episodes: Path, tmp_path: Path, synthetic: Any
) -> None:
    from teleop.episodes.format import Picture
    from teleop.episodes.writer import EpisodeWriter

    script = synthetic.Script(episode_id="damaged")
    writer = EpisodeWriter(episodes / "damaged.mcap", synthetic.header(script))
    for message in synthetic.messages(script):
        bad = isinstance(message, Picture) and message.camera == "wrist" and message.frame_id == 20
        writer.put(Picture("wrist", 20, message.capture_ns, 1, False, b"bad") if bad else message)
    damaged = writer.close(synthetic.verdict(script)).path
    report = export([turns[0], damaged, turns[1]], tmp_path / "with")
    assert [one.file for one in report.excluded] == ["damaged.mcap"]
    assert "camera wrist" in report.excluded[0].reason
    clean = tree(export([turns[0], turns[1]], tmp_path / "without").out)
    found = tree(report.out)
    for name in ("meta/excluded.json", "README.md", "card.json", "croissant.json", "SHA256SUMS"):
        del clean[name], found[name]
    assert found == clean
