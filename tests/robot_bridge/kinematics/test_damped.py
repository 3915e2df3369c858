"""The damped solver: against the closed form where there is one, at limits, and near singular postures."""

import math
import random
from collections.abc import Iterator

import msgspec
import numpy as np
import pytest

from robot_bridge.arms import ArmModel, load_arm
from robot_bridge.kinematics import Solution, Unreachable, closed_form, damped, distance, task
from robot_bridge.wire.commands import PoseTarget

PLANAR = ("so101", "so100", "koch_v1_1", "omx", "omx_f")
WIDOWX = load_arm("widowx_250")
ON_THE_POINT_M = 1e-6


def poses(arm: ArmModel, count: int) -> Iterator[PoseTarget]:
    """Poses drawn from the workspace, from level to straight down, the jaws as the arm holds them."""
    draw = random.Random(arm.name)
    box = arm.workspace
    roll = task.forward(arm, arm.ready_rad).roll_rad
    for _ in range(count):
        at = (draw.uniform(*box.x_m), draw.uniform(*box.y_m), draw.uniform(*box.z_m))
        yield PoseTarget(*at, draw.uniform(-math.pi / 2, 0.0), roll, draw.random())


def inside(arm: ArmModel, solution: Solution) -> bool:
    """Whether every joint stands within its soft limits."""
    return all(
        lower - 1e-12 <= angle <= upper + 1e-12
        for angle, lower, upper in zip(solution.positions_rad, arm.lower_rad, arm.upper_rad, strict=True)
    )


@pytest.mark.parametrize("name", PLANAR)
def test_what_the_closed_form_reaches_the_damped_solver_reaches_too(name: str) -> None:
    arm = load_arm(name)
    lost = met = 0
    for pose in poses(arm, 60):
        exact = closed_form.inverse(arm, pose, arm.ready_rad)
        found = damped.inverse(arm, pose, arm.ready_rad)
        if isinstance(found, Solution):
            assert inside(arm, found)
            assert distance(task.forward(arm, found.positions_rad), pose) < ON_THE_POINT_M
        if isinstance(exact, Solution) and not exact.pitch_relaxed:
            met += 1
            lost += isinstance(found, Unreachable) or found.pitch_relaxed
    assert met >= 15
    assert lost <= 0.1 * met


@pytest.mark.parametrize("name", PLANAR)
def test_from_nearby_it_finds_the_closed_forms_own_posture(name: str) -> None:
    arm = load_arm(name)
    draw = random.Random(name)
    for pose in poses(arm, 40):
        exact = closed_form.inverse(arm, pose, arm.ready_rad)
        if isinstance(exact, Unreachable) or exact.pitch_relaxed or exact.roll_limited:
            continue
        near = tuple(angle + draw.uniform(-0.02, 0.02) for angle in exact.positions_rad)
        found = damped.inverse(arm, pose, near)
        assert isinstance(found, Solution)
        assert found.positions_rad == pytest.approx(exact.positions_rad, abs=1e-4)


def test_the_gripper_is_set_by_its_fraction_alone() -> None:
    pose = task.forward(WIDOWX, WIDOWX.ready_rad)
    found = damped.inverse(WIDOWX, msgspec.structs.replace(pose, gripper=1.0), WIDOWX.ready_rad)
    assert isinstance(found, Solution)
    assert found.positions_rad == pytest.approx((*WIDOWX.ready_rad[:-1], WIDOWX.gripper.open_rad), abs=1e-6)


@pytest.mark.parametrize("point", [(0.9, 0.0, 0.1), (0.5, 0.5, 0.5), (0.1, 0.0, 1.0)])
def test_a_point_out_of_reach_is_answered_with_a_posture_nearer_to_it(
    point: tuple[float, float, float],
) -> None:
    pose = PoseTarget(*point, -1.0, 0.0, 0.0)
    found = damped.inverse(WIDOWX, pose, WIDOWX.ready_rad)
    assert isinstance(found, Unreachable) and found.nearest is not None
    assert inside(WIDOWX, found.nearest)
    before = distance(task.forward(WIDOWX, WIDOWX.ready_rad), pose)
    assert distance(task.forward(WIDOWX, found.nearest.positions_rad), pose) < before - 0.05


def test_a_point_behind_an_arm_that_cannot_turn_there_is_refused() -> None:
    tied = msgspec.structs.replace(WIDOWX.joints[0], limits_rad=(-0.1, 0.1))
    model = msgspec.structs.replace(WIDOWX, joints=(tied, *WIDOWX.joints[1:]))
    behind = PoseTarget(-0.3, 0.0, 0.2, -0.5, 0.0, 0.0)
    assert isinstance(damped.inverse(model, behind, WIDOWX.ready_rad), Unreachable)


def test_a_far_point_is_found_from_a_start_that_faces_it() -> None:
    behind = PoseTarget(-0.3, -0.1, 0.15, -1.0, 0.0, 0.0)
    found = damped.inverse(WIDOWX, behind, WIDOWX.ready_rad)
    assert isinstance(found, Solution)
    assert distance(task.forward(WIDOWX, found.positions_rad), behind) < ON_THE_POINT_M


def test_pitch_gives_way_when_a_joint_stands_at_its_limit_and_the_arm_goes_on() -> None:
    """The joint at its limit is taken out of the step; the others still bring the tool to the point."""
    wrist = msgspec.structs.replace(WIDOWX.joints[4], limits_rad=(-1.74533, 0.8))
    model = msgspec.structs.replace(WIDOWX, joints=(*WIDOWX.joints[:4], wrist, *WIDOWX.joints[5:]))
    start = task.forward(model, model.ready_rad)
    q, relaxed = model.ready_rad, 0
    for step in range(1, 60):
        pose = msgspec.structs.replace(start, z_m=start.z_m + 0.002 * step)
        found = damped.inverse(model, pose, q)
        assert isinstance(found, Solution) and inside(model, found)
        assert distance(task.forward(model, found.positions_rad), pose) < ON_THE_POINT_M
        moved = (abs(a - b) for a, b in zip(found.positions_rad, q, strict=True))
        assert max(moved) < 0.1
        q, relaxed = found.positions_rad, relaxed + found.pitch_relaxed
    assert relaxed > 10
    back = damped.inverse(model, start, q)
    assert isinstance(back, Solution) and not back.pitch_relaxed


def test_a_walk_outward_to_the_end_of_the_reach_never_leaps() -> None:
    q = WIDOWX.ready_rad
    start = task.forward(WIDOWX, q)
    reached = 0
    for step in range(1, 500):
        pose = msgspec.structs.replace(start, x_m=start.x_m + 0.001 * step, z_m=0.2, pitch_rad=-0.5)
        found = damped.inverse(WIDOWX, pose, q)
        if isinstance(found, Unreachable):
            break
        if step > 1:
            assert max(abs(a - b) for a, b in zip(found.positions_rad, q, strict=True)) < 0.25
        q, reached = found.positions_rad, step
    assert 0.62 < start.x_m + 0.001 * reached < 0.7


def test_roll_of_an_arm_without_a_roll_joint_is_said_to_be_limited() -> None:
    omx = load_arm("omx")
    pose = task.forward(omx, omx.ready_rad)
    found = damped.inverse(omx, msgspec.structs.replace(pose, roll_rad=0.0), omx.ready_rad)
    assert isinstance(found, Solution)
    assert found.roll_limited and not found.pitch_relaxed


def test_a_spare_joint_keeps_the_tool_in_the_arms_plane() -> None:
    for pose in poses(WIDOWX, 30):
        found = damped.inverse(WIDOWX, pose, WIDOWX.ready_rad)
        if isinstance(found, Solution) and not found.pitch_relaxed:
            assert task.measure(WIDOWX, found.positions_rad).lean_rad == pytest.approx(0.0, abs=0.02)


@pytest.mark.parametrize("steps", [1, 3, 8])
def test_a_search_that_is_cut_into_parts_gives_the_same_bits(steps: int) -> None:
    behind = PoseTarget(-0.3, -0.1, 0.15, -1.0, 0.0, 0.0)
    out_of_reach = PoseTarget(-0.9, 0.3, 0.1, -1.0, 0.0, 0.0)
    for pose in (*poses(WIDOWX, 10), behind, out_of_reach):
        search, parts = damped.begin(WIDOWX, pose, WIDOWX.ready_rad), 0
        while search.answer is None:
            search, left = damped.go_on(WIDOWX, search, steps)
            assert 0 <= left <= steps and (left == 0 or search.answer is not None)
            parts += 1
        assert search.answer == damped.inverse(WIDOWX, pose, WIDOWX.ready_rad)
        # Three starts of at most 20 steps and 8 more onto the point.
        assert parts * steps < 3 * 28 + steps
        assert damped.go_on(WIDOWX, search, steps) == (search, steps)


def test_a_search_knows_its_nearest_posture_at_any_time() -> None:
    pose = PoseTarget(-0.9, 0.3, 0.1, -1.0, 0.0, 0.0)
    search = damped.begin(WIDOWX, pose, WIDOWX.ready_rad)
    assert search.nearest_rad == WIDOWX.ready_rad[:-1]
    misses = []
    while search.answer is None:
        search, _ = damped.go_on(WIDOWX, search, 1)
        found = task.forward(WIDOWX, (*search.nearest_rad, 0.0))
        misses.append(distance(found, pose))
        assert search.nearest_rad == (min(search.ended)[1] if search.ended else search.at_rad)
    assert isinstance(search.answer, Unreachable) and search.answer.nearest is not None
    assert search.answer.nearest.positions_rad[:-1] == search.nearest_rad
    assert misses[-1] < misses[0]


def test_the_same_pose_gives_the_same_bits() -> None:
    for pose in poses(WIDOWX, 10):
        first = damped.inverse(WIDOWX, pose, WIDOWX.ready_rad)
        assert damped.inverse(WIDOWX, pose, WIDOWX.ready_rad) == first


def test_a_step_is_scaled_as_a_whole_so_that_its_direction_stays() -> None:
    levels = ((np.eye(3), np.array([0.2, 0.1, -0.1])), (np.zeros((1, 3)), np.zeros(1)))
    limits = (np.full(3, -1.0), np.array([0.05, 1.0, 1.0]))
    assert damped._step(np.zeros(3), levels, limits) == pytest.approx([0.05, 0.025, -0.025])
    wide = (np.full(3, -9.0), np.full(3, 9.0))
    far = ((np.eye(3), np.array([2.0, 1.0, -1.0])), levels[1])
    assert damped._step(np.zeros(3), far, wide) == pytest.approx([0.5, 0.25, -0.25])


def test_a_joint_with_next_to_no_room_is_taken_out_of_the_step_and_the_others_go_on() -> None:
    levels = ((np.eye(3), np.array([0.2, 0.1, -0.1])), (np.zeros((1, 3)), np.zeros(1)))
    limits = (np.full(3, -1.0), np.array([0.001, 1.0, 1.0]))
    assert damped._step(np.zeros(3), levels, limits) == pytest.approx([0.0, 0.1, -0.1])
    back = ((np.eye(3), np.array([-0.2, 0.1, -0.1])), levels[1])
    assert damped._step(np.zeros(3), back, limits) == pytest.approx([-0.2, 0.1, -0.1])


def test_the_damping_is_nothing_away_from_a_singularity_and_bounds_the_step_at_one() -> None:
    clear, near, at = damped._gain(np.array([0.5, 0.02, 1e-9]))
    assert clear == pytest.approx(2.0)
    assert near < 0.5 / 0.02
    assert at < 1e-3


@pytest.mark.parametrize("name", ["so101", "so100", "omx_f"])
def test_a_pitch_that_cannot_be_had_is_given_way_to_about_as_little_as_in_closed_form(name: str) -> None:
    arm = load_arm(name)
    start = task.forward(arm, arm.ready_rad)
    q = arm.ready_rad
    for step in range(1, 41):
        pose = msgspec.structs.replace(start, x_m=start.x_m + 0.003 * step)
        found, exact = damped.inverse(arm, pose, q), closed_form.inverse(arm, pose, q)
        if isinstance(found, Unreachable) or isinstance(exact, Unreachable):
            break
        q = found.positions_rad
        ours, least = (
            abs(task.forward(arm, one.positions_rad).pitch_rad - pose.pitch_rad) for one in (found, exact)
        )
        assert ours <= least + 0.05
