"""The closed form for every planar arm: whatever the senses of its joints, with a roll or without."""

import math
import random
from collections.abc import Iterator

import msgspec
import pytest
from pinocchio_arm import oracle_of

from robot_bridge.arms import ArmModel, load_arm
from robot_bridge.kinematics import Solution, Unreachable, closed_form, distance
from robot_bridge.wire.commands import PoseTarget


@pytest.fixture(scope="module", params=("so101", "so100", "koch_v1_1", "omx", "omx_f"))
def arm(request: pytest.FixtureRequest) -> ArmModel:
    """Each arm that has a closed form."""
    return load_arm(request.param)


def postures(arm: ArmModel, count: int) -> Iterator[tuple[float, ...]]:
    """Postures around the ready one, elbow up and the tool ahead of the pan axis."""
    draw = random.Random(arm.name)
    for _ in range(count):
        near = (angle + draw.uniform(-0.3, 0.3) for angle in arm.ready_rad)
        yield tuple(
            min(upper - 1e-6, max(lower + 1e-6, angle))
            for angle, lower, upper in zip(near, arm.lower_rad, arm.upper_rad, strict=True)
        )


def test_the_tool_point_is_where_pinocchio_puts_it(arm: ArmModel) -> None:
    oracle = oracle_of(arm)
    for q in postures(arm, 40):
        pose, tool = closed_form.forward(arm, q), oracle.frame(len(q) - 2, q) @ (*arm.tool_xyz_m, 1.0)
        assert (pose.x_m, pose.y_m, pose.z_m) == pytest.approx(tuple(tool[:3]), abs=1e-12)


def test_a_posture_comes_back_itself(arm: ArmModel) -> None:
    for q in postures(arm, 40):
        found = closed_form.inverse(arm, closed_form.forward(arm, q), q)
        assert isinstance(found, Solution)
        assert not found.pitch_relaxed and not found.roll_limited
        assert found.positions_rad[:-1] == pytest.approx(q[:-1], abs=1e-7)


def test_pitch_gives_way_and_the_point_is_kept(arm: ArmModel) -> None:
    pose = closed_form.forward(arm, arm.ready_rad)
    steep = msgspec.structs.replace(pose, z_m=pose.z_m + 0.04, pitch_rad=-2.4)
    found = closed_form.inverse(arm, steep, arm.ready_rad)
    assert isinstance(found, Solution) and found.pitch_relaxed
    assert distance(closed_form.forward(arm, found.positions_rad), steep) < 1e-9


def test_what_lies_too_far_too_near_or_behind_is_unreachable(arm: ArmModel) -> None:
    for point in ((1.0, 0.0, 0.1), (-0.25, 0.0, 0.1), (0.2, 0.0, 0.9)):
        assert closed_form.inverse(arm, PoseTarget(*point, -1.0, 0.0, 0.5), arm.ready_rad) == Unreachable()


def test_a_tool_off_the_plane_cannot_come_near_the_pan_axis() -> None:
    koch = load_arm("koch_v1_1")
    on_the_axis = PoseTarget(0.0, 0.0, 0.2, -1.0, 0.0, 0.5)
    assert closed_form.inverse(koch, on_the_axis, koch.ready_rad) == Unreachable()


def test_roll_turns_the_short_way_and_ends_at_the_joints_limit() -> None:
    so101 = load_arm("so101")
    pose = closed_form.forward(so101, so101.ready_rad)
    full_turn = closed_form.inverse(so101, msgspec.structs.replace(pose, roll_rad=math.tau), so101.ready_rad)
    assert isinstance(full_turn, Solution) and not full_turn.roll_limited
    past = closed_form.inverse(so101, msgspec.structs.replace(pose, roll_rad=3.0), so101.ready_rad)
    assert isinstance(past, Solution) and past.roll_limited
    assert past.positions_rad[4] == so101.upper_rad[4]


def test_an_arm_without_a_roll_says_when_another_roll_is_asked_for() -> None:
    omx = load_arm("omx")
    pose = closed_form.forward(omx, omx.ready_rad)
    assert pose.roll_rad == pytest.approx(math.pi / 2)
    other = closed_form.inverse(omx, msgspec.structs.replace(pose, roll_rad=0.0), omx.ready_rad)
    assert isinstance(other, Solution) and other.roll_limited
    assert other.positions_rad == pytest.approx(omx.ready_rad, abs=1e-9)
