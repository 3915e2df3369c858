"""What people saved of sub-tasks is in an export of any format: reviewed first, none where there is none."""

import json
from pathlib import Path
from typing import Any

import h5py
import pyarrow.parquet as pq
import pytest
import zarr
from saved_subtasks import save, segments
from tfrecord.reader import tfrecord_loader
from zarr.storage import LocalStore

from teleop.annotation.store import annotations_path
from teleop.episodes.card.describe import redescribe
from teleop.episodes.exporting.taking import Asked, spoken
from teleop.episodes.exporting.work import How, export_episodes
from teleop.episodes.formats import FORMATS

FPS = 20
MINE = segments((0, "reach"), (100, "grasp"), length_ms=300)
THEIRS = segments((0, "reach"), (150, "grasp"), (250, "reach"), length_ms=300)
SAID = [
    ["none", "reach for the red cube", "grasp the red cube"],
    ["none"],
    ["none"],
    ["none", "carry the red cube"],
]


@pytest.fixture
def turns(record: Any) -> list[Path]:
    """A turn that was corrected and edited after that, one without annotation, a changed file, an edit."""
    paths = [
        record(episode_id=f"ep-{at}", seconds=0.3, cameras=("wrist",), prompt=prompt).path
        for at, prompt in enumerate(("Build the tower", "Build the tower", "Sort", "Sort"))
    ]
    save(paths[0], ("a", MINE, False), ("b", THEIRS, True), ("a", MINE, False))
    save(paths[2], ("a", MINE, False))
    notes = annotations_path(paths[2])
    notes.write_bytes(notes.read_bytes().replace(b'"number":1', b'"number":7'))
    save(paths[3], ("a", segments((0, "carry"), length_ms=300), False))
    return paths


def test_lerobot_has_a_column_and_the_table_of_sentences(turns: list[Path], tmp_path: Path) -> None:
    asked = spoken([Asked(path) for path in turns], "zh")
    report = export_episodes(asked, tmp_path / "out", FORMATS["lerobot"].make(FPS), How())
    rows = pq.read_table(report.out / "data/chunk-000/file-000.parquet").to_pydict()
    sentences = pq.read_table(report.out / "meta/subtasks.parquet").to_pydict()
    assert sentences["subtask"] == ["none", "伸向红色方块", "抓住红色方块", "移动红色方块"]
    assert sentences["prompt_en"][1:] == [
        "reach for the red cube",
        "grasp the red cube",
        "carry the red cube",
    ]
    assert sentences["subtask_index"] == [0, 1, 2, 3]
    for episode, number, label, moment in zip(
        *(rows[name] for name in ("episode_index", "subtask_index", "subtask_label", "state_time")),
        strict=True,
    ):
        corrected = (2, 2) if 0.15 <= moment < 0.25 else (1, 1)
        assert (number, label) == {0: corrected, 3: (3, 4)}.get(episode, (0, -1))
    assert {1, 2} <= set(rows["subtask_index"])
    origin = pq.read_table(report.out / "meta/provenance.parquet").to_pylist()
    assert [(one["annotation_state"], one["annotation_revision"]) for one in origin] == [
        ("corrected", 2), ("none", 0), ("damaged", 0), ("unreviewed", 1),
    ]  # fmt: skip
    assert 0 < origin[0]["annotation_kappa"] < 1 and origin[0]["annotation_blind"]
    assert (origin[1]["annotation_kappa"], origin[1]["annotation_border_s"]) == (-2.0, -1.0)
    assert {(one["task"], one["language"]) for one in origin} == {(one["prompt_zh"], "zh") for one in origin}
    assert pq.read_table(report.out / "meta/tasks.parquet")["task"].to_pylist() == [origin[0]["task"]]
    card = (report.out / "README.md").read_text()
    assert "are in Chinese" in card and "prompts-1 (2)" in card
    assert "corrected (1), damaged (1), none (1), unreviewed (1)" in card
    redescribe(report.out, report.out, (), {})
    assert (report.out / "README.md").read_text() == card


@pytest.mark.parametrize("name", ["aloha", "mcap", "rlds", "robomimic", "zarr"])
def test_other_formats_have_the_numbers_and_what_they_stand_for(
    name: str, turns: list[Path], tmp_path: Path
) -> None:
    out = export_episodes(turns, tmp_path / name, FORMATS[name].make(FPS)).out
    for at, said in enumerate(SAID):
        found, numbers = READ[name](out, at)
        assert found == (said if name != "mcap" else said[1:]), at
        assert set(numbers) == (set(range(1, len(said))) or {0}) if name != "mcap" else not numbers


def test_another_annotation_makes_another_part(turns: list[Path], tmp_path: Path) -> None:
    first = export_episodes(turns[:1], tmp_path / "a", FORMATS["zarr"].make(FPS)).exported[0]
    save(turns[0], ("a", MINE, False))
    second = export_episodes(turns[:1], tmp_path / "b", FORMATS["zarr"].make(FPS)).exported[0]
    assert (first.standing.state, second.standing.state) == ("corrected", "unreviewed")
    assert first.sha256 == second.sha256


def _hdf5(group: Any) -> tuple[list[str], list[int]]:
    return [one.decode() for one in group["subtasks"][()]], group["armcade/subtask_index"][()].tolist()


def _aloha(out: Path, at: int) -> tuple[list[str], list[int]]:
    with h5py.File(out / f"episode_{at}.hdf5") as file:
        return _hdf5(file)


def _robomimic(out: Path, at: int) -> tuple[list[str], list[int]]:
    with h5py.File(out / "demonstrations.hdf5") as file:
        return _hdf5(file[f"data/demo_{at}"])


def _zarr(out: Path, at: int) -> tuple[list[str], list[int]]:
    root = zarr.open_group(LocalStore(out / "replay_buffer.zarr", read_only=True), mode="r", zarr_format=2)
    ends = [0, *root["meta/episode_ends"][:].tolist()]
    return root.attrs["subtasks"][at], root["data/subtask_index"][ends[at] : ends[at + 1]].tolist()


def _rlds(out: Path, at: int) -> tuple[list[str], list[int]]:
    (shard,) = (out / "armcade/1.0.0").glob("*.tfrecord-*")
    record = list(tfrecord_loader(str(shard), None))[at]
    numbers = record["steps/armcade/subtask_index"].tolist()
    texts = dict(zip(numbers, (bytes(one).decode() for one in record["steps/armcade/subtask"]), strict=True))
    return [texts.get(number, "none") for number in range(max(texts) + 1)], numbers


def _mcap(out: Path, at: int) -> tuple[list[str], list[int]]:
    lines = [json.loads(line) for line in (out / "subtasks.jsonl").read_text().splitlines()]
    return list(dict.fromkeys(one["subtask"] for one in lines if one["episode_id"] == f"ep-{at}")), []


READ = {"aloha": _aloha, "mcap": _mcap, "rlds": _rlds, "robomimic": _robomimic, "zarr": _zarr}
