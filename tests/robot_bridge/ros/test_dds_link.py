"""The DDS transport against an arm on another vendor's DDS, stalled, frozen, picky and gone."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import ros_arms
from driven_arms import TOPIC, BehindRos
from ros_arms import RosArm

from robot_bridge import drives
from robot_bridge.arms import ArmModel, load_arm
from robot_bridge.buses.bus import ArmBus, Goals
from robot_bridge.buses.reading import BusReading
from robot_bridge.config import BridgeConfig
from robot_bridge.toml_table import read_table

pytestmark = pytest.mark.system
STILL = (0.0,) * 6


@contextmanager
def driven(
    behind: BehindRos, reader: tuple[int, int] = (0, 0), **more: Any
) -> Iterator[tuple[ArmBus, RosArm]]:
    """The bus and its arm, started anew."""
    drive = behind.table["drive"]
    table = {"arm": "so101", "socket": "s", "drive": drive, drive: {**behind.table[drive], **more}}
    bus = drives.build(read_table(table, BridgeConfig, "[bridge]"), load_arm("so101"))
    kinds = {"joint_trajectory": "trajectory", "forward_command": "array", "servo_twist": "twist"}
    joints = dict(zip(behind.names, behind.at, strict=True))
    try:
        arm = ros_arms.fastdds(behind.domain, kinds[behind.kind], TOPIC, joints, reader)
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


def stalled(model: ArmModel, reader_lifespan_ms: int, freeze: bool) -> dict[str, Any]:
    """What an arm that did not read for 400 ms gets delivered afterwards."""
    behind = BehindRos(model, "joint_trajectory", None)
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


@pytest.mark.parametrize("freeze", [False, True], ids=["stalled reader", "frozen process"])
def test_nothing_stale_is_delivered_after_a_stall_to_a_reader_with_a_lifespan(
    so101: ArmModel, freeze: bool
) -> None:
    told = stalled(so101, 100, freeze)
    assert told["stale"] <= told["expired"], told


def test_what_a_reader_without_a_lifespan_gets_late_its_controller_refuses(so101: ArmModel) -> None:
    told = stalled(so101, 0, False)
    assert 0 < told["stale"] <= told["expired"], told


def test_the_type_hash_is_told_to_whoever_discovers_us(so101: ArmModel) -> None:
    with driven(BehindRos(so101, "joint_trajectory", None)) as (bus, arm):
        until(bus, lambda r: r.phase == "ready")
        told = arm.report()["user_data"]["rt" + TOPIC]
    assert told == "typehash=RIHS01_179b33eba59d676f6d967ac71fe35e7ca2f64b2f3928f4a018cec115e213796e;"


def test_a_controller_that_asks_for_more_than_is_offered_is_named_with_the_reason(so101: ArmModel) -> None:
    with driven(BehindRos(so101, "joint_trajectory", None), reader=(10, 0)) as (bus, _):
        until(bus, lambda _: "deadline" in bus.note)
        assert bus.note == (
            f"a controller of {TOPIC} has incompatible quality of service (deadline); nobody else is there"
        )
        assert bus.exchange().phase != "ready"


def test_points_carry_velocities_and_the_trajectory_ends_standing(so101: ArmModel) -> None:
    with driven(BehindRos(so101, "joint_trajectory", None)) as (bus, arm):
        until(bus, lambda r: r.phase == "ready")
        stream(bus, so101, 0.1)
        last = arm.report()["last"]
    assert last["points"] == 3 and last["seconds"] == pytest.approx(0.01)
    assert last["velocities"] == [0.05, 0, 0, 0, 0, 0] and last["last_velocities"] == [0] * 6


def test_a_twist_reaches_a_servo_node_in_its_frame(so101: ArmModel) -> None:
    behind = BehindRos(so101, "servo_twist", None)
    controllers = [
        {"kind": "servo_twist", "topic": TOPIC, "frame": "arm_base"},
        {"kind": "forward_command", "topic": "/jaw", "joints": [behind.names[-1]]},
    ]
    with driven(behind, controllers=controllers) as (bus, arm):
        until(bus, lambda _: "no controller listens to /jaw" in bus.note)
        assert bus.exchange().phase == "starting"
        assert arm.report()["delivered"] == 0


def test_an_interface_that_does_not_exist_is_told_in_a_sentence(so101: ArmModel) -> None:
    with driven(BehindRos(so101, "joint_trajectory", None), interface="none0") as (bus, _):
        until(bus, lambda _: bus.note.startswith("DDS: "))
        assert bus.exchange().phase == "absent"
