"""Each arm under the bridge's own controller, an ideal arm behind it, in simulated time."""

import itertools
import math
import random
from collections.abc import Iterator

import msgspec
import pytest

from robot_bridge.arms import ArmModel, nominal_calibration
from robot_bridge.buses.reading import BusReading, JointSample
from robot_bridge.buses.servo_angles import ServoAngles
from robot_bridge.controller import Controller, Inputs, Tick
from robot_bridge.kinematics import distance, forward, lowest_guard_m
from robot_bridge.wire.commands import Command, Enable, JointTarget, PoseTarget, Reset, Setpoint, Stop

PERIOD_NS = 10_000_000
BOOT_NS = 1_000_000_000
ROUNDING = 1.0 + 1e-6


class Driven:
    """A controller ticked by hand; every tick is held against the arm's own file."""

    def __init__(self, arm: ArmModel) -> None:
        """Boots at the ready posture, resets and enables."""
        self.arm = arm
        self._angles = ServoAngles(arm, nominal_calibration(arm))
        self._controller = Controller(arm, self._angles.quantised, 0.01)
        self._now_ns = BOOT_NS
        self._state = self._controller.boot("boot-1", 7, BOOT_NS)
        self._at = self._angles.quantised(arm.ready_rad)
        self._sequence = itertools.count(1)
        self.tick()
        self.tick(Reset(1, "boot-1"), Enable(1, 3, 7))

    def tick(self, *commands: Command) -> Tick:
        """One period."""
        self._now_ns += PERIOD_NS
        volts = (self.arm.servo.min_voltage_v + self.arm.servo.max_voltage_v) / 2.0
        samples = tuple(JointSample(at, 0.0, 0.0, volts, 30.0, "none", 0, self._now_ns) for at in self._at)
        reading = BusReading("ready", samples, self._at, "none")
        tick = self._controller.tick(self._state, Inputs(commands, reading), self._now_ns)
        self._state = tick.state
        assert tick.goals is not None
        self._at = self._angles.quantised(tick.goals.positions_rad)
        self._hold_to_the_file()
        return tick

    def drive(self, target: PoseTarget | JointTarget) -> Tick:
        """One period with a new setpoint."""
        safety = self._state.orders.safety
        deadline_ns = self._now_ns + 1_000_000_000
        number = next(self._sequence)
        return self.tick(
            Setpoint(1, safety.lease_epoch, safety.stop_generation, number, deadline_ns, target, 1.0)
        )

    @property
    def mode(self) -> str:
        """The safety machine's mode."""
        return self._state.orders.safety.mode

    @property
    def at_rest(self) -> bool:
        """Whether nothing is commanded to move."""
        assert self._state.motion is not None
        return self._state.motion.at_rest

    def _hold_to_the_file(self) -> None:
        motion = self._state.motion
        assert motion is not None
        for index, (angle, speed) in enumerate(
            zip(motion.positions_rad, motion.velocities_rad_s, strict=True)
        ):
            assert self.arm.lower_rad[index] - 1e-6 <= angle <= self.arm.upper_rad[index] + 1e-6
            assert abs(speed) <= self.arm.motion.velocity_rad_s[index] * ROUNDING
        assert lowest_guard_m(self.arm, motion.positions_rad) >= self.arm.table_clearance_m - 0.003


def targets(arm: ArmModel, count: int) -> Iterator[PoseTarget]:
    """Poses from well beyond the workspace on every side, most of them not to be had."""
    draw = random.Random(arm.name)
    for _ in range(count):
        at = (draw.uniform(-0.2, 0.8), draw.uniform(-0.5, 0.5), draw.uniform(-0.2, 0.6))
        yield PoseTarget(*at, draw.uniform(-math.pi, 1.0), draw.uniform(-3.0, 3.0), draw.random())


@pytest.fixture
def driven(arm: ArmModel) -> Driven:
    """The arm, in play."""
    one = Driven(arm)
    assert one.mode == "play"
    return one


def test_a_pose_beside_the_ready_one_is_reached(driven: Driven) -> None:
    start = forward(driven.arm, driven.arm.ready_rad)
    goal = msgspec.structs.replace(start, y_m=start.y_m + 0.04, z_m=start.z_m - 0.03)
    for _ in range(150):
        tick = driven.drive(goal)
    assert distance(tick.arm_state.measured_pose, goal) < 0.001
    assert tick.arm_state.mode == "play"


def test_targets_that_cannot_be_had_break_no_bound(driven: Driven) -> None:
    for target in targets(driven.arm, 6):
        for _ in range(12):
            driven.drive(target)
    assert driven.mode == "play"


def test_a_stop_in_full_motion_is_over_within_80_ms(driven: Driven) -> None:
    away = (0.5, *driven.arm.ready_rad[1:-1])
    for _ in range(25):
        driven.drive(JointTarget(away, 1.0))
    assert not driven.at_rest
    driven.tick(Stop(1, "s-1", "pressed"))
    for _ in range(8):
        driven.tick()
    assert driven.at_rest and driven.mode == "latched"
