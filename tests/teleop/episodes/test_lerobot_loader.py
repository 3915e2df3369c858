"""Readers that are not ours: LeRobot's loader with both of its decoders, and its doctor, on one export."""

import math
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pyarrow.parquet as pq
import pytest
from lerobot_loader import loaded
from saved_subtasks import save, segments

from robot_bridge.wire.commands import PoseTarget
from teleop.episodes.export_lerobot import LeRobot
from teleop.episodes.exporting.circumstances import DEVICES, LIMITS, SOURCES
from teleop.episodes.exporting.taking import Asked, Taken
from teleop.episodes.exporting.work import export_episodes
from teleop.episodes.format import Action, Input, Message, Network, Observation
from teleop.episodes.writer import EpisodeWriter

pytestmark = [pytest.mark.lerobot, pytest.mark.timeout(600)]
MS = 1_000_000
CUT_MS = 1000, 1100


def moving(phase: float) -> PoseTarget:
    """A pose of which every number changes."""
    wave = [math.sin(phase * rate) for rate in (1.0, 1.3, 1.7, 1.9, 2.3, 2.9)]
    return PoseTarget(
        0.2 + 0.05 * wave[0], 0.05 * wave[1], 0.1 + 0.02 * wave[2], *wave[3:5], 0.5 + 0.4 * wave[5]
    )


def varied(message: Message, start_ns: int) -> Message:
    """The message with other values in everything that a script leaves as it is: no column is constant."""
    if isinstance(message, Observation):
        phase = message.tick / 20
        loads = tuple(0.3 * math.sin(phase + joint) for joint in range(6))
        mode = "hold" if message.tick % 60 < 20 else "play"
        return msgspec.structs.replace(message, loads=loads, mode=mode, end_effector=moving(phase))
    if isinstance(message, Action):
        kind = message.tick // 10
        asked = None if kind % 5 == 4 else tuple(one + 0.1 for one in message.applied_rad)
        limits = (LIMITS[message.tick // 7 % len(LIMITS)],)
        return msgspec.structs.replace(
            message,
            source=SOURCES[kind % len(SOURCES)],
            limits=limits,
            requested_rad=asked,
            limited_rad=None if asked is None else tuple(one + 0.05 for one in message.applied_rad),
            speed_scale=0.5 + 0.5 * (kind % 2),
        )
    if isinstance(message, Input):
        kind = message.sequence // 12
        return msgspec.structs.replace(
            message,
            device=DEVICES[kind % len(DEVICES)],
            stick=kind % 2 == 0,
            hold_to_run=kind % 3 > 0,
            move_id=kind,
            seen_camera=("overview", "wrist")[kind % 2],
            seen_error_frames=kind % 3,
            seen_error_ns=kind % 3 * 33 * MS,
            client_us=(message.t_ns + 7) // 1000 - 10_000 - kind,
        )
    return message


def links(start_ns: int, count: int) -> list[Message]:
    """What the link was like, ten times a second."""
    return [
        Network(
            start_ns + at * 100 * MS, 0, 900_000, 0.0, (80 + at) * MS, (4 + at % 3) * MS, at % 4 * MS,
            0.01 * (at % 3), 1e6, 9e5, None, at % 5 == 4, 4, 1, 1.0,
        )
        for at in range(count)
    ]  # fmt: skip


@pytest.fixture
def dataset(tmp_path: Path, synthetic: Any) -> Path:
    """Two turns, lost pictures and a jittering camera, a failed turn; of both a selection cuts a bit out."""
    facts: list[dict[str, Any]] = [
        {"seconds": 3.7, "jitter_ns": 9 * MS, "dropped": (4, 5, 9)},
        {"seconds": 3.6, "solved": False, "prompt": "Sort by colour"},
    ]
    asked = []
    for number, one in enumerate(facts):
        script = synthetic.Script(episode_id=f"ep-{number}", **one)
        writer = EpisodeWriter(tmp_path / f"ep-{number}.mcap", synthetic.header(script))
        messages = [varied(message, synthetic.START_NS) for message in synthetic.messages(script)]
        for message in messages + links(synthetic.START_NS, 36):
            writer.put(message)
        start = synthetic.START_NS
        held = ((start, start + CUT_MS[0] * MS), (start + CUT_MS[1] * MS, start + 9_000 * MS))
        taken = Taken(held, 0.5 + number, ("success", "failure")[number : number + 1])
        asked.append(Asked(writer.close(synthetic.verdict(script)).path, taken))
        save(asked[-1].path, ("a", segments((0, "reach"), (1500, "carry"), length_ms=3500), False))
    return export_episodes(asked, tmp_path / "out", LeRobot()).out


def test_they_give_back_what_was_exported_and_find_no_fault(
    dataset: Path, tmp_path: Path, synthetic: Any
) -> None:
    facts, columns = loaded(dataset, tmp_path / "rows.npz", conformance=True)
    ours = pq.read_table(dataset / "data/chunk-000/file-000.parquet").to_pydict()
    assert (facts["episodes"], facts["rows"], facts["fps"]) == (2, len(ours["index"]), 30)
    assert facts["tasks"] == ["Build the tower", "Sort by colour"]
    assert facts["success"] == [True, False]
    assert {"provenance/pseudonym", "provenance/consent_version"} <= set(facts["episode_columns"])
    for name, values in ours.items():
        expected = np.array(values)
        assert np.array_equal(columns[name], expected.astype(columns[name].dtype)), name
    assert columns["task"].tolist() == [facts["tasks"][number] for number in ours["task_index"]]
    sentences = ["none", "reach for the red cube", "carry the red cube"]
    assert columns["subtask"].tolist() == [sentences[number] for number in ours["subtask_index"]]
    assert set(ours["subtask_index"]) == {1, 2}
    for camera in ("overview", "wrist"):
        for decoder in ("", "/pyav"):
            pictures = columns[f"observation.images.{camera}{decoder}"]
            assert pictures.shape == (facts["rows"], 64, 96)
            assert [synthetic.read_id(picture) for picture in pictures] == ours[f"frame_id.{camera}"], decoder
    assert len(facts["doctor"]) == 11
    assert {name: said for name, said in facts["doctor"].items() if said != ["pass"]} == {}
