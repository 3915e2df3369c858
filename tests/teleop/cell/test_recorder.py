"""What a turn leaves in its episode, and what happens when the disk refuses."""

import asyncio
from dataclasses import replace

import msgspec
import pytest
from cell_neighbours import POSE, BridgeDouble, lease

from game.puzzle import load_puzzles
from robot_bridge.arms import load_arm
from robot_bridge.wire.frames import CameraCalibration
from teleop.cell import texts
from teleop.cell.arm_view import view_of
from teleop.cell.bit_rate import Link
from teleop.cell.config import ArmTable, CameraTable, CellConfig, CellTable
from teleop.cell.episode_maker import Made, make_episode
from teleop.cell.link_notes import network
from teleop.cell.provenance import Provenance, file_sha256, puzzle_sha256, software_version
from teleop.cell.quality import FULL, Size
from teleop.cell.recorder import Recorder, SentSetpoint, SentSetpoints
from teleop.cell.streams import EncodedPicture
from teleop.clock import ClockState
from teleop.episodes.format import Command, Verdict
from teleop.episodes.loading import open_episode
from teleop.metrics import CellMetrics

CALIBRATION = CameraCalibration(
    1, "overview", 160, 120, 150.0, 150.0, 80.0, 60.0, (1.0,) + (0.0,) * 8, (0.0,) * 3
)
VERDICT = Verdict(5, True, texts.TIME_UP, 900, 3, 12.0, 3, "referee-1")


def provenance(folder) -> Provenance:
    cell = CellTable("test", "Test", "测试", "ws://x", "t", "b", "e", "s", "sim", "assisted", ("tower",))
    config = CellConfig(cell, (CameraTable("overview", "r", "c", True),), ArmTable("so101", "c"), "a" * 64)
    (folder / "so101.json").write_text("{}")
    calibration = file_sha256(folder / "so101.json")
    return Provenance(config, calibration, software_version(), view_of(load_arm("so101")), (CALIBRATION,))


def picture(frame_id: int, keyframe: bool) -> EncodedPicture:
    return EncodedPicture(frame_id, frame_id * 33, frame_id * 33 + 4, keyframe, frame_id, b"\0\0\0\1\x67data")


@pytest.fixture
def bridge(tmp_path):
    made = BridgeDouble(tmp_path / "bridge.sock")
    yield made
    made.close()


async def test_an_episode_holds_ticks_pictures_and_events(tmp_path, bridge):
    begun, setpoints = [], SentSetpoints()
    recorder = Recorder(tmp_path / "episodes", setpoints, CellMetrics(), lambda: begun.append(1))
    header = provenance(tmp_path).header(lease(), load_puzzles()["tower"], 100, 10**18)
    assert recorder.status == "idle" and recorder.begin(header) and begun == [1]
    assert recorder.status == "recording" and recorder.waiting >= 0
    setpoints.add(41, SentSetpoint(POSE, "assist", 7))
    bridge.sequence = 41
    recorder.take_picture("overview", picture(1, keyframe=False))
    recorder.take_picture("overview", replace(picture(2, keyframe=True), encode_begun_ns=67))
    recorder.take_picture("overview", picture(3, keyframe=False))
    recorder.take_picture("overview", replace(picture(4, keyframe=True), recorded=False))
    recorder.take_state(bridge.state())
    recorder.take_state(msgspec.structs.replace(bridge.state(), joints=(), mode="latched", cause="bus_lost"))
    recorder.take_sent("overview", replace(picture(2, keyframe=True), size=Size(80, 60)), 90)
    recorder.take_sent("overview", replace(picture(3, keyframe=False), encode_begun_ns=100), 105)
    recorder.take_command(Command(95, 41, 7, "assist", POSE, 1.0, 200, move_id=4))
    recorder.take_network(network(ClockState(), Link(), None, FULL, 96))
    recorder.note(2**62, "goal_reached", time_s=12.0)
    journal = await recorder.finish(VERDICT)
    assert journal is not None and recorder.status == "idle"
    made = await make_episode(journal)
    path = journal.with_suffix(".mcap")
    assert made == Made(header.episode_id, file_sha256(path), path.stat().st_size)
    assert await make_episode(journal) == made, "what was made already is not made again"
    episode = open_episode(path)
    assert episode.header == header and episode.verdict == VERDICT
    assert list(episode.pictures["overview"].frame_id) == [2, 3]
    assert list(episode.pictures["overview"].encode_begun_ns) == [67, -1]
    assert len(episode.observations.tick) == 1 and list(episode.actions.sequence) == [7]
    assert list(episode.actions.command) == list(episode.commands.sequence) == [41]
    assert list(episode.commands.move_id) == [4] and list(episode.network.t_ns) == [96]
    sent = episode.sent["overview"]
    assert list(sent.t_ns) == [90, 105] and list(sent.width) == [80, 0]
    assert list(sent.encode_begun_ns) == [sent.encoded_ns[0], 100]
    assert [event.kind for event in episode.events] == ["arm", "arm", "goal_reached"]


async def test_outside_of_a_turn_nothing_is_recorded(tmp_path, bridge):
    recorder = Recorder(tmp_path, SentSetpoints(), CellMetrics(), lambda: None)
    recorder.take_state(bridge.state())
    recorder.take_picture("overview", picture(1, keyframe=True))
    recorder.note(1, "nothing")
    assert await recorder.finish(VERDICT) is None and recorder.waiting == 0


async def test_a_disk_that_refuses_is_reported_and_the_turn_goes_on(tmp_path, bridge):
    (tmp_path / "episodes").write_text("not a folder")
    recorder = Recorder(tmp_path / "episodes", SentSetpoints(), CellMetrics(), lambda: None)
    header = provenance(tmp_path).header(lease(), load_puzzles()["tower"], 100, 10**18)
    assert recorder.begin(header)
    while recorder.status == "recording":
        recorder.take_state(bridge.state())
        await asyncio.sleep(0.01)
    assert recorder.status == "failed"
    recorder.take_state(bridge.state())
    assert await recorder.finish(VERDICT) is None


async def test_a_journal_that_is_not_there_gives_no_episode(tmp_path, capsys):
    assert await make_episode(tmp_path / "none.journal") is None
    assert "none.journal waits for recovery" in capsys.readouterr().out


async def test_what_the_hands_did_is_told_by_the_recorder(tmp_path, bridge):
    recorder = Recorder(tmp_path / "episodes", SentSetpoints(), CellMetrics(), lambda: None)
    recorder.begin(provenance(tmp_path).header(lease(), load_puzzles()["tower"], 100, 10**18))
    shut = msgspec.structs.replace(POSE, gripper=0.4)
    state = msgspec.structs.replace(bridge.state(), limits=("grip",), measured_pose=shut, applied_pose=shut)
    for after_ns in (0, 60_000_000, 120_000_000):
        recorder.take_state(msgspec.structs.replace(state, now_ns=state.now_ns + after_ns))
    recorder.note(2**61, "piece_dropped", piece="red")
    journal = await recorder.finish(VERDICT)
    assert journal is not None and await make_episode(journal) is not None
    events = open_episode(journal.with_suffix(".mcap")).events
    assert [event.kind for event in events] == ["arm", "grasp", "piece_dropped"]


def test_a_puzzle_is_named_by_all_that_it_is_judged_by():
    tower = load_puzzles()["tower"]
    same = puzzle_sha256(msgspec.structs.replace(tower))
    assert puzzle_sha256(tower) == same != puzzle_sha256(msgspec.structs.replace(tower, par_s=99.0))


def test_setpoints_are_forgotten_in_order():
    setpoints = SentSetpoints()
    for number in range(600):
        setpoints.add(number, SentSetpoint(POSE, "player", number))
    assert setpoints.find(0) is None and setpoints.find(599) is not None


def test_a_file_that_is_not_there_has_no_hash(tmp_path):
    assert file_sha256(tmp_path / "none") == ""
