"""Limits on where to go: what acts, what it is called, and that the result obeys all of them."""

import math

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robot_bridge.arms import ArmModel, load_arm
from robot_bridge.arms.model import gripper_angle
from robot_bridge.kinematics import Unreachable, distance, forward, inverse, lowest_guard_m
from robot_bridge.limits import Aim, aim, between, blend, boxed, clears_table, in_workspace, within
from robot_bridge.wire.commands import JointTarget, PoseTarget

SO101 = load_arm("so101")
READY = SO101.ready_rad
POSE = PoseTarget(0.22, 0.05, 0.08, -1.3, 0.2, 0.5)
metres = st.floats(-2.0, 2.0)
poses = st.builds(
    PoseTarget, metres, metres, metres, st.floats(-12, 12), st.floats(-12, 12), st.floats(0.0, 1.0)
)
joints = st.builds(JointTarget, st.tuples(*[st.floats(-12.6, 12.6)] * 5), st.floats(0.0, 1.0))
starts = st.sampled_from([READY, SO101.rest_rad])


def test_a_good_pose_is_aimed_at_as_it_is(so101: ArmModel) -> None:
    found = aim(so101, POSE, READY)
    assert found.acted == ()
    assert found.posture_rad == found.requested_rad
    assert found.pose is not None and distance(found.pose, POSE) < 1e-9


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"x_m": 0.5, "z_m": 0.05}, "workspace"),
        ({"y_m": -0.9}, "workspace"),
        ({"z_m": 0.9}, "workspace"),
        ({"x_m": 0.09, "y_m": -0.03, "z_m": 0.16}, "reach"),
        ({"z_m": 0.006}, "table"),
        ({"z_m": 0.13, "pitch_rad": -math.pi / 2}, "pitch_relaxed"),
        ({"roll_rad": 3.0}, "joint_position"),
    ],
)
def test_each_limit_is_named_when_it_acts(so101: ArmModel, change: dict[str, float], name: str) -> None:
    found = aim(so101, msgspec.structs.replace(POSE, **change), READY)
    assert name in found.acted


def test_the_table_lifts_the_tool_just_enough(so101: ArmModel) -> None:
    found = aim(so101, msgspec.structs.replace(POSE, z_m=0.005), READY)
    assert lowest_guard_m(so101, found.posture_rad) == pytest.approx(so101.table_clearance_m, abs=1e-4)
    assert found.requested_rad != found.posture_rad


def test_a_table_that_cannot_be_cleared_leaves_the_arm_where_it_is(so101: ArmModel) -> None:
    high = msgspec.structs.replace(so101, table_clearance_m=0.1, workspace=so101.workspace)
    raised = msgspec.structs.replace(high, table_clearance_m=0.5)
    assert aim(raised, POSE, READY).posture_rad == READY
    assert aim(raised, POSE, READY).acted == ("table",)


def test_a_lift_that_needs_more_than_its_tries_leaves_the_arm_where_it_is(so101: ArmModel) -> None:
    # A guard point on the base's own link never rises, however often the tool is lifted.
    sunk = msgspec.structs.replace(so101.guard_points[0], link="shoulder", xyz_m=(0.0, 0.0, 0.0602))
    model = msgspec.structs.replace(so101, guard_points=(sunk,))
    assert aim(model, POSE, READY).posture_rad == READY


def test_an_unreachable_request_is_reported_as_what_was_aimed_at(so101: ArmModel) -> None:
    found = aim(so101, PoseTarget(2.0, 0.0, 0.1, -1.0, 0.0, 0.5), READY)
    assert found.requested_rad == found.posture_rad


def test_what_is_out_of_reach_is_approached_as_far_as_it_can_be(so101: ArmModel) -> None:
    target = msgspec.structs.replace(POSE, x_m=0.09, y_m=-0.03, z_m=0.16)
    found = aim(so101, target, READY)
    start = forward(so101, READY)
    assert found.acted == ("reach", "pitch_relaxed") and found.pose is not None
    parts = round(256 * (found.pose.x_m - start.x_m) / (target.x_m - start.x_m))
    assert 0 < parts < 256
    there = between(start, target, parts / 256)
    assert (found.pose.x_m, found.pose.y_m, found.pose.z_m) == pytest.approx(
        (there.x_m, there.y_m, there.z_m)
    )
    assert isinstance(inverse(so101, between(start, target, (parts + 1) / 256), READY), Unreachable)


def test_joint_targets_are_clamped_and_named(so101: ArmModel) -> None:
    wanted = JointTarget((2.5, *READY[1:5]), 0.5)
    found = aim(so101, wanted, READY)
    assert "joint_position" in found.acted and found.pose is None
    assert found.requested_rad[0] == 2.5


def test_joint_targets_below_the_table_or_outside_the_box_end_on_the_way(so101: ArmModel) -> None:
    down = aim(so101, JointTarget((0.0, 0.6, 0.9, 0.4, 0.0), 0.5), READY)
    assert "table" in down.acted and clears_table(so101, down.posture_rad)
    up = aim(so101, JointTarget((0.0, -0.5, -1.0, 0.0, 0.0), 0.5), READY)
    assert up.acted == ("workspace",) and in_workspace(so101, forward(so101, up.posture_rad))
    assert up.posture_rad != READY


def test_a_joint_target_that_only_the_table_forbids_ends_on_the_way(so101: ArmModel) -> None:
    found = aim(so101, JointTarget((0.16, 0.65, 0.54, -0.78, 0.28), 0.5), READY)
    assert found.acted == ("table",) and clears_table(so101, found.posture_rad)
    assert READY[1] < found.posture_rad[1] < 0.65


def test_the_table_is_clear_to_a_nanometre(so101: ArmModel) -> None:
    lowest = lowest_guard_m(so101, READY)
    for missing, clear in ((0.0, True), (0.9e-9, True), (1.2e-9, False), (1.0, False), (-1.0, True)):
        model = msgspec.structs.replace(so101, table_clearance_m=lowest + missing)
        assert clears_table(model, READY) is clear


def test_the_box_is_the_box(so101: ArmModel) -> None:
    assert in_workspace(so101, POSE) is True
    assert in_workspace(so101, msgspec.structs.replace(POSE, z_m=0.9)) is False


def test_the_way_to_a_joint_target_is_halved_eight_times(so101: ArmModel) -> None:
    for goal in ((0.0, -0.5, -1.0, 0.0, 0.0), (0.3, -0.6, -1.1, 0.1, 0.0), (0.0, 0.6, 0.9, 0.4, 0.0)):
        found = aim(so101, JointTarget(goal, 0.5), READY)
        parts = 256 * (found.posture_rad[1] - READY[1]) / (goal[1] - READY[1])
        assert parts == pytest.approx(round(parts), abs=1e-6) and 0 < parts < 256


def test_postures_of_another_arm_are_an_error(so101: ArmModel) -> None:
    with pytest.raises(ValueError, match="zip"):
        within(so101, READY[:5])
    with pytest.raises(ValueError, match="zip"):
        blend(READY, READY[:5], 0.5)


def test_the_rest_and_ready_postures_can_be_asked_for(so101: ArmModel) -> None:
    for posture in (so101.rest_rad, so101.ready_rad):
        assert aim(so101, JointTarget(posture[:5], 0.3), READY).acted == ()


@settings(max_examples=150, deadline=None)
@given(st.one_of(poses, joints), starts)
def test_whatever_is_asked_the_aim_obeys_every_limit(
    target: PoseTarget | JointTarget, start: tuple[float, ...]
) -> None:
    found = aim(SO101, target, start)
    assert within(SO101, found.posture_rad) == found.posture_rad
    assert clears_table(SO101, found.posture_rad)
    pose = forward(SO101, found.posture_rad)
    near = boxed(SO101, pose)
    # A lift for the table may leave the box by what was missing.
    assert distance(near, pose) < 0.12 if "table" in found.acted else distance(near, pose) < 1e-6


def test_ways_are_straight() -> None:
    a, b = PoseTarget(0, 0, 0, 0, 0, 0), PoseTarget(1, 2, 3, 4, 5, 1)
    assert between(a, b, 0.5) == PoseTarget(0.5, 1.0, 1.5, 2.0, 2.5, 0.5)
    assert blend((0.0, 2.0), (1.0, 4.0), 0.25) == (0.25, 2.5)


def test_what_lies_outside_the_box_is_requested_as_it_is(so101: ArmModel) -> None:
    aside = PoseTarget(0.15, 0.29, 0.06, -1.0, 0.1, 0.5)
    found = aim(so101, aside, READY)
    assert "workspace" in found.acted and found.progress is None
    assert distance(forward(so101, found.requested_rad), aside) < 1e-6
    assert distance(forward(so101, found.posture_rad), boxed(so101, aside)) < 1e-6


def test_where_nothing_on_the_way_can_be_reached_only_the_jaw_moves(so101: ArmModel) -> None:
    tied = msgspec.structs.replace(so101.joints[0], limits_rad=(-0.5, 0.5))
    model = msgspec.structs.replace(so101, joints=(tied, *so101.joints[1:]))
    edge = (model.upper_rad[0], *READY[1:])
    beyond = msgspec.structs.replace(forward(so101, (0.6, *READY[1:])), gripper=1.0)
    found = aim(model, beyond, edge)
    assert found.posture_rad == (*edge[:-1], so101.gripper.open_rad)
    assert found.acted == ("reach",) and found.requested_rad == found.posture_rad


WIDOWX = load_arm("widowx_250")


def worked_out(target: PoseTarget, start: tuple[float, ...]) -> list[Aim]:
    """Every aim from the first tick to the one that leaves nothing to be worked out."""
    aims = [aim(WIDOWX, target, start)]
    while aims[-1].progress is not None:
        aims.append(aim(WIDOWX, target, start, aims[-1]))
    return aims


def test_an_aim_that_takes_many_steps_is_worked_out_over_ticks_and_the_way_there_is_inside_the_limits() -> (
    None
):
    target = PoseTarget(0.3, 0.37, 0.3, 0.3, 1.0, 0.5)
    start = WIDOWX.rest_rad
    *rough, last = worked_out(target, start)
    assert len(rough) >= 1 and not last.rough
    assert distance(forward(WIDOWX, last.posture_rad), target) < 1e-6
    for one in rough:
        assert one.rough and one.pose is None and one.requested_rad == one.posture_rad and one.acted == ()
        assert one.posture_rad != start and within(WIDOWX, one.posture_rad) == one.posture_rad
        assert one.posture_rad[-1] == pytest.approx(gripper_angle(WIDOWX, 0.5))
    assert rough[-1].progress is not None and rough[-1].progress.start_rad == start


def test_a_tick_takes_three_steps_of_the_solver_and_the_next_one_goes_on_with_them() -> None:
    *rough, _ = worked_out(PoseTarget(0.3, 0.37, 0.3, 0.3, 1.0, 0.5), WIDOWX.rest_rad)
    taken = [one.progress.search.steps for one in rough if one.progress and one.progress.search]
    assert taken[:2] == [3, 6]


def test_that_no_start_has_reached_the_point_yet_is_named_and_the_nearest_posture_aimed_at() -> None:
    target = PoseTarget(0.52, -0.38, 0.45, -1.5, 0.0, 0.5)
    aims = worked_out(target, (1.5, *WIDOWX.ready_rad[1:]))
    named = [one for one in aims if one.rough and "reach" in one.acted]
    assert named and aims[-1].acted[0] == "reach"
    for one in named:
        assert one.progress is not None and one.posture_rad[:-1] == one.progress.nearest_rad


def test_an_aim_that_is_worked_out_anew_stays_as_it_was_until_then() -> None:
    target = PoseTarget(0.52, -0.38, 0.45, -1.5, 0.0, 0.5)
    first = worked_out(target, (1.5, *WIDOWX.ready_rad[1:]))[-1]
    assert "reach" in first.acted
    again = aim(WIDOWX, target, (1.4, *WIDOWX.ready_rad[1:]), first)
    assert again.progress is not None and not again.rough
    assert (again.posture_rad, again.pose, again.acted) == (first.posture_rad, first.pose, first.acted)


def test_what_is_left_of_a_lift_or_of_the_request_is_worked_out_in_later_ticks() -> None:
    low = PoseTarget(0.3, 0.1, 0.005, -0.2, 0.0, 0.5)
    *rough, last = worked_out(low, WIDOWX.ready_rad)
    assert "table" in last.acted and clears_table(WIDOWX, last.posture_rad)
    assert any(one.rough for one in rough)
    aside = PoseTarget(0.3, 0.45, 0.2, -0.5, 0.0, 0.5)
    *rough, last = worked_out(aside, WIDOWX.ready_rad)
    assert last.acted == ("workspace",)
    assert distance(forward(WIDOWX, last.requested_rad), aside) < 1e-6
    whole = [one for one in rough if not one.rough]
    assert whole and all(one.posture_rad == last.posture_rad == one.requested_rad for one in whole)
    assert all(one.pose == last.pose and one.acted == last.acted for one in whole)


def test_an_arm_whose_solver_knows_the_nearest_posture_is_sent_there() -> None:
    widowx = load_arm("widowx_250")
    corner = PoseTarget(widowx.workspace.x_m[1], widowx.workspace.y_m[1], 0.45, -0.3, 0.0, 0.5)
    found = worked_out(corner, widowx.ready_rad)[-1]
    assert "reach" in found.acted and found.pose is not None
    assert distance(found.pose, corner) < 0.2 < distance(forward(widowx, widowx.ready_rad), corner)
    assert within(widowx, found.posture_rad) == found.posture_rad


def test_what_was_told_does_not_change() -> None:
    assert Aim.__struct_config__.frozen
