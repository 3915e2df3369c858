"""Puzzle inputs: "this piece to that slot" as a sequence of waypoints, and the checks on the way.

approach (up, then across) -> descend -> grip -> lift -> carry -> lower -> release -> retreat -> done.
Each stage ends when the arm is where it was sent, and fails in words when that takes too long. Waypoints
walk along straight lines at bounded speed, so a late or lost step never makes the arm leap.

Pure: `plan, waypoint, status = step(plan, arm, now_ns)`. The plan knows nothing of kinematics: pitch is a
wish that the bridge relaxes where the arm cannot hold it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import cos, dist, hypot, pi, radians, remainder, sin

from game.puzzle import Puzzle
from game.route import Leg, Pose, Stage, along, leg_seconds
from game.rules import PieceSighting, capture_m
from game.table import facing_arm_rad
from game.words import Words

PITCH_RAD = radians(-85)  # as near to straight down as the arm can hold at every slot up to level 2
GRIP_ABOVE_M = 0.003
RELEASE_ABOVE_M = 0.005
CLEARANCE_M = 0.015
LOWEST_TRAVEL_M = 0.08
VIEW_M, VIEW_PITCH_RAD = 0.16, radians(-50)  # from here the gripper hides no slot from the camera
HIGHEST_LEVEL = 2
OPEN = 0.5
SHUT = 0.0
SQUEEZE = 0.12  # how far past the piece's width the gripper keeps being asked to close
OPEN_TOLERANCE = 0.06
HELD_MIN = 0.12  # narrower than this there is nothing between the jaws
GRIP_LOAD = 0.1
GRIP_SETTLE_NS = 400_000_000
GRIP_TIME_NS = 1_500_000_000
ARRIVED_M = 0.010
PATIENCE_NS = 3_000_000_000
TRAVEL_M_S, VERTICAL_M_S, GENTLE_M_S = 0.16, 0.10, 0.06
BLOCKED_M = 0.045
FINGER_M = 0.021  # from the tool point to the fixed finger, which a held piece lies against

UNKNOWN = Words(en="This puzzle has no such piece or slot.", zh="这道题没有这个方块或圆圈。")
NOT_SEEN = Words(en="The camera has not seen this piece yet.", zh="摄像头还没有看到这个方块。")
COVERED = Words(en="Another piece lies on top of it.", zh="它上面还压着别的方块。")
THERE_ALREADY = Words(en="The piece already is in this slot.", zh="这个方块已经在这个圆圈里了。")
TOO_HIGH = Words(en="The arm cannot build this stack any higher.", zh="机械臂没法把这一摞搭得更高了。")
BLOCKED = Words(en="Another piece is in the way there.", zh="那里被别的方块挡住了。")
HANDS_FULL = Words(
    en="The gripper already holds something; set it down first.",
    zh="夹爪里已经夹着东西，请先放下。",
)
MISSED = Words(en="The gripper closed on nothing.", zh="夹爪没有夹到方块。")
DROPPED = Words(en="The piece slipped out of the gripper.", zh="方块从夹爪中滑落了。")
LATE = Words(en="The arm did not get there in time.", zh="机械臂没能及时到位。")


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a move cannot be planned."""

    reason: Words


@dataclass(frozen=True, slots=True)
class Arm:
    """The arm as measured: tool pose, gripper 0 shut to 1 open, its load as a fraction, and stillness."""

    pose: Pose
    gripper: float
    gripper_load: float
    settled: bool


@dataclass(frozen=True, slots=True)
class Waypoint:
    """Where the arm shall be now: the fields of a pose setpoint."""

    x_m: float
    y_m: float
    z_m: float
    pitch_rad: float
    roll_rad: float
    gripper: float


@dataclass(frozen=True, slots=True)
class Moving:
    """The move goes on."""

    stage: Stage


@dataclass(frozen=True, slots=True)
class Done:
    """The piece was set down and the gripper is clear of it."""


@dataclass(frozen=True, slots=True)
class Failed:
    """The move ended early; the gripper's content, if any, is still where it is."""

    stage: Stage
    reason: Words


Status = Moving | Done | Failed


@dataclass(frozen=True, slots=True)
class MovePlan:
    """One move: its legs, which one runs since when and from where, and the gripper's command."""

    piece: str
    slot: str
    legs: tuple[Leg, ...]
    origin: Pose
    gripper: float
    since_ns: int | None = None
    outcome: Done | Failed | None = None


def plan_move(
    puzzle: Puzzle, sightings: Sequence[PieceSighting], piece: str, slot: str, pose: Pose
) -> MovePlan | Refusal:
    """Plans moving a piece into (or on top of the stack in) a slot, from the arm's present pose."""
    seen = {one.piece: one for one in sightings}
    fault = _unknown(puzzle, piece, slot) or _unpickable(puzzle, seen, piece)
    if fault is not None:
        return Refusal(fault)
    others = [one for one in sightings if one.piece != piece]
    pick = seen[piece]
    target = _target(puzzle, others, pick, slot)
    if isinstance(target, Words):
        return Refusal(target)
    return MovePlan(piece, slot, _legs(puzzle, others, pick, target, pose), pose, OPEN)


def step(plan: MovePlan, arm: Arm, now_ns: int) -> tuple[MovePlan, Waypoint | None, Status]:
    """Advances the move; the waypoint is None once the move is done or failed."""
    if plan.outcome is not None:
        return plan, None, plan.outcome
    fault = HANDS_FULL if plan.since_ns is None and _holding(arm) else None
    plan = plan if plan.since_ns is not None else replace(plan, since_ns=now_ns)
    fault = fault or _fault(plan, arm, now_ns)
    if fault is not None:
        failed = Failed(plan.legs[0].stage, fault)
        return replace(plan, outcome=failed), None, failed
    if _finished(plan, arm, now_ns):
        plan = _next_leg(plan, arm, now_ns)
        if not plan.legs:
            return replace(plan, outcome=Done()), None, Done()
    return plan, _waypoint(plan, now_ns), Moving(plan.legs[0].stage)


def resumed(plan: MovePlan, pose: Pose, now_ns: int) -> MovePlan:
    """The same move after a pause: the running leg begins anew where the arm was held."""
    return replace(plan, origin=pose, since_ns=None if plan.since_ns is None else now_ns)


def _unknown(puzzle: Puzzle, piece: str, slot: str) -> Words | None:
    known = piece in {one.id for one in puzzle.pieces} and slot in {one.id for one in puzzle.slots}
    return None if known else UNKNOWN


def _unpickable(puzzle: Puzzle, seen: dict[str, PieceSighting], piece: str) -> Words | None:
    if piece not in seen:
        return NOT_SEEN
    pick, size = seen[piece], puzzle.piece(piece).size_m
    covering = (one for one in seen.values() if one.z_m > pick.z_m + size / 2)
    return COVERED if any(_apart(one, pick.x_m, pick.y_m) < size for one in covering) else None


def _target(puzzle: Puzzle, others: list[PieceSighting], pick: PieceSighting, slot_id: str) -> Pose | Words:
    """Returns where the tool lets the piece go, or why it cannot be put there."""
    slot, piece = puzzle.slot(slot_id), puzzle.piece(pick.piece)
    capture = capture_m(slot, piece)
    if _apart(pick, slot.x_m, slot.y_m) <= capture:
        return THERE_ALREADY
    stack = sorted((one for one in others if _apart(one, slot.x_m, slot.y_m) <= capture), key=_height)
    if len(stack) > HIGHEST_LEVEL:
        return TOO_HIGH
    beside = (one for one in others if one not in stack and one.piece != pick.piece)
    if any(_apart(one, slot.x_m, slot.y_m) < BLOCKED_M for one in beside):
        return BLOCKED
    if not stack:
        return Pose(slot.x_m, slot.y_m, piece.size_m / 2 + RELEASE_ABOVE_M, PITCH_RAD, 0.0)
    top = stack[-1]
    height = top.z_m + (puzzle.piece(top.piece).size_m + piece.size_m) / 2 + RELEASE_ABOVE_M
    return Pose(top.x_m, top.y_m, height, PITCH_RAD, _aligned_roll(top))


def _legs(
    puzzle: Puzzle, others: list[PieceSighting], pick: PieceSighting, target: Pose, pose: Pose
) -> tuple[Leg, ...]:
    size = puzzle.piece(pick.piece).size_m
    tops = [one.z_m + puzzle.piece(one.piece).size_m / 2 for one in (*others, pick)]
    travel = max(LOWEST_TRAVEL_M, max(tops) + size / 2 + GRIP_ABOVE_M + CLEARANCE_M)
    grasp = Pose(pick.x_m, pick.y_m, pick.z_m + GRIP_ABOVE_M, PITCH_RAD, _aligned_roll(pick))
    target = _held_over(target, FINGER_M - size / 2)
    high = max(travel, pose.z_m)
    return (
        Leg("approach", replace(pose, z_m=high), VERTICAL_M_S, OPEN),
        Leg("approach", replace(grasp, z_m=travel), TRAVEL_M_S, OPEN),
        Leg("descend", grasp, GENTLE_M_S, OPEN),
        Leg("grip", grasp, GENTLE_M_S, SHUT),
        Leg("lift", replace(grasp, z_m=travel), VERTICAL_M_S),
        Leg("carry", replace(target, z_m=travel), TRAVEL_M_S),
        Leg("lower", target, GENTLE_M_S),
        Leg("release", target, GENTLE_M_S, OPEN),
        Leg(
            "retreat", replace(target, z_m=max(travel, VIEW_M), pitch_rad=VIEW_PITCH_RAD), VERTICAL_M_S, OPEN
        ),
    )


def _held_over(target: Pose, off_m: float) -> Pose:
    """Returns the tool pose that has a piece, held `off_m` toward the fixed finger, over the target."""
    outward = facing_arm_rad(target.x_m, target.y_m) + target.roll_rad
    return replace(target, x_m=target.x_m + off_m * cos(outward), y_m=target.y_m + off_m * sin(outward))


def _aligned_roll(seen: PieceSighting) -> float:
    """Returns the roll at which the jaws meet the piece's nearest pair of faces."""
    return remainder(seen.yaw_rad - facing_arm_rad(seen.x_m, seen.y_m), pi / 2)


def _apart(seen: PieceSighting, x_m: float, y_m: float) -> float:
    return hypot(seen.x_m - x_m, seen.y_m - y_m)


def _height(seen: PieceSighting) -> float:
    return seen.z_m


def _holding(arm: Arm) -> bool:
    return HELD_MIN <= arm.gripper < OPEN and abs(arm.gripper_load) >= GRIP_LOAD


def _fault(plan: MovePlan, arm: Arm, now_ns: int) -> Words | None:
    """Returns why the running leg has failed, if it has."""
    leg, elapsed_ns = plan.legs[0], _elapsed_ns(plan, now_ns)
    if leg.stage in ("lift", "carry", "lower") and arm.gripper < HELD_MIN:
        return DROPPED
    if leg.stage == "grip" and elapsed_ns >= GRIP_TIME_NS and arm.gripper < HELD_MIN:
        return MISSED
    return LATE if elapsed_ns > leg_seconds(plan.origin, leg) * 1e9 + PATIENCE_NS else None


def _finished(plan: MovePlan, arm: Arm, now_ns: int) -> bool:
    leg, elapsed_ns = plan.legs[0], _elapsed_ns(plan, now_ns)
    if leg.stage == "grip":
        felt = abs(arm.gripper_load) >= GRIP_LOAD and arm.settled
        return arm.gripper >= HELD_MIN and (
            elapsed_ns >= GRIP_TIME_NS or (felt and elapsed_ns >= GRIP_SETTLE_NS)
        )
    opened = leg.gripper is None or arm.gripper >= leg.gripper - OPEN_TOLERANCE
    walked = elapsed_ns >= leg_seconds(plan.origin, leg) * 1e9
    return walked and opened and arm.settled and dist(arm.pose.point_m, leg.to.point_m) <= ARRIVED_M


def _next_leg(plan: MovePlan, arm: Arm, now_ns: int) -> MovePlan:
    done, *rest = plan.legs
    gripper = max(SHUT, arm.gripper - SQUEEZE) if done.stage == "grip" else plan.gripper
    if rest and rest[0].gripper is not None:
        gripper = rest[0].gripper
    return replace(plan, legs=tuple(rest), origin=done.to, gripper=gripper, since_ns=now_ns)


def _waypoint(plan: MovePlan, now_ns: int) -> Waypoint:
    at = along(plan.origin, plan.legs[0], _elapsed_ns(plan, now_ns) / 1e9)
    return Waypoint(at.x_m, at.y_m, at.z_m, at.pitch_rad, at.roll_rad, plan.gripper)


def _elapsed_ns(plan: MovePlan, now_ns: int) -> int:
    return 0 if plan.since_ns is None else now_ns - plan.since_ns
