"""The whole tick in simulated time: promises that no setpoint, silence or fault may break."""

import math
from dataclasses import dataclass
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from robot_bridge import pursuit
from robot_bridge.arms import load_arm, nominal_calibration
from robot_bridge.buses.reading import BusReading, JointSample, Posture, absent
from robot_bridge.buses.servo_angles import ServoAngles
from robot_bridge.clearance import STRAY_M, Surroundings
from robot_bridge.controller import Controller, ControllerState, Inputs, Tick
from robot_bridge.inbox import Malformed
from robot_bridge.kinematics import distance, forward, lowest_guard_m
from robot_bridge.trajectory import Motion
from robot_bridge.wire.commands import (
    Command,
    Enable,
    Heartbeat,
    Hold,
    JointTarget,
    JointVelocity,
    PoseTarget,
    Reset,
    Rest,
    Setpoint,
    Stop,
    Target,
    ToolVelocity,
)
from robot_bridge.wire.state import ArmPosture, Cause
from robot_bridge.zones import KeepOut

SO101 = load_arm("so101")
ANGLES = ServoAngles(SO101, nominal_calibration(SO101))
STEP_RAD = math.tau / 4096
PERIOD_NS = 10_000_000
BOOT_NS = 1_000_000_000
POSE = PoseTarget(0.24, 0.1, 0.08, -1.2, 0.2, 0.5)
FAR = PoseTarget(0.24, -0.15, 0.08, -1.2, 0.2, 0.5)


@dataclass
class Cell:
    """A controller with an ideal arm behind it, ticked by hand."""

    controller: Controller
    state: ControllerState
    now_ns: int = BOOT_NS
    at: Posture = ()
    held: Posture = ()
    stuck: bool = False
    load: float = 0.0
    pushed_steps: int = 0
    temperature_c: float = 30.0
    age_ns: int = 0
    bus: bool = True
    torque: bool = True
    starting: int = 0
    sequence: int = 0

    def reading(self) -> BusReading:
        if not self.bus:
            return absent(6)
        if self.starting:
            self.starting -= 1
            return BusReading("starting", (None,) * 6, None, "none")
        stamp_ns = self.now_ns - self.age_ns
        places = (self.at[0] + self.pushed_steps * STEP_RAD, *self.at[1:])
        samples = tuple(
            JointSample(at, 0.0, self.load, 7.4, self.temperature_c, "none", 0, stamp_ns) for at in places
        )
        if not self.torque:
            return BusReading("released", samples, None, "none")
        return BusReading("ready", samples, self.held, "none")

    def tick(self, *commands: Command | Malformed) -> Tick:
        self.now_ns += PERIOD_NS
        tick = self.controller.tick(self.state, Inputs(commands, self.reading()), self.now_ns)
        self.state = tick.state
        if tick.goals is not None and not self.stuck:
            self.at = ANGLES.quantised(tick.goals.positions_rad)
        if tick.torque == "release":
            self.torque = False
        if tick.torque == "engage" and not self.torque:
            self.torque, self.starting, self.held = True, 5, self.at
        return tick

    def lower(self, order_id: str = "rest-1") -> Tick:
        generation = self.state.orders.safety.stop_generation
        return self.tick(Rest(1, order_id, generation, self.now_ns + 1_000_000_000))

    def until(self, posture: ArmPosture, ticks: int = 2000) -> Tick:
        for _ in range(ticks):
            tick = self.tick()
            if tick.arm_state.posture == posture:
                return tick
        raise AssertionError(tick.arm_state)

    def drive(self, target: Target, scale: float = 1.0) -> Tick:
        self.sequence += 1
        safety = self.state.orders.safety
        deadline_ns = self.now_ns + 1_000_000_000
        return self.tick(
            Setpoint(1, safety.lease_epoch, safety.stop_generation, self.sequence, deadline_ns, target, scale)
        )

    @property
    def motion(self) -> Motion:
        assert self.state.motion is not None
        return self.state.motion

    @property
    def mode(self) -> str:
        return self.state.orders.safety.mode


def cell(posture: tuple[float, ...] = SO101.ready_rad) -> Cell:
    controller = Controller(SO101, ANGLES.quantised, 0.01)
    at = ANGLES.quantised(posture)
    return Cell(controller, controller.boot("boot-1", 7, BOOT_NS), at=at, held=at)


def playing(posture: tuple[float, ...] = SO101.ready_rad) -> Cell:
    one = cell(posture)
    one.tick()
    one.tick(Reset(1, "boot-1"), Enable(1, 3, 7))
    assert one.mode == "play"
    return one


def test_boots_latched_and_holds_the_goals_of_the_start_up() -> None:
    one = cell()
    tick = one.tick()
    assert tick.goals is not None and tick.goals.positions_rad == one.held
    assert (tick.arm_state.mode, tick.arm_state.stop_id) == ("latched", "boot-1")


def test_reset_and_enable_move_nothing() -> None:
    one = cell()
    before = one.tick().goals
    assert one.tick(Reset(1, "boot-1")).goals == before
    assert one.tick(Enable(1, 3, 7)).goals == before
    for _ in range(30):
        assert one.tick().goals == before


def test_a_pose_is_reached_and_reported() -> None:
    one = playing()
    for _ in range(250):
        tick = one.drive(POSE)
    assert distance(tick.arm_state.measured_pose, POSE) < 0.001
    assert tick.arm_state.applied_sequence == one.sequence
    assert tick.arm_state.requested_rad is not None
    assert tick.arm_state.limits == ()


def test_a_joint_target_is_reached() -> None:
    one = playing()
    for _ in range(400):
        one.drive(JointTarget(SO101.rest_rad[:5], 0.3))
    assert one.motion.positions_rad[:5] == pytest.approx(SO101.rest_rad[:5])


def test_an_arm_that_lies_outside_its_soft_limits_is_left_there_and_comes_in_when_driven() -> None:
    outside = (SO101.joints[0].limits_rad[1] - 0.005, *SO101.ready_rad[1:])
    one = playing(outside)
    assert one.motion.positions_rad[0] == pytest.approx(outside[0], abs=0.001)
    inside = forward(SO101, (1.0, *SO101.ready_rad[1:]))
    for _ in range(400):
        one.drive(inside)
    assert distance(forward(SO101, one.motion.positions_rad), inside) < 0.001


@pytest.mark.parametrize("command", [Hold(1, "turn_over"), Stop(1, "s-1", "pressed")])
def test_hold_and_stop_bring_standstill_within_80_ms(command: Command) -> None:
    one = playing()
    for _ in range(40):
        one.drive(FAR)
    assert not one.motion.at_rest
    one.tick(command)
    for _ in range(8):
        one.tick()
    assert one.motion.at_rest
    assert one.mode == ("hold" if isinstance(command, Hold) else "latched")


def test_setpoints_after_a_stop_move_nothing_until_reset_and_enable() -> None:
    one = playing()
    one.tick(Stop(1, "s-1", "pressed"))
    goals = one.tick().goals
    for _ in range(10):
        assert one.drive(FAR).goals == goals
    one.tick(Reset(1, "s-1"))
    assert one.drive(FAR).goals == goals
    one.tick(Enable(1, 3, 7))
    assert one.mode == "idle"
    one.tick(Enable(1, 3, 8))
    for _ in range(20):
        one.drive(FAR)
    assert one.tick().goals != goals


def test_enabling_while_still_stopping_first_comes_to_rest() -> None:
    one = playing()
    for _ in range(40):
        one.drive(FAR)
    one.tick(Hold(1, "hold_to_run_lost"))
    one.tick(Enable(1, 3, 7))
    rested = False
    for _ in range(20):
        one.drive(FAR)
        rested |= one.motion.at_rest
    assert rested and not one.motion.at_rest


def test_a_lost_bus_latches_and_the_arm_then_stands_at_the_new_start_ups_goals() -> None:
    one = playing()
    for _ in range(30):
        one.drive(FAR)
    one.bus = False
    tick = one.drive(FAR)
    assert tick.goals is None and tick.arm_state.cause == "bus_lost" and not tick.arm_state.bus_ok
    assert tick.arm_state.joints == ()
    assert one.tick(Reset(1, "bus_lost-8")).state.orders.refusals["fault_bus_lost"] == 1
    one.bus, one.held = True, ANGLES.quantised(SO101.rest_rad)
    one.at = one.held
    assert one.tick().arm_state.applied_rad == one.held
    assert one.mode == "latched"
    one.tick(Reset(1, "bus_lost-8"))
    assert one.mode == "idle"


@pytest.mark.parametrize(
    ("trouble", "stop_id", "torque"),
    [
        ("overload", "bus_lost-8", "engage"),
        ("voltage", "bus_lost-8", "engage"),
        ("servo_missing", "bus_lost-8", "keep"),
        ("overload", "boot-1", "keep"),
    ],
)
def test_servos_that_shut_themselves_down_restart_when_the_operator_resets_this_stop(
    trouble: Cause, stop_id: str, torque: str
) -> None:
    one = playing()
    one.bus = False
    one.tick()
    shut = BusReading("starting", (None,) * 6, None, trouble)
    for commands, wanted in (((), "keep"), ((Reset(1, stop_id),), torque)):
        one.now_ns += PERIOD_NS
        tick = one.controller.tick(one.state, Inputs(commands, shut), one.now_ns)
        one.state = tick.state
        assert tick.torque == wanted and tick.goals is None and one.mode == "latched"


def test_a_hot_servo_latches() -> None:
    one = playing()
    one.temperature_c = 80.0
    for _ in range(3):
        one.drive(POSE)
    assert one.tick().arm_state.cause == "overheat"
    assert one.tick(Reset(1, "overheat-8")).state.orders.refusals["fault_overheat"] == 1


def test_an_arm_that_does_not_follow_is_waited_for() -> None:
    one = playing()
    one.stuck = True
    for _ in range(60):
        tick = one.drive(FAR)
    assert "look_ahead" in tick.arm_state.limits
    for goal, at, bound in zip(
        one.motion.positions_rad, tick.arm_state.joints, SO101.motion.look_ahead_rad, strict=True
    ):
        assert abs(goal - at.position_rad) <= bound + 0.05


def test_an_arm_that_is_pushed_away_latches_and_the_goals_yield_to_it() -> None:
    one = playing()
    one.drive(POSE)
    one.stuck = True
    one.at = (one.at[0] + 300 * STEP_RAD, *one.at[1:])
    for _ in range(30):
        one.drive(POSE)
    assert one.tick().arm_state.cause == "following_error"
    for _ in range(120):
        one.tick()
    assert one.motion.at_rest
    assert one.motion.positions_rad[0] == pytest.approx(one.at[0], abs=STEP_RAD)
    one.tick(Reset(1, "following_error-8"))
    assert one.mode == "idle"


def test_an_arm_pushed_away_while_moving_first_stops() -> None:
    one = playing()
    for _ in range(40):
        one.drive(FAR)
    one.pushed_steps = 400
    while one.mode == "play":
        one.drive(FAR)
    for _ in range(150):
        one.tick()
    assert one.motion.at_rest and one.state.settle_rad is None


def test_stale_measurements_stop_the_arm_and_play_goes_on_after_them() -> None:
    one = playing()
    for _ in range(40):
        one.drive(FAR)
    one.age_ns = 50_000_000
    for _ in range(9):
        tick = one.drive(FAR)
    assert one.motion.at_rest and one.mode == "play" and tick.arm_state.limits == ("look_ahead",)
    one.age_ns = 0
    for _ in range(20):
        one.drive(FAR)
    assert not one.motion.at_rest


def test_stale_measurements_before_any_motion_change_nothing() -> None:
    one = cell()
    one.age_ns = 50_000_000
    tick = one.tick()
    assert tick.arm_state.applied_rad == one.held and tick.arm_state.limits == ()


def test_a_bus_without_goals_to_stand_at_is_not_driven() -> None:
    one = cell()
    one.age_ns = 50_000_000
    reading = replace(one.reading(), held_rad=None)
    tick = one.controller.tick(one.state, Inputs((), reading), one.now_ns)
    assert tick.goals is None and tick.arm_state.applied_rad == ()


def test_a_motion_that_would_make_the_tool_too_fast_is_slowed() -> None:
    one = playing()
    hasty = msgspec.structs.replace(SO101, tool_lead_m=1.0)
    one.controller = Controller(hasty, ANGLES.quantised, 0.01)
    named = set()
    for k in range(120):
        before = forward(SO101, one.motion.positions_rad)
        named |= set(one.drive(POSE if k % 40 < 20 else FAR).arm_state.limits)
        assert distance(before, forward(SO101, one.motion.positions_rad)) < 0.0032
    assert "velocity" in named


def test_a_motion_that_would_cut_a_corner_too_far_is_stopped_and_begun_anew(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    one = playing()
    for _ in range(30):
        one.drive(FAR)
    monkeypatch.setattr(pursuit, "narrowed", lambda *_: "self")
    for _ in range(9):
        tick = one.drive(FAR)
    assert one.motion.at_rest and one.mode == "play"
    monkeypatch.undo()
    stood = one.motion.positions_rad
    one.drive(FAR)
    assert "self" in tick.arm_state.limits and one.motion.positions_rad != stood
    for _ in range(300):
        tick = one.drive(FAR)
    assert distance(tick.arm_state.measured_pose, FAR) < 0.001 and tick.arm_state.limits == ()


def test_the_arm_stops_before_a_keep_out_box_and_says_so() -> None:
    wall = KeepOut("wall", (0.1, 0.4), (-0.3, -0.1), (0.0, 0.3))
    one = playing()
    one.controller = Controller(SO101, ANGLES.quantised, 0.01, (wall,))
    for _ in range(300):
        tick = one.drive(FAR)
    assert "keep_out" in tick.arm_state.limits and one.motion.at_rest
    assert min(Surroundings(SO101, (wall,)).rooms(one.motion.positions_rad)) > -STRAY_M
    for _ in range(300):
        tick = one.drive(POSE)
    assert distance(tick.arm_state.measured_pose, POSE) < 0.001


def test_the_tool_goes_at_the_speed_asked_and_stands_when_none_is() -> None:
    one = playing()
    start = forward(SO101, one.motion.positions_rad)
    for _ in range(100):
        before = forward(SO101, one.motion.positions_rad)
        tick = one.drive(ToolVelocity(0.0, 0.1, 0.0, 0.0, 0.0, 0.5))
    now = forward(SO101, one.motion.positions_rad)
    assert (now.y_m - before.y_m) / 0.01 == pytest.approx(0.1, rel=0.02)
    assert (now.x_m, now.z_m) == pytest.approx((start.x_m, start.z_m), abs=0.001)
    assert tick.arm_state.limits == () and tick.arm_state.requested_rad is not None
    for _ in range(60):
        one.drive(ToolVelocity(0.0, 0.0, 0.0, 0.0, 0.0, 0.5))
    assert one.motion.at_rest


def test_joints_go_at_the_speed_asked_until_a_limit_and_come_back() -> None:
    one = playing()
    turning = JointVelocity((0.3, 0.0, 0.0, 0.0, 0.0), 0.5)
    for _ in range(100):
        one.drive(turning)
    assert one.motion.velocities_rad_s[0] == pytest.approx(0.3, rel=0.02)
    for _ in range(700):
        tick = one.drive(turning)
    assert one.motion.at_rest and tick.arm_state.limits != ()
    stood = one.motion.positions_rad[0]
    for _ in range(100):
        one.drive(JointVelocity((-0.3, 0.0, 0.0, 0.0, 0.0), 0.5))
    assert one.motion.positions_rad[0] < stood - 0.2


def test_an_arm_that_strains_gives_way_and_says_so() -> None:
    one = playing()
    for _ in range(20):
        one.drive(FAR)
    one.pushed_steps, one.load = -30, 1.0
    for _ in range(25):
        tick = one.drive(FAR)
    assert "contact" in tick.arm_state.limits
    stood, towards = (
        one.state.reference_rad[0],
        one.motion.positions_rad[0] - tick.arm_state.joints[0].position_rad,
    )
    one.drive(FAR)
    assert (one.state.reference_rad[0] - stood) * towards < 0.0


def test_the_same_inputs_give_the_same_ticks() -> None:
    def episode() -> list[bytes]:
        one = playing()
        encode = msgspec.msgpack.encode
        return [encode(one.drive(POSE if k < 40 else FAR).arm_state) for k in range(120)]

    assert episode() == episode()


def test_an_operator_lowers_the_arm_and_the_next_enable_engages_it_without_motion() -> None:
    one = playing()
    one.tick(Hold(1, "turn_over"))
    assert one.lower().arm_state.posture == "resting"
    lying = one.until("released").arm_state
    assert (lying.mode, lying.bus_ok, lying.applied_rad) == ("hold", True, ())
    assert one.at[:-1] == pytest.approx(SO101.rest_rad[:-1], abs=STEP_RAD)
    at = one.at
    assert one.tick(Enable(1, 4, 7)).torque == "engage" and one.mode == "play"
    tick = one.drive(POSE)
    while tick.goals is None:
        tick = one.drive(POSE)
    assert tick.arm_state.posture == "held" and tick.torque == "keep"
    assert max(abs(a - b) for a, b in zip(tick.goals.positions_rad, at, strict=True)) < 0.001


def test_an_arm_that_stays_hot_is_lowered_and_a_reset_is_refused_until_it_has_cooled() -> None:
    one = playing()
    one.temperature_c = 80.0
    for _ in range(2002):
        tick = one.tick()
    assert (tick.arm_state.cause, tick.arm_state.posture) == ("overheat", "held")
    before = one.at
    assert one.tick().arm_state.posture == "resting"
    one.until("released")
    assert one.at != before
    refused = one.tick(Reset(1, "overheat-8"))
    assert refused.state.orders.refusals["fault_overheat"] == 1 and refused.torque == "keep"
    one.temperature_c = 40.0
    one.tick()
    assert one.tick(Reset(1, "overheat-8")).torque == "engage" and one.mode == "idle"
    at = one.at
    one.until("held")
    for _ in range(20):
        one.tick()
    assert one.at == at


@pytest.mark.parametrize("command", [Stop(1, "s-1", "pressed"), Reset(1, "boot-1")])
def test_a_stop_or_a_reset_ends_the_lowering_by_a_controlled_stop(command: Command) -> None:
    one = cell()
    one.tick()
    one.lower()
    for _ in range(150):
        one.tick()
    assert not one.motion.at_rest
    assert one.tick(command).arm_state.posture == "held"
    for _ in range(8):
        one.tick()
    at = one.motion
    assert at.at_rest and one.tick().arm_state.posture == "held" and one.motion == at


def test_nobody_can_play_while_the_arm_is_lowered() -> None:
    one = cell()
    one.tick(Reset(1, "boot-1"))
    one.lower()
    assert one.tick(Enable(1, 3, 7)).state.orders.refusals["lowering"] == 1
    assert one.mode == "idle"


def test_an_arm_that_is_held_back_while_lowered_stays_held_and_says_so() -> None:
    one = cell()
    one.tick()
    one.lower()
    for _ in range(100):
        one.tick()
    one.stuck = True
    one.at = (one.at[0] + 0.5, *one.at[1:])
    for _ in range(31):
        tick = one.tick()
    assert (tick.arm_state.posture, tick.arm_state.cause) == ("held", "following_error")


def test_a_servo_that_is_lost_while_the_arm_is_lowered_leaves_it_held() -> None:
    one = cell()
    one.tick()
    one.lower()
    one.bus = False
    tick = one.tick()
    assert (tick.arm_state.posture, tick.arm_state.cause, tick.torque) == ("held", "bus_lost", "keep")


def test_an_arm_without_a_clear_way_down_stays_held_and_says_so() -> None:
    one = cell()
    one.controller = Controller(msgspec.structs.replace(SO101, table_clearance_m=0.1), ANGLES.quantised, 0.01)
    before = one.tick().goals
    one.lower()
    for _ in range(20):
        tick = one.tick()
    assert (tick.arm_state.posture, tick.arm_state.cause) == ("held", "cannot_lower")
    assert tick.arm_state.limits == ("table",)
    assert tick.goals == before
    freed = one.tick(Reset(1, "cannot_lower-8"))
    assert one.mode == "idle" and freed.arm_state.limits == ()


def test_the_arm_goes_around_a_keep_out_box_on_its_way_down() -> None:
    wall = KeepOut("wall", (0.16, 0.5), (0.1, 0.14), (0.0, 0.6))
    one = cell((-1.3, *SO101.ready_rad[1:]))
    one.controller = Controller(SO101, ANGLES.quantised, 0.01, (wall,))
    around = Surroundings(SO101, (wall,), boxed=False)
    allowed = min(0.0, *around.rooms(one.at))
    one.tick()
    one.lower()
    for number in range(6000):
        tick = one.tick()
        if number % 10 == 0:
            assert min(around.rooms(one.at)) >= allowed - STRAY_M - 1e-3
        if tick.arm_state.posture == "released":
            break
    assert tick.arm_state.posture == "released"
    assert one.at[:-1] == pytest.approx(SO101.rest_rad[:-1], abs=STEP_RAD)


def test_stale_measurements_interrupt_the_lowering_and_it_goes_on_after_them() -> None:
    one = cell()
    one.tick()
    one.lower()
    for _ in range(100):
        one.tick()
    one.age_ns = 50_000_000
    for _ in range(9):
        tick = one.tick()
    assert one.motion.at_rest and tick.arm_state.posture == "resting"
    one.age_ns = 0
    one.until("released")


def test_a_warm_servo_slows_the_arm_and_says_so() -> None:
    one = playing()
    one.temperature_c = 64.9
    for _ in range(160):
        tick = one.drive(POSE)
    for _ in range(30):
        before = forward(SO101, one.motion.positions_rad)
        tick = one.drive(FAR)
        assert distance(before, forward(SO101, one.motion.positions_rad)) < 0.0025 * 0.3
    assert "heat" in tick.arm_state.limits and tick.arm_state.mode == "play"
    assert tick.arm_state.speed_scale == pytest.approx(0.25, abs=0.02)


@pytest.mark.parametrize("command", [Hold(1, "operator"), Stop(1, "op-1", "operator")])
def test_an_operator_takes_the_arm_in_the_same_tick_and_the_former_lease_can_not_take_it_back(
    command: Command,
) -> None:
    one = playing()
    for _ in range(40):
        one.drive(FAR)
    assert one.tick(command, Enable(1, 3, 7)).arm_state.mode != "play"
    for _ in range(8):
        one.drive(FAR)
        one.tick(Enable(1, 3, one.state.orders.safety.stop_generation))
    assert one.motion.at_rest and one.mode != "play"


poses = st.builds(
    PoseTarget,
    st.floats(-0.2, 0.6),
    st.floats(-0.5, 0.5),
    st.floats(-0.2, 0.5),
    st.floats(-2.5, 1.0),
    st.floats(-4.0, 4.0),
    st.floats(0.0, 1.0),
)
metres_s = st.floats(-5.0, 5.0)
turns = st.floats(-50.0, 50.0)
targets = st.one_of(
    poses,
    st.builds(JointTarget, st.tuples(*[st.floats(-3.0, 3.0)] * 5), st.floats(0.0, 1.0)),
    st.builds(JointVelocity, st.tuples(*[turns] * 5), st.floats(0.0, 1.0)),
    st.builds(ToolVelocity, metres_s, metres_s, metres_s, turns, turns, st.floats(0.0, 1.0)),
)
errands = st.lists(st.tuples(targets, st.integers(1, 40), st.floats(0.0, 1.0)), min_size=1, max_size=5)


@settings(max_examples=25, deadline=None)
@given(errands)
def test_no_commanded_sample_passes_a_limit(wanted: list[tuple[Any, int, float]]) -> None:
    one = playing()
    for target, ticks, scale in wanted:
        for _ in range(ticks):
            before = one.motion
            tick = one.drive(target, scale)
            after = one.motion
            for joint in range(6):
                motion = SO101.motion
                low, high = SO101.lower_rad[joint], SO101.upper_rad[joint]
                assert low - 1e-6 <= after.positions_rad[joint] <= high + 1e-6
                assert abs(after.velocities_rad_s[joint]) <= motion.velocity_rad_s[joint] + 1e-6
                assert abs(after.accelerations_rad_s2[joint]) <= motion.acceleration_rad_s2[joint] + 1e-6
                change = after.accelerations_rad_s2[joint] - before.accelerations_rad_s2[joint]
                assert abs(change) <= motion.jerk_rad_s3[joint] * 0.01 + 1e-4
            way = distance(forward(SO101, before.positions_rad), forward(SO101, after.positions_rad))
            assert way <= SO101.tool_speed_m_s * 0.01 * 1.05
            assert lowest_guard_m(SO101, after.positions_rad) >= 0.0
            assert tick.arm_state.mode == "play"


@settings(max_examples=60, deadline=None)
@given(poses, st.integers(0, 80), st.integers(0, PERIOD_NS - 1), st.floats(0.1, 1.0))
def test_silence_brings_zero_velocity_within_200_ms(
    target: PoseTarget, ticks: int, phase_ns: int, scale: float
) -> None:
    one = playing()
    for _ in range(ticks):
        one.drive(target, scale)
    # The last setpoint comes just after a tick, so that the next tick is the first to see it.
    last_ns = one.now_ns - PERIOD_NS + phase_ns if ticks else one.now_ns
    while one.now_ns + PERIOD_NS <= last_ns + 200_000_000:
        one.tick(Heartbeat(1, 1))
    assert one.motion.at_rest
    assert one.mode == "hold"
