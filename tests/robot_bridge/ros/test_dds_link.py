"""The DDS transport against an arm on another vendor's DDS, stalled, frozen, picky and gone."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
import ros_arms
from cyclonedds.domain import DomainParticipant
from cyclonedds.qos import Policy, Qos
from cyclonedds.sub import DataReader
from cyclonedds.topic import Topic
from driven_arms import JAW_TOPIC, TOPIC, BehindRos
from ros_arms import RosArm

from robot_bridge import drives
from robot_bridge.arms import ArmModel, load_arm
from robot_bridge.buses.bus import ArmBus, Goals
from robot_bridge.buses.reading import BusReading
from robot_bridge.config import BridgeConfig
from robot_bridge.ros import idl
from robot_bridge.ros.dds_link import DdsLink
from robot_bridge.ros.messages import MultiArray, Outgoing
from robot_bridge.ros.type_hashes import TYPE_HASHES
from robot_bridge.toml_table import read_table

pytestmark = pytest.mark.system
STILL = (0.0,) * 6
# A reader's lifespan well under the 100 ms that count as stale, so that a busy machine has time to take.
LIFESPAN_MS = 50
READER_DEPTH = 10


def settings(behind: BehindRos, **more: Any) -> BridgeConfig:
    """The cell's file for this arm."""
    drive = behind.table["drive"]
    table = {"arm": "so101", "socket": "s", "drive": drive, drive: {**behind.table[drive], **more}}
    return read_table(table, BridgeConfig, "[bridge]")


@contextmanager
def driven(
    behind: BehindRos, reader: tuple[int, int] = (0, 0), words: Sequence[str] = (), **more: Any
) -> Iterator[tuple[ArmBus, RosArm]]:
    """The bus and its arm, started anew."""
    bus = drives.build(settings(behind, **more), load_arm("so101"))
    joints = dict(zip(behind.names, behind.at, strict=True))
    try:
        words = [*behind.words, *words]
        arm = ros_arms.fastdds(behind.domain, (behind.kind, TOPIC), joints, reader, words)
        try:
            yield bus, arm
        finally:
            arm.close()
    finally:
        bus.close()


def until(bus: ArmBus, done: Callable[[BusReading], bool]) -> BusReading:
    ends = time.monotonic() + 15
    while not done(reading := bus.exchange()):
        assert time.monotonic() < ends, (reading.phase, bus.note)
        time.sleep(0.01)
    return reading


def stream(bus: ArmBus, model: ArmModel, seconds: float) -> None:
    """Goals that creep, a hundred a second, whatever the arm says."""
    ends, at = time.monotonic() + seconds, list(model.ready_rad)
    while time.monotonic() < ends:
        bus.exchange()
        at[0] += 0.0005
        bus.send(Goals(tuple(at), (0.05, *STILL[1:])))
        time.sleep(0.01)


def stalled(model: ArmModel, kind: str, reader_lifespan_ms: int, freeze: bool) -> dict[str, Any]:
    """What an arm that did not read for 400 ms gets delivered afterwards."""
    behind = BehindRos(model, kind, None)
    with driven(behind, (0, reader_lifespan_ms), silence_ms=2000) as (bus, arm):
        until(bus, lambda r: r.phase == "ready")
        stream(bus, model, 0.2)
        assert arm.report()["delivered"] > 0
        if freeze:
            arm.freeze(True)
            stream(bus, model, 0.4)
            arm.freeze(False)
        else:
            arm.ask("stall", 400)
            stream(bus, model, 0.25)
            arm.answered()
        time.sleep(0.05)
        return arm.report()


@pytest.mark.parametrize(
    ("kind", "freeze"),
    [
        ("joint_trajectory", True),
        ("forward_command", False),
        ("forward_command", True),
        ("servo_twist", False),
    ],
    ids=["trajectory, frozen", "array, stalled reader", "array, frozen", "twist, stalled reader"],
)
def test_nothing_stale_is_delivered_after_a_stall_to_a_reader_with_a_lifespan(
    so101: ArmModel, kind: str, freeze: bool
) -> None:
    # A machine that lets the arm wait for 50 ms between its reader and its clock makes any command late,
    # stall or not: one try of three must be clean. Without a lifespan none is.
    tries = (stalled(so101, kind, LIFESPAN_MS, freeze) for _ in range(3))
    assert any(told["stale"] == 0 for told in tries)


@pytest.mark.parametrize("kind", ["joint_trajectory", "servo_twist"])
def test_what_a_reader_without_a_lifespan_gets_late_its_controller_refuses_by_the_stamp(
    so101: ArmModel, kind: str
) -> None:
    told = stalled(so101, kind, 0, False)
    assert 0 < told["stale"] <= told["expired"], told


def test_an_array_has_no_stamp_so_a_reader_without_a_lifespan_takes_late_what_it_keeps(
    so101: ArmModel,
) -> None:
    told = stalled(so101, "forward_command", 0, False)
    assert told["expired"] == 0 and 0 < told["stale"] <= READER_DEPTH, told
    assert told["positions"] == told["last"]["positions"]


def test_the_other_common_dds_drops_by_our_lifespan_without_one_of_its_readers_own(so101: ArmModel) -> None:
    behind = BehindRos(so101, "forward_command", None)
    config = settings(behind).ros2
    assert config is not None
    link = DdsLink(config)
    try:
        wait_for(lambda: link.view().note != "DDS is starting")
        participant = DomainParticipant(behind.domain)
        topic = Topic(participant, "rt" + TOPIC, idl.Float64MultiArray)
        plain = Qos(Policy.Reliability.Reliable(0), Policy.History.KeepLast(READER_DEPTH))
        reader = DataReader(participant, topic, plain)
        wait_for(lambda: not link.view().unheard)
        link.publish(Outgoing(0, MultiArray((1.0,) * 6)))
        wait_for(lambda: bool(reader.take(READER_DEPTH)))
        for number in range(READER_DEPTH):
            link.publish(Outgoing(0, MultiArray((float(number),) * 6)))
        time.sleep(0.4)
        assert reader.take(READER_DEPTH) == []
    finally:
        link.close()


def wait_for(done: Callable[[], bool]) -> None:
    """Polls for 15 s."""
    ends = time.monotonic() + 15
    while not done():
        assert time.monotonic() < ends
        time.sleep(0.005)


@pytest.mark.parametrize("kind", list(idl.TYPES))
def test_what_protects_commands_and_their_type_is_told_to_whoever_discovers_us(
    so101: ArmModel, kind: str
) -> None:
    with driven(BehindRos(so101, kind, None)) as (bus, arm):
        until(bus, lambda r: r.phase == "ready")
        told = arm.report()["writers"]["rt" + TOPIC]
    assert told == {
        "user_data": f"typehash={TYPE_HASHES[idl.TYPES[kind][0]]};",
        "lifespan_ms": 100,
        "deadline_ms": 50,
        "volatile": True,
        "reliable": True,
    }


@pytest.mark.parametrize(
    ("words", "reader", "more", "note"),
    [
        (
            (),
            (10, 0),
            {},
            f"a controller of {TOPIC} has incompatible quality of service (deadline): let it ask for no "
            "deadline, or set deadline_ms to what it asks for; nobody else is there",
        ),
        (
            ("@durable",),
            (0, 0),
            {},
            f"a controller of {TOPIC} has incompatible quality of service (durability): let it ask for "
            "volatile durability, for no command is sent twice; nobody else is there",
        ),
        (
            ("@unreliable",),
            (0, 0),
            {"joint_states_reliability": "reliable"},
            "a publisher of /joint_states has incompatible quality of service (reliability): set "
            'joint_states_reliability = "best_effort"; nobody else is there',
        ),
    ],
    ids=["deadline", "durability", "reliability"],
)
def test_whoever_does_not_fit_is_named_with_the_policy_and_what_helps(
    so101: ArmModel, words: tuple[str, ...], reader: tuple[int, int], more: dict[str, Any], note: str
) -> None:
    with driven(BehindRos(so101, "joint_trajectory", None), reader, words, **more) as (bus, _):
        until(bus, lambda _: "incompatible" in bus.note)
        assert bus.note == note
        assert bus.exchange().phase != "ready"


def test_points_carry_velocities_and_the_trajectory_ends_standing(so101: ArmModel) -> None:
    with driven(BehindRos(so101, "joint_trajectory", None)) as (bus, arm):
        until(bus, lambda r: r.phase == "ready")
        stream(bus, so101, 0.1)
        last = arm.report()["last"]
    assert last["points"] == 3 and last["seconds"] == pytest.approx(0.01)
    assert last["velocities"] == [0.05, 0, 0, 0, 0, 0] and last["last_velocities"] == [0] * 6


def test_a_twist_is_in_the_arms_frame_and_time_and_the_jaw_goes_its_own_way(so101: ArmModel) -> None:
    with driven(BehindRos(so101, "servo_twist", None)) as (bus, arm):
        until(bus, lambda r: r.phase == "ready")
        stream(bus, so101, 0.1)
        told = arm.report()
    last = told["last"]
    assert last["frame"] == so101.base_link and abs(time.time() - last["stamp"]) < 5.0
    assert told["jaw"] > 0 and told["wrong"] == 0
    assert last["velocities"][5] == pytest.approx(-0.05, rel=0.2) and abs(last["velocities"][1]) > 0.005


def test_a_servo_without_anybody_for_the_jaw_is_not_ready(so101: ArmModel) -> None:
    behind = BehindRos(so101, "servo_twist", None)
    controllers = behind.table["ros2"]["controllers"]
    elsewhere = [controllers[0], {**controllers[1], "topic": "/elsewhere"}]
    with driven(behind, controllers=elsewhere) as (bus, arm):
        until(bus, lambda _: "no controller listens to /elsewhere" in bus.note)
        assert bus.exchange().phase == "starting"
        assert arm.report()["delivered"] == 0 and JAW_TOPIC in controllers[1]["topic"]


def test_an_interface_that_does_not_exist_is_told_in_a_sentence(so101: ArmModel) -> None:
    with driven(BehindRos(so101, "joint_trajectory", None), interface="none0") as (bus, _):
        until(bus, lambda _: bus.note.startswith("DDS: "))
        assert bus.exchange().phase == "absent"
