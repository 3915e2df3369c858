from dataclasses import replace
from math import dist, hypot, pi
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from game import moves
from game.moves import Arm, Done, Failed, MovePlan, Moving, Refusal, Status, Waypoint, plan_move, step
from game.puzzle import load_puzzles
from game.route import Pose
from game.rules import PieceSighting
from game.table import facing_arm_rad

TOWER = load_puzzles()["tower"]
READY = Pose(0.2, 0.0, 0.12, -1.1, 0.0)
LOW = Pose(0.2, 0.0, 0.03, -1.1, 0.0)
TICK_NS = 20_000_000
WIDTH = 0.29


def lying(piece: str, slot: str, level: int = 0, turn_rad: float = 0.0) -> PieceSighting:
    one = TOWER.slot(slot)
    yaw = facing_arm_rad(one.x_m, one.y_m) + turn_rad
    return PieceSighting(piece, one.x_m, one.y_m, 0.015 + 0.03 * level, yaw, 0.1)


START = [lying("blue", "far_left"), lying("yellow", "far_middle"), lying("red", "far_right")]


def planned(piece: str = "blue", slot: str = "near_middle", pose: Pose = READY) -> MovePlan:
    plan = plan_move(TOWER, START, piece, slot, pose)
    assert isinstance(plan, MovePlan)
    return plan


class Robot:
    """An ideal arm: is where it is told to be one tick later; the jaws stop at a piece between them."""

    def __init__(self, pose: Pose = READY, holds_at: tuple[float, float, float] | None = None) -> None:
        self.pose, self.gripper, self.piece_at = pose, 0.5, holds_at
        self.held = False
        self.path: list[Waypoint] = []

    def follow(self, waypoint: Waypoint) -> None:
        self.path.append(waypoint)
        self.pose = Pose(waypoint.x_m, waypoint.y_m, waypoint.z_m, waypoint.pitch_rad, waypoint.roll_rad)
        near = self.piece_at is not None and dist(self.pose.point_m, self.piece_at) < 0.01
        self.held = (self.held or near) and waypoint.gripper < WIDTH
        self.gripper = WIDTH if self.held else waypoint.gripper

    @property
    def arm(self) -> Arm:
        return Arm(self.pose, self.gripper, 0.3 if self.held else 0.0, settled=True)


def run(plan: MovePlan, robot: Robot, ticks: int = 3000) -> tuple[Status, list[str]]:
    stages: list[str] = []
    for tick in range(ticks):
        plan, waypoint, status = step(plan, robot.arm, tick * TICK_NS)
        if not isinstance(status, Moving):
            assert waypoint is None
            assert step(plan, robot.arm, (tick + 1) * TICK_NS) == (plan, None, status)
            return status, stages
        assert waypoint is not None
        stages += [status.stage] if status.stage not in stages[-1:] else []
        robot.follow(waypoint)
    raise AssertionError("the move never ended")


def test_a_move_goes_through_its_stages_and_ends() -> None:
    blue = START[0]
    robot = Robot(holds_at=(blue.x_m, blue.y_m, blue.z_m))
    status, stages = run(planned(), robot)
    assert status == Done()
    assert stages == ["approach", "descend", "grip", "lift", "carry", "lower", "release", "retreat"]
    released = next(at for at in reversed(range(len(robot.path))) if robot.path[at].gripper < 0.5)
    ring = TOWER.slot("near_middle")
    # A held piece lies against the fixed finger, 6 mm nearer to the arm than the tool point.
    assert (robot.path[released].x_m, robot.path[released].y_m) == pytest.approx((ring.x_m + 0.006, ring.y_m))
    assert robot.path[released].z_m == pytest.approx(0.015 + moves.RELEASE_ABOVE_M, abs=0.002)
    assert robot.path[-1].z_m == pytest.approx(moves.VIEW_M, abs=0.005)


def test_waypoints_never_leap_and_never_cross_other_pieces() -> None:
    blue = START[0]
    robot = Robot(pose=LOW, holds_at=(blue.x_m, blue.y_m, blue.z_m))
    run(planned(pose=LOW), robot)
    for before, after in zip(robot.path, robot.path[1:], strict=False):
        leap = dist((before.x_m, before.y_m, before.z_m), (after.x_m, after.y_m, after.z_m))
        assert leap <= moves.TRAVEL_M_S * TICK_NS / 1e9 + 1e-9
    for waypoint in robot.path:
        for other in START[1:]:
            if hypot(waypoint.x_m - other.x_m, waypoint.y_m - other.y_m) < 0.05:
                assert waypoint.z_m >= other.z_m + 0.03 + moves.CLEARANCE_M


def test_the_held_piece_is_squeezed_and_not_crushed() -> None:
    blue = START[0]
    robot = Robot(holds_at=(blue.x_m, blue.y_m, blue.z_m))
    run(planned(), robot)
    carried = [one.gripper for one in robot.path if one.z_m > 0.07 and one.gripper < 0.5]
    assert set(carried) == {WIDTH - moves.SQUEEZE}


@pytest.mark.parametrize("level", [1, 2])
def test_a_stack_is_built_on_what_lies_there(level: int) -> None:
    stack = [lying("blue", "near_middle"), lying("yellow", "near_middle", 1, turn_rad=0.2)][:level]
    stack[-1] = replace(stack[-1], x_m=stack[-1].x_m + 0.005)
    plan = plan_move(TOWER, [*stack, START[2]], "red", "near_middle", READY)
    assert isinstance(plan, MovePlan)
    lower = next(leg for leg in plan.legs if leg.stage == "lower")
    assert lower.to.z_m == pytest.approx(0.015 + 0.03 * level + moves.RELEASE_ABOVE_M)
    x_m, y_m = lower.to.x_m - stack[-1].x_m, lower.to.y_m - stack[-1].y_m
    assert hypot(x_m, y_m) == pytest.approx(0.006), "a held piece lies 6 mm from the tool point"
    assert x_m > 0.0058, "toward the arm"
    carry = next(leg for leg in plan.legs if leg.stage == "carry")
    assert carry.to.z_m >= 0.03 * level + 0.015 + moves.CLEARANCE_M


@pytest.mark.parametrize(
    ("turn_rad", "roll_rad"), [(0.0, 0.0), (0.3, 0.3), (-0.3, -0.3), (pi / 2 + 0.1, 0.1), (pi - 0.2, -0.2)]
)
def test_the_jaws_meet_the_nearest_pair_of_faces(turn_rad: float, roll_rad: float) -> None:
    plan = plan_move(TOWER, [lying("blue", "far_left", turn_rad=turn_rad)], "blue", "near_middle", READY)
    assert isinstance(plan, MovePlan)
    assert next(leg for leg in plan.legs if leg.stage == "descend").to.roll_rad == pytest.approx(roll_rad)


@pytest.mark.parametrize(
    ("seen", "piece", "slot", "reason"),
    [
        (START, "green", "near_middle", moves.UNKNOWN),
        (START, "blue", "nowhere", moves.UNKNOWN),
        (START[1:], "blue", "near_middle", moves.NOT_SEEN),
        ([*START[:2], lying("red", "far_left", 1)], "blue", "near_middle", moves.COVERED),
        (START, "blue", "far_left", moves.THERE_ALREADY),
        (
            [lying("blue", "far_left"), lying("yellow", "far_left", 1), lying("red", "far_right")],
            "red",
            "far_left",
            None,
        ),
        ([*START[:2], replace(START[2], x_m=0.225, y_m=0.0)], "blue", "near_middle", moves.BLOCKED),
    ],
)
def test_refuses_what_cannot_be_done_and_says_why(
    seen: list[PieceSighting], piece: str, slot: str, reason: object
) -> None:
    plan = plan_move(TOWER, seen, piece, slot, READY)
    assert (plan.reason if isinstance(plan, Refusal) else None) == reason


def test_refuses_a_stack_out_of_reach() -> None:
    tall = [replace(lying("blue", "near_middle", level), piece=f"p{level}") for level in range(3)]
    plan = plan_move(TOWER, [*tall, START[2]], "red", "near_middle", READY)
    assert plan == Refusal(moves.TOO_HIGH)


def test_fails_when_the_jaws_close_on_nothing() -> None:
    status, _ = run(planned(), Robot())
    assert status == Failed("grip", moves.MISSED)


def test_fails_when_the_piece_slips_away() -> None:
    blue = START[0]
    robot = Robot(holds_at=(blue.x_m, blue.y_m, blue.z_m))
    plan = planned()
    for tick in range(3000):
        plan, waypoint, status = step(plan, robot.arm, tick * TICK_NS)
        if waypoint is None:
            break
        robot.follow(waypoint)
        if isinstance(status, Moving) and status.stage == "carry":
            robot.gripper = 0.0
    assert status == Failed("carry", moves.DROPPED)


def test_fails_when_the_arm_does_not_come() -> None:
    arm = Robot().arm
    plan, _, status = step(planned(pose=LOW), arm, 0)
    stuck = replace(arm, pose=LOW)
    for tick in range(1, 1000):
        plan, _, status = step(plan, stuck, tick * TICK_NS)
        if isinstance(status, Failed):
            break
    assert status == Failed("approach", moves.LATE)
    assert tick * TICK_NS < 5_000_000_000


@pytest.mark.parametrize(
    "unready",
    [
        {"settled": False},
        {"gripper": 0.1},
        {"pose": replace(LOW, z_m=moves.LOWEST_TRAVEL_M - 0.011)},
    ],
)
def test_waits_for_a_still_arm_in_its_place_with_open_jaws(unready: dict[str, Any]) -> None:
    plan = planned(pose=LOW)
    arrived = Arm(replace(LOW, z_m=moves.LOWEST_TRAVEL_M), gripper=0.5, gripper_load=0.0, settled=True)
    plan, _, _ = step(plan, arrived, 0)
    plan, _, _ = step(plan, replace(arrived, **unready), 1_000_000_000)
    assert len(plan.legs) == 9
    plan, _, _ = step(plan, arrived, 1_000_000_000 + TICK_NS)
    assert len(plan.legs) == 8


@pytest.mark.parametrize(("load", "refused"), [(0.3, True), (0.0, False)])
def test_refuses_to_start_with_something_in_the_jaws(load: float, refused: bool) -> None:
    arm = Arm(READY, gripper=0.3, gripper_load=load, settled=True)
    _, waypoint, status = step(planned(), arm, 0)
    assert (status == Failed("approach", moves.HANDS_FULL)) is refused
    assert (waypoint is None) is refused


def test_a_piece_that_is_felt_only_late_is_held_all_the_same() -> None:
    blue = START[0]
    robot = Robot(holds_at=(blue.x_m, blue.y_m, blue.z_m))
    plan, now_ns, grip_ns = planned(), 0, 0
    while True:
        plan, waypoint, status = step(plan, replace(robot.arm, gripper_load=0.0), now_ns)
        assert isinstance(status, Moving)
        assert waypoint is not None
        if status.stage == "lift":
            break
        grip_ns += TICK_NS if status.stage == "grip" else 0
        robot.follow(waypoint)
        now_ns += TICK_NS
    assert grip_ns >= moves.GRIP_TIME_NS


arms = st.builds(
    Arm,
    st.builds(Pose, *[st.floats(0.1, 0.3)] * 3, *[st.floats(-1.5, 1.5)] * 2),
    st.floats(0, 1),
    st.floats(-1, 1),
    st.booleans(),
)


@given(st.lists(st.tuples(arms, st.integers(1, 2_000_000_000)), max_size=60))
@settings(max_examples=60, deadline=None)
def test_any_arm_gets_bounded_waypoints_and_a_bounded_wait(seen: list[tuple[Arm, int]]) -> None:
    plan, now_ns, leg_since_ns = planned(), 0, 0
    for arm, later_ns in seen:
        now_ns += later_ns
        legs = len(plan.legs)
        plan, waypoint, status = step(plan, arm, now_ns)
        leg_since_ns = now_ns if len(plan.legs) < legs else leg_since_ns
        assert (waypoint is None) is not isinstance(status, Moving)
        if waypoint is not None:
            assert 0.0 <= waypoint.gripper <= 1.0
            assert 0.01 <= waypoint.z_m <= 0.3
            assert now_ns - leg_since_ns <= 15_000_000_000


def test_a_move_that_was_paused_begins_its_leg_anew_where_the_arm_was_held() -> None:
    plan, _, _ = step(planned(), Robot().arm, 5 * TICK_NS)
    later = moves.resumed(plan, LOW, 400 * TICK_NS)
    assert later.legs == plan.legs
    _, waypoint, status = step(later, Robot(LOW).arm, 400 * TICK_NS)
    assert waypoint == Waypoint(*LOW.point_m, LOW.pitch_rad, LOW.roll_rad, moves.OPEN)
    assert status == Moving("approach")
    assert moves.resumed(planned(), LOW, 1).since_ns is None
