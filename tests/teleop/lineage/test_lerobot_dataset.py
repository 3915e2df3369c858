"""Taking episodes out of a data set leaves everyone else's bits as they were, and nothing of who left."""

from hashlib import sha256
from pathlib import Path
from typing import Any

import av
import msgspec
import pyarrow.parquet as pq
import pytest
from episode_hashes import episode_hashes
from saved_subtasks import save, segments

from teleop.episodes.export_lerobot import export
from teleop.episodes.exporting.rows import episode_uid
from teleop.episodes.lerobot_v3.subtasks import PATH as SUBTASKS
from teleop.lineage.dataset_tables import DatasetRefused
from teleop.lineage.lerobot_dataset import holds, write_without

DATA, META = "data/chunk-000/file-000.parquet", "meta/episodes/chunk-000/file-000.parquet"


def test_the_kept_episodes_are_bit_identical_and_the_others_gone(place: Any, tmp_path: Path) -> None:
    before = episode_hashes(place.dataset)
    assert write_without(place.dataset, ["ep-0", "ep-2"], tmp_path / "new") == (1, 3)
    after = episode_hashes(tmp_path / "new")
    kept = {episode_uid("ep-1"), episode_uid("ep-3")}
    assert after == {uid: digest for uid, digest in before.items() if uid in kept}
    assert holds(tmp_path / "new", ["ep-0", "ep-1"]).wanted == ("ep-1",)


def test_it_reads_like_a_fresh_export_of_those_that_stay(place: Any, tmp_path: Path) -> None:
    write_without(place.dataset, ["ep-1"], tmp_path / "new")
    fresh = export([place.episodes / f"ep-{one}.mcap" for one in (0, 2, 3)], tmp_path / "fresh").out
    for name in (DATA, META, "meta/provenance.parquet", "meta/tasks.parquet"):
        assert pq.read_table(tmp_path / "new" / name).to_pylist() == pq.read_table(fresh / name).to_pylist()
    for name in ("meta/info.json", "meta/stats.json", "meta/excluded.json"):
        assert (tmp_path / "new" / name).read_bytes() == (fresh / name).read_bytes()
    for video in sorted(fresh.rglob("*.mp4")):
        with av.open(str(video)) as one, av.open(str(tmp_path / "new" / video.relative_to(fresh))) as other:
            shown = [[(p.pts, p.dts, p.duration, p.is_keyframe, bytes(p))
                      for p in mp4.demux(video=0) if p.size] for mp4 in (one, other)]  # fmt: skip
            assert shown[0] == shown[1]
            assert one.streams.video[0].frames == other.streams.video[0].frames
            assert one.streams.video[0].average_rate == other.streams.video[0].average_rate
        with av.open(str(tmp_path / "new" / video.relative_to(fresh))) as mp4:
            assert sum(1 for _ in mp4.decode(video=0)) == len(shown[0])


def test_sub_tasks_that_only_who_left_was_in_lose_their_words(place: Any, tmp_path: Path) -> None:
    for number, label in ((0, "reach"), (1, "grasp"), (3, "carry")):
        save(place.episodes / f"ep-{number}.mcap", ("a", segments((0, label), length_ms=100), False))
    whole = export([place.episodes / f"ep-{one}.mcap" for one in range(4)], tmp_path / "whole").out
    for gone, words in (
        (["ep-1"], ["none", "reach", "", "carry"]),
        (["ep-2"], ["none", "reach", "grasp", "carry"]),
    ):
        new = tmp_path / gone[0]
        write_without(whole, gone, new)
        table = pq.read_table(new / SUBTASKS).to_pydict()
        assert [text.split(" ")[0] for text in table["subtask"]] == words
        assert table["subtask_index"] == [0, 1, 2, 3]
        assert [label or text for label, text in zip(table["label"], table["subtask"], strict=True)] == words
        assert pq.read_schema(new / SUBTASKS).metadata == pq.read_schema(whole / SUBTASKS).metadata
        rows = pq.read_table(new / DATA, columns=["subtask_index"])["subtask_index"].to_pylist()
        assert all(words[number] for number in rows)


def test_the_checksums_are_those_of_the_files(place: Any, tmp_path: Path) -> None:
    new = tmp_path / "new"
    write_without(place.dataset, ["ep-1"], new)
    lines = [line.split("  ") for line in (new / "SHA256SUMS").read_text().splitlines()]
    listed = {path: digest for digest, path in lines}
    there = {path.relative_to(new).as_posix(): path for path in new.rglob("*") if path.is_file()}
    assert listed == {
        name: sha256(path.read_bytes()).hexdigest() for name, path in there.items() if name != "SHA256SUMS"
    }


def test_what_does_not_change_is_the_same_file(place: Any, tmp_path: Path) -> None:
    write_without(place.dataset, ["ep-3"], tmp_path / "new")
    for name in ("meta/tasks.parquet",):
        assert (tmp_path / "new" / name).samefile(place.dataset / name)


def test_a_data_set_is_refused_rather_than_guessed_at(place: Any, tmp_path: Path) -> None:
    with pytest.raises(DatasetRefused, match="no episode would be left"):
        write_without(place.dataset, [f"ep-{one}" for one in range(4)], tmp_path / "none")
    (place.dataset / "meta/notes.txt").write_text("ep-1 was good")
    with pytest.raises(DatasetRefused, match=r"notes\.txt names episode ep-1"):
        write_without(place.dataset, ["ep-1"], tmp_path / "noted")
    write_without(place.dataset, ["ep-2"], tmp_path / "other")
    assert (tmp_path / "other/meta/notes.txt").exists()
    info = msgspec.json.decode((place.dataset / "meta/info.json").read_bytes())
    (place.dataset / "meta/info.json").write_bytes(msgspec.json.encode(info | {"codebase_version": "v4"}))
    with pytest.raises(DatasetRefused, match="v4"):
        write_without(place.dataset, ["ep-2"], tmp_path / "newer")


def test_rows_without_uids_are_no_data_set_of_ours(place: Any) -> None:
    table = pq.read_table(place.dataset / DATA)
    pq.write_table(table.drop_columns(["episode_uid"]), place.dataset / DATA)
    with pytest.raises(DatasetRefused, match="episode_uid"):
        holds(place.dataset, ["ep-1"])
