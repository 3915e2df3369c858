"""Forward and inverse kinematics: round trips, the published reach, and what gives way."""

import math

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from robot_bridge.arms import ArmModel, load_arm
from robot_bridge.kinematics import Solution, Unreachable, distance, forward, inverse
from robot_bridge.kinematics.frames import chain_frames, transform
from robot_bridge.wire.commands import PoseTarget

SO101 = load_arm("so101")
inside = st.tuples(*[st.floats(a, b) for a, b in zip(SO101.lower_rad, SO101.upper_rad, strict=True)])


def bare(model: ArmModel) -> ArmModel:
    """The arm as the reach was published: tool point on the roll axis, no soft margin."""
    motion = msgspec.structs.replace(model.motion, soft_margin_rad=0.0)
    return msgspec.structs.replace(model, tool_xyz_m=(0.0, 0.0, -0.0981274), motion=motion)


@given(inside)
def test_forward_agrees_with_the_link_frames(q: tuple[float, ...]) -> None:
    pose = forward(SO101, q)
    gripper = chain_frames(SO101, q)[4]
    point = transform(gripper, SO101.tool_xyz_m)
    assert math.dist(point, (pose.x_m, pose.y_m, pose.z_m)) < 1e-9
    assert -gripper[10] == pytest.approx(math.sin(pose.pitch_rad), abs=1e-9)


@given(inside)
def test_the_inverse_of_a_posture_in_front_reaches_it_again(q: tuple[float, ...]) -> None:
    pose = forward(SO101, q)
    solution = inverse(SO101, pose, q)
    if isinstance(solution, Unreachable) or solution.pitch_relaxed:
        return  # the posture had its elbow down or the tool point behind the pan axis
    again = forward(SO101, solution.positions_rad)
    assert distance(pose, again) < 1e-9
    assert math.remainder(again.pitch_rad - pose.pitch_rad, math.tau) == pytest.approx(0.0, abs=1e-9)
    assert again.roll_rad == pytest.approx(pose.roll_rad, abs=1e-9)


@given(
    st.floats(-1.2, 1.2),
    st.floats(-1.2, 1.0),
    st.floats(-1.0, 1.6),
    st.floats(-1.0, 1.6),
    st.floats(-2.0, 2.0),
)
def test_elbow_up_postures_in_front_come_back_themselves(
    pan: float, lift: float, elbow: float, flex: float, roll: float
) -> None:
    q = (pan, lift, elbow, flex, roll, 0.3)
    pose = forward(SO101, q)
    ahead = (pose.x_m - 0.0388) * math.cos(pan) - pose.y_m * math.sin(pan)
    if ahead < 0.03:
        return
    solution = inverse(SO101, pose, q)
    assert isinstance(solution, Solution)
    assert solution.positions_rad == pytest.approx(q, abs=1e-7)


@given(
    st.floats(0.0, 0.4), st.floats(-0.4, 0.4), st.floats(0.0, 0.4), st.floats(-2.0, 0.5), st.floats(-3.2, 3.2)
)
def test_solutions_stay_inside_the_soft_limits_and_on_the_point(
    x: float, y: float, z: float, pitch: float, roll: float
) -> None:
    pose = PoseTarget(x, y, z, pitch, roll, 0.5)
    solution = inverse(SO101, pose, SO101.ready_rad)
    if isinstance(solution, Solution):
        for value, lower, upper in zip(solution.positions_rad, SO101.lower_rad, SO101.upper_rad, strict=True):
            assert lower - 1e-12 <= value <= upper + 1e-12
        assert distance(forward(SO101, solution.positions_rad), pose) < 1e-9


@pytest.mark.parametrize(
    ("pitch", "z", "nearest", "farthest"),
    [
        (-90, 0.0, 0.091, 0.316),
        (-90, 0.06, 0.125, 0.281),
        (-60, 0.06, 0.147, 0.386),
        (-60, 0.16, 0.198, 0.315),
    ],
)
def test_reach_is_the_published_one(
    so101: ArmModel, pitch: float, z: float, nearest: float, farthest: float
) -> None:
    model = bare(so101)

    def reached(millimetre: int) -> bool:
        pose = PoseTarget(millimetre / 1000, 0.0, z, math.radians(pitch), 0.0, 0.0)
        solution = inverse(model, pose, so101.ready_rad)
        return isinstance(solution, Solution) and not solution.pitch_relaxed

    reach = [x for x in range(40, 420) if reached(x)]
    assert (reach[0], reach[-1]) == pytest.approx((nearest * 1000, farthest * 1000), abs=2)


def test_straight_down_ends_below_100_mm(so101: ArmModel) -> None:
    model = bare(so101)
    solution = inverse(model, PoseTarget(0.2, 0.0, 0.1, -math.pi / 2, 0.0, 0.0), so101.ready_rad)
    assert isinstance(solution, Solution) and solution.pitch_relaxed


def test_pitch_gives_way_upward_and_no_further_than_needed(so101: ArmModel) -> None:
    pose = PoseTarget(0.2, 0.0, 0.15, -math.pi / 2, 0.0, 0.0)
    solution = inverse(so101, pose, so101.ready_rad)
    assert isinstance(solution, Solution) and solution.pitch_relaxed
    reached = forward(so101, solution.positions_rad).pitch_rad
    stricter = msgspec.structs.replace(pose, pitch_rad=reached - 0.005)
    assert -math.pi / 2 < reached
    again = inverse(so101, stricter, so101.ready_rad)
    assert isinstance(again, Solution) and again.pitch_relaxed


@pytest.mark.parametrize(
    ("x", "y", "z"),
    [(0.6, 0.0, 0.1), (0.2, 0.0, 0.6), (0.0388353, 0.0, 0.1), (-0.2, 0.02, 0.1)],
)
def test_points_out_of_reach_are_said_to_be(so101: ArmModel, x: float, y: float, z: float) -> None:
    assert inverse(so101, PoseTarget(x, y, z, -1.5, 0.0, 0.0), so101.ready_rad) == Unreachable()


def test_roll_takes_the_full_turn_that_is_near_and_is_clamped_at_its_limit(so101: ArmModel) -> None:
    pose = PoseTarget(0.2, 0.0, 0.1, -1.0, 1.0 + math.tau, 0.0)
    solution = inverse(so101, pose, so101.ready_rad)
    assert isinstance(solution, Solution) and not solution.roll_limited
    assert forward(so101, solution.positions_rad).roll_rad == pytest.approx(1.0)
    solution = inverse(so101, msgspec.structs.replace(pose, roll_rad=3.0), so101.ready_rad)
    assert isinstance(solution, Solution) and solution.roll_limited
    assert solution.positions_rad[4] == so101.upper_rad[4]


def test_jaws_turn_counterclockwise_from_above_with_positive_roll(so101: ArmModel) -> None:
    solution = inverse(so101, PoseTarget(0.2, 0.0, 0.05, -math.pi / 2, 0.5, 0.0), so101.ready_rad)
    assert isinstance(solution, Solution)
    gripper = chain_frames(so101, solution.positions_rad)[4]
    heading = -solution.positions_rad[0]
    assert math.atan2(gripper[4], gripper[0]) == pytest.approx(heading + 0.5, abs=1e-9)


def test_gripper_fraction_runs_from_shut_to_open(so101: ArmModel) -> None:
    for fraction in (0.0, 0.5, 1.0):
        solution = inverse(so101, PoseTarget(0.2, 0.0, 0.05, -1.4, 0.0, fraction), so101.ready_rad)
        assert isinstance(solution, Solution)
        assert forward(so101, solution.positions_rad).gripper == pytest.approx(fraction)
