"""What every drive must do alike: serial servos, ROS 2 over another vendor's DDS, rosbridge.

`server` is the arm on DDS behind a rosbridge server that is not ours, on real ROS 2.
"""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import driven_arms
import pytest
import ros2_server
from driven_arms import DrivenArm

from robot_bridge import drives
from robot_bridge.arms import ArmModel
from robot_bridge.buses.bus import ArmBus, Goals
from robot_bridge.buses.reading import BusReading
from robot_bridge.config import BridgeConfig
from robot_bridge.toml_table import read_table

pytestmark = pytest.mark.system
PERIOD_S = 0.01
needs_server = pytest.mark.skipif(bool(ros2_server.missing()), reason=ros2_server.missing())
STILL = (0.0,) * 6
DRIVES = (
    "serial",
    "ros2:joint_trajectory",
    "ros2:forward_command",
    "ros2:servo_joint",
    "ros2:servo_twist",
    "rosbridge1:joint_trajectory",
    "rosbridge2:joint_trajectory",
    "rosbridge2:forward_command",
    "rosbridge2:servo_joint",
    pytest.param("server:joint_trajectory", marks=needs_server),
)

LIVES_S = 0.1  # what a command lives on its way: the lifespan of robot_bridge/ros/config.py


@pytest.fixture(params=DRIVES)
def arm(request: pytest.FixtureRequest, so101: ArmModel, tmp_path: Path) -> Iterator[DrivenArm]:
    made = driven_arms.build(request.param, so101, tmp_path)
    yield made
    made.close()


@pytest.fixture
def bus(arm: DrivenArm, so101: ArmModel) -> Iterator[ArmBus]:
    table = {"arm": "so101", "socket": "s", **arm.table}
    made = drives.build(read_table(table, BridgeConfig, "[bridge]"), so101)
    yield made
    made.close()


def until(bus: ArmBus, done: Callable[[BusReading], bool], goals: Goals | None = None) -> BusReading:
    """Ticks until a reading is so; fails after 15 s with what the bus has to say."""
    ends = time.monotonic() + 15
    while True:
        reading = bus.exchange()
        if done(reading):
            return reading
        assert time.monotonic() < ends, (reading.phase, reading.trouble, bus.note)
        if goals is not None:
            bus.send(goals)
        time.sleep(PERIOD_S)


def ready(reading: BusReading) -> bool:
    return reading.phase == "ready"


def near(one: tuple[float, ...], other: tuple[float, ...], rad: float) -> bool:
    return all(abs(a - b) <= rad for a, b in zip(one, other, strict=True))


def measured(reading: BusReading) -> tuple[float, ...]:
    return tuple(float("nan") if one is None else one.position_rad for one in reading.samples)


def step_to(bus: ArmBus, aim: tuple[float, ...], ticks: int) -> None:
    """Goals in a straight line from where the arm is, at an even speed, the last at rest."""
    begin = measured(until(bus, lambda r: ready(r) and None not in r.samples))
    speeds = tuple((b - a) / (ticks * PERIOD_S) for a, b in zip(begin, aim, strict=True))
    for tick in range(1, ticks):
        at = tuple(a + tick / ticks * (b - a) for a, b in zip(begin, aim, strict=True))
        bus.exchange()
        bus.send(Goals(at, speeds))
        time.sleep(PERIOD_S)
    bus.send(Goals(aim, STILL))


def settled(arm: DrivenArm, bus: ArmBus, aim: tuple[float, ...]) -> tuple[float, ...]:
    """Asks for the aim until the arm stands there, not only passes, and returns where; fails after 15 s.

    A Servo goes on for 100 ms as it was last told: a busy machine may see the arm near its aim in passing.
    """
    ends = time.monotonic() + 15
    while True:
        before = arm.positions()
        for _ in range(12):
            bus.exchange()
            bus.send(Goals(aim, STILL))
            time.sleep(PERIOD_S)
        at = arm.positions()
        if near(at, before, 5e-4) and near(at, aim, max(arm.tolerance_rad, 0.002)):
            return at
        assert time.monotonic() < ends, (at, aim, bus.note)


def test_nobody_there_is_absent_and_said_in_a_sentence(bus: ArmBus) -> None:
    for _ in range(5):
        reading = bus.exchange()
        bus.send(Goals(STILL, STILL))
        assert reading.phase == "absent" and reading.trouble == "bus_lost"
        assert reading.samples == (None,) * 6 and reading.held_rad is None
        time.sleep(PERIOD_S)
    until(bus, lambda _: bus.note != "")


def test_it_becomes_ready_without_motion_and_holds_where_it_stands(
    arm: DrivenArm, bus: ArmBus, so101: ArmModel
) -> None:
    arm.appear()
    reading = until(bus, lambda r: ready(r) and None not in r.samples)
    assert reading.held_rad is not None and reading.trouble == "none"
    assert near(reading.held_rad, so101.ready_rad, arm.tolerance_rad)
    assert near(measured(reading), so101.ready_rad, arm.tolerance_rad)
    assert near(arm.positions(), so101.ready_rad, arm.tolerance_rad)
    assert bus.opened == 1
    now_ns = time.monotonic_ns()
    assert all(sample is not None and 0 < sample.at_ns <= now_ns for sample in reading.samples)
    assert near(bus.quantised(so101.ready_rad), so101.ready_rad, arm.tolerance_rad) and bus.cycle_ns >= 0
    assert all(name and count >= 0 for name, count in bus.counts.items())


def test_goals_are_followed_joint_by_joint(arm: DrivenArm, bus: ArmBus, so101: ArmModel) -> None:
    arm.appear()
    aim = tuple(at + 0.02 * (joint + 1) for joint, at in enumerate(so101.ready_rad))
    step_to(bus, aim, 30)
    reading = until(bus, lambda r: near(measured(r), aim, max(arm.tolerance_rad, 0.002)), Goals(aim, STILL))
    assert ready(reading)
    settled(arm, bus, aim)


def test_an_arm_that_goes_is_lost_and_one_that_comes_back_is_held_where_it_now_is(
    arm: DrivenArm, bus: ArmBus, so101: ArmModel
) -> None:
    arm.appear()
    step_to(bus, tuple(at + 0.02 for at in so101.ready_rad), 10)
    arm.vanish()
    away = Goals(tuple(at - 0.1 for at in so101.ready_rad), STILL)
    until(bus, lambda r: r.phase == "absent" and r.trouble == "bus_lost", away)
    bus.send(away)
    # What was sent before the loss was noticed is still fresh for as long as a command lives.
    time.sleep(2 * LIVES_S)
    moved = so101.ready_rad[0] + 0.3
    arm.place(0, moved)
    arm.appear()
    reading = until(bus, lambda r: ready(r) and None not in r.samples)
    assert reading.held_rad is not None
    assert abs(reading.held_rad[0] - moved) <= arm.tolerance_rad
    assert abs(arm.positions()[0] - moved) <= arm.tolerance_rad
    assert all(
        abs(there - gone) > 0.05 for there, gone in zip(arm.positions(), away.positions_rad, strict=True)
    )
    assert bus.opened == 2


def test_a_joint_that_falls_silent_is_named_and_the_arm_is_whole_again_after_it(
    arm: DrivenArm, bus: ArmBus, so101: ArmModel
) -> None:
    arm.appear()
    first = until(bus, lambda r: ready(r) and None not in r.samples)
    arm.mute(2)
    until(bus, lambda r: r.trouble == "servo_missing")
    assert so101.joint_names[2] in bus.note
    arm.mute(None)
    healed = until(bus, lambda r: ready(r) and None not in r.samples)
    assert near(measured(healed), measured(first), arm.tolerance_rad)


def test_closing_moves_nothing(arm: DrivenArm, bus: ArmBus, so101: ArmModel) -> None:
    arm.appear()
    aim = tuple(at + 0.05 for at in so101.ready_rad)
    step_to(bus, aim, 10)
    before = settled(arm, bus, aim)
    bus.close()
    time.sleep(0.2)
    assert near(arm.positions(), before, arm.tolerance_rad)
