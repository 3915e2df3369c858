"""Goals as commands to each kind of controller, and the silence after them."""

from dataclasses import replace

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from robot_bridge.arms import ArmModel, load_arm
from robot_bridge.buses.bus import Goals
from robot_bridge.ros.config import Kind, RosArm, RosController, RosJoint
from robot_bridge.ros.controllers import FRESH_NS, REST_TICKS, SETTLE_TICKS, Controllers, Moment, Sent, step
from robot_bridge.ros.messages import Command, JointJog, JointTrajectory, MultiArray, TwistStamped

SO101 = load_arm("so101")
JOINTS = tuple(RosJoint(name) for name in SO101.joint_names)
PERIOD_NS = 10_000_000
READY = SO101.ready_rad
STILL = (0.0,) * 6
UNMOVED = Moment(READY, 0)


def arm(*controllers: RosController, joints: tuple[RosJoint, ...] = JOINTS) -> Controllers:
    return Controllers(SO101, RosArm(joints=joints, controllers=controllers), PERIOD_NS)


def one(kind: Kind, goals: Goals, moment: Moment = UNMOVED, **options: object) -> Command:
    controller = msgspec.structs.replace(RosController(kind, "/c"), **options)
    _, outgoing = step(arm(controller), Sent(), goals, moment)
    assert [out.controller for out in outgoing] == [0]
    return outgoing[0].command


def test_a_trajectory_ends_the_tick_at_the_goals_and_then_brakes_to_a_stand() -> None:
    speeds = (0.5, -1.0, 0.0, 0.2, 0.0, 0.0)
    command = one("joint_trajectory", Goals(READY, speeds))
    assert isinstance(command, JointTrajectory)
    first, last = command.points
    assert (first.positions, first.velocities, first.from_start_ns) == (READY, speeds, PERIOD_NS)
    stopping_s = 1.0 / 32.0
    assert last.velocities == STILL
    assert last.from_start_ns == PERIOD_NS + round(stopping_s * 1e9)
    expected = [at + speed * stopping_s / 2 for at, speed in zip(READY, speeds, strict=True)]
    assert last.positions == pytest.approx(expected)
    assert command.names == SO101.joint_names and command.stamp_ns == 0


def test_at_rest_a_trajectory_has_one_point_without_velocity() -> None:
    command = one("joint_trajectory", Goals(READY, STILL))
    assert isinstance(command, JointTrajectory)
    assert [point.velocities for point in command.points] == [STILL]


def test_a_stamped_trajectory_carries_the_robots_time() -> None:
    command = one("joint_trajectory", Goals(READY, STILL), Moment(READY, 123), stamped=True)
    assert isinstance(command, JointTrajectory) and command.stamp_ns == 123


def test_a_stamped_trajectory_stands_until_it_is_no_longer_fresh_and_an_unstamped_one_just_ends() -> None:
    speeds = (0.5, 0.0, 0.0, 0.0, 0.0, 0.0)
    stamped = one("joint_trajectory", Goals(READY, speeds), Moment(READY, 123))
    plain = one("joint_trajectory", Goals(READY, speeds), Moment(READY, 123), stamped=False)
    assert isinstance(stamped, JointTrajectory) and isinstance(plain, JointTrajectory)
    assert stamped.points[:-1] == plain.points and plain.stamp_ns == 0
    last, rest = stamped.points[-1], stamped.points[-2]
    assert (last.positions, last.velocities, last.from_start_ns) == (rest.positions, STILL, FRESH_NS)


def test_a_braking_that_outlasts_the_freshness_is_not_cut_short() -> None:
    slow = msgspec.structs.replace(SO101.motion, stop_acceleration_rad_s2=(1.0,) * 6)
    braking = msgspec.structs.replace(SO101, motion=slow)
    long = replace(arm(RosController("joint_trajectory", "/c")), model=braking)
    _, outgoing = step(long, Sent(), Goals(READY, (0.5, *STILL[1:])), Moment(READY, 123))
    command = outgoing[0].command
    assert isinstance(command, JointTrajectory)
    assert [point.from_start_ns for point in command.points] == [PERIOD_NS, PERIOD_NS + 500_000_000]


@given(
    shares=st.tuples(*[st.floats(0, 1)] * 6),
    speeds=st.tuples(*[st.floats(-cap, cap) for cap in SO101.motion.velocity_rad_s]),
)
def test_no_point_of_a_trajectory_leaves_the_joints_limits_or_brakes_harder_than_a_stop(
    shares: tuple[float, ...], speeds: tuple[float, ...]
) -> None:
    limits = [joint.limits_rad for joint in SO101.joints]
    goals = tuple(low + share * (high - low) for share, (low, high) in zip(shares, limits, strict=True))
    command = one("joint_trajectory", Goals(goals, speeds))
    assert isinstance(command, JointTrajectory)
    last = command.points[-1]
    for at, (low, high) in zip(last.positions, limits, strict=True):
        assert low <= at <= high
    braking_s = (last.from_start_ns - PERIOD_NS) / 1e9
    for speed, bound in zip(speeds, SO101.motion.stop_acceleration_rad_s2, strict=True):
        assert abs(speed) <= bound * braking_s + 1e-6


def test_positions_come_in_the_controllers_own_order_and_units() -> None:
    joints = (*JOINTS[:-1], RosJoint("gripper", scale=0.02, offset=0.01))
    names = ("gripper", "shoulder_pan")
    rest = tuple(name for name in SO101.joint_names if name not in names)
    driven = arm(
        RosController("forward_command", "/c", names),
        RosController("joint_trajectory", "/d", rest),
        joints=joints,
    )
    _, outgoing = step(driven, Sent(), Goals((0.3, 0, 0, 0, 0, 0.5), (0, 0, 0, 0.5, 0, 0)), Moment(READY, 0))
    assert outgoing[0].command == MultiArray((0.02, 0.3))
    second = outgoing[1].command
    assert isinstance(second, JointTrajectory) and second.names == rest
    assert second.points[0].velocities == (0, 0, 0.5, 0)


def test_a_servo_gets_the_goals_velocities_and_a_pull_toward_them() -> None:
    behind = tuple(at - 0.01 for at in READY)
    command = one("servo_joint", Goals(READY, (0.1,) * 6), Moment(behind, 99), gain_hz=5.0)
    assert isinstance(command, JointJog)
    assert command.velocities == pytest.approx((0.15,) * 6)
    assert (command.stamp_ns, command.duration_s) == (99, 0.01)
    nearly = tuple(at - 0.0005 for at in READY)
    close = one("servo_joint", Goals(READY, STILL), Moment(nearly, 99))
    assert isinstance(close, JointJog) and close.velocities == STILL


@given(leads=st.tuples(*[st.floats(-3, 3)] * 6), speeds=st.tuples(*[st.floats(-2, 2)] * 6))
def test_a_pull_never_exceeds_the_arms_speeds_and_keeps_its_direction(
    leads: tuple[float, ...], speeds: tuple[float, ...]
) -> None:
    measured = tuple(at - lead for at, lead in zip(READY, leads, strict=True))
    command = one("servo_joint", Goals(READY, speeds), Moment(measured, 0))
    assert isinstance(command, JointJog)
    for rate, cap in zip(command.velocities, SO101.motion.velocity_rad_s, strict=True):
        assert abs(rate) <= cap * (1 + 1e-9)
    wanted = [
        speed + (5.0 * (at - here) if abs(at - here) > 0.001 else 0.0)
        for speed, at, here in zip(speeds, READY, measured, strict=True)
    ]
    for i in range(6):
        for j in range(6):
            assert command.velocities[i] * wanted[j] == pytest.approx(
                command.velocities[j] * wanted[i], abs=1e-6
            )


def test_a_twist_is_the_tools_motion_in_the_named_frame(so101: ArmModel) -> None:
    goals = Goals(READY, (0.4, 0, 0, 0, 0, 0))
    command = one("servo_twist", goals, Moment(READY, 7), frame="base", joints=so101.joint_names[:-1])
    assert isinstance(command, TwistStamped)
    assert (command.stamp_ns, command.frame) == (7, "base")
    assert abs(command.angular[2]) == pytest.approx(0.4, abs=1e-6)
    assert command.linear[1] != 0.0


def ticks_until_silence(driven: Controllers, moment: Moment) -> int:
    sent, ticks = Sent(), 0
    while True:
        sent, outgoing = step(driven, sent, Goals(READY, STILL), moment)
        if not outgoing:
            return ticks
        ticks += 1


@pytest.mark.parametrize("kind", ["joint_trajectory", "forward_command", "servo_joint", "servo_twist"])
def test_at_rest_commands_are_repeated_and_then_cease(kind: Kind) -> None:
    driven = arm(RosController(kind, "/c"))
    assert ticks_until_silence(driven, Moment(READY, 0)) == REST_TICKS
    sent = Sent(READY, SETTLE_TICKS)
    moved = (0.01, *READY[1:])
    assert step(driven, sent, Goals(moved, STILL), Moment(READY, 0))[1] != ()
    assert step(driven, sent, Goals(READY, (0.1,) * 6), Moment(READY, 0))[1] != ()


def test_a_servo_is_pulled_on_until_the_arm_is_there_but_not_for_ever() -> None:
    away = tuple(at + 0.02 for at in READY)
    assert ticks_until_silence(arm(RosController("servo_joint", "/c")), Moment(away, 0)) == SETTLE_TICKS
    assert ticks_until_silence(arm(RosController("forward_command", "/c")), Moment(away, 0)) == REST_TICKS


def test_the_count_of_resting_ticks_ends() -> None:
    driven = arm(RosController("forward_command", "/c"))
    sent = Sent(READY, SETTLE_TICKS)
    assert step(driven, sent, Goals(READY, STILL), Moment(READY, 0)) == (sent, ())
    assert replace(sent, resting=0) != sent
