"""Bounds on where the arm may be told to go, each with a name that is reported when it acts.

`aim` turns a setpoint's target into a posture inside every bound. What cannot be had is not refused:
the nearest allowed thing is done, and named. Where the inverse is solved step by step, a call takes a fixed
number of steps; until the aim is worked out the arm is sent to the nearest posture that is known so far.
"""

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from robot_bridge.arms.model import ArmModel, Span, gripper_angle
from robot_bridge.kinematics import (
    Inverses,
    Progress,
    Solution,
    Unreachable,
    forward,
    inverse,
    lowest_guard_m,
)
from robot_bridge.wire.commands import JointTarget, PoseTarget
from robot_bridge.wire.state import Limit

Posture = tuple[float, ...]
AIM_STEPS = 3
_HALVINGS = 8
_LIFTS = 4
_LIFT_MORE_M = 1e-6


class Aim(Struct, frozen=True):
    """A posture to go to, in rad with the gripper last.

    `requested_rad` is the target after inverse kinematics and before limits; `pose` is what the
    posture reaches when the target was a pose, so that the way there can be a straight line. An aim
    with `progress` is not worked out yet; a `rough` one is only on the way to what will be aimed at.
    """

    posture_rad: Posture
    requested_rad: Posture
    pose: PoseTarget | None
    acted: tuple[Limit, ...]
    progress: Progress | None = None
    rough: bool = False


def aim(
    model: ArmModel, target: PoseTarget | JointTarget, start_rad: Posture, before: Aim | None = None
) -> Aim:
    """The allowed posture for this target, seen from the posture where the reference stands now.

    `before` is the last aim at the very same target: what it had not worked out yet is gone on with.
    """
    if isinstance(target, JointTarget):
        return _aim_joints(model, target, start_rad)
    progress = before.progress if before is not None else None
    inverses = Inverses(model, progress or Progress(start_rad), AIM_STEPS)
    found = _aim_pose(model, target, inverses)
    if found.rough and before is not None and not before.rough:
        return replace(before, progress=found.progress)
    return found


def within(model: ArmModel, posture_rad: Posture) -> Posture:
    """The posture with every joint inside its soft limits."""
    return tuple(
        min(upper, max(lower, value))
        for value, lower, upper in zip(posture_rad, model.lower_rad, model.upper_rad, strict=True)
    )


def clears_table(model: ArmModel, posture_rad: Posture) -> bool:
    """Whether every guard point keeps the table clearance."""
    return lowest_guard_m(model, posture_rad) >= model.table_clearance_m - 1e-9


def in_workspace(model: ArmModel, pose: PoseTarget) -> bool:
    """Whether the tool point lies in the box."""
    return boxed(model, pose) == pose


def boxed(model: ArmModel, pose: PoseTarget) -> PoseTarget:
    """The pose with its tool point moved into the workspace box."""
    box = model.workspace
    x, y, z = _into(box.x_m, pose.x_m), _into(box.y_m, pose.y_m), _into(box.z_m, pose.z_m)
    if (x, y, z) == (pose.x_m, pose.y_m, pose.z_m):
        return pose
    return msgspec.structs.replace(pose, x_m=x, y_m=y, z_m=z)


def between(a: PoseTarget, b: PoseTarget, fraction: float) -> PoseTarget:
    """The pose at this fraction of the straight way from a to b."""

    def at(first: float, second: float) -> float:
        return first + fraction * (second - first)

    return PoseTarget(
        at(a.x_m, b.x_m),
        at(a.y_m, b.y_m),
        at(a.z_m, b.z_m),
        at(a.pitch_rad, b.pitch_rad),
        at(a.roll_rad, b.roll_rad),
        at(a.gripper, b.gripper),
    )


def _into(span: Span, value: float) -> float:
    return min(span[1], max(span[0], value))


def _aim_pose(model: ArmModel, target: PoseTarget, inverses: Inverses) -> Aim:
    inside = boxed(model, target)
    acted: list[Limit] = [] if inside is target else ["workspace"]
    first = inverses.ask(inside)
    if first is None:
        return _rough(model, target, inverses, acted)
    solution = first
    if isinstance(solution, Unreachable):
        acted.append("reach")
        solution = solution.nearest or _reach(model, inside, inverses.progress.start_rad)
    raised = _lift(model, solution, inverses)
    if raised is None:
        return _rough(model, target, inverses, acted, solution)
    if raised is not solution:
        acted.append("table")
    if raised.pitch_relaxed:
        acted.append("pitch_relaxed")
    posture = within(model, raised.positions_rad)
    if raised.roll_limited or posture != raised.positions_rad:
        acted.append("joint_position")
    raw = first if inside is target else inverses.ask(target)
    requested = raw.positions_rad if isinstance(raw, Solution) else posture
    progress = inverses.progress if raw is None else None
    return Aim(posture, requested, forward(model, posture), tuple(acted), progress)


def _rough(
    model: ArmModel,
    target: PoseTarget,
    inverses: Inverses,
    acted: list[Limit],
    known: Solution | None = None,
) -> Aim:
    """What to aim at while the inverse is still being worked out: the nearest posture known so far."""
    progress = inverses.progress
    arm = progress.nearest_rad if known is None else known.positions_rad[:-1]
    if known is None and progress.missed:
        acted = [*acted, "reach"]
    posture = within(model, (*arm, gripper_angle(model, target.gripper)))
    return Aim(posture, posture, None, tuple(acted), progress, rough=True)


def _reach(model: ArmModel, pose: PoseTarget, start_rad: Posture) -> Solution:
    """The farthest reachable posture on the straight way from where the arm stands."""
    start = forward(model, start_rad)
    best = Solution((*start_rad[:-1], gripper_angle(model, pose.gripper)), False, False)
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2.0
        found = inverse(model, between(start, pose, middle), start_rad)
        if isinstance(found, Unreachable):
            high = middle
        else:
            low, best = middle, found
    return best


def _lift(model: ArmModel, solution: Solution, inverses: Inverses) -> Solution | None:
    """The solution raised until every guard point clears the table, or itself; None when not known yet.

    When it cannot be raised so, the arm stays where it is.
    """
    missing = model.table_clearance_m - lowest_guard_m(model, solution.positions_rad)
    pose, raised = forward(model, solution.positions_rad), solution
    for _ in range(_LIFTS):
        if missing <= 0.0:
            return raised
        pose = msgspec.structs.replace(pose, z_m=pose.z_m + missing + _LIFT_MORE_M)
        found = inverses.ask(pose)
        if found is None:
            return None
        if isinstance(found, Unreachable):
            break
        raised = found
        missing = model.table_clearance_m - lowest_guard_m(model, raised.positions_rad)
    return raised if missing <= 0.0 else Solution(inverses.progress.start_rad, False, False)


def _aim_joints(model: ArmModel, target: JointTarget, start_rad: Posture) -> Aim:
    requested = (*target.positions_rad, gripper_angle(model, target.gripper))
    posture = within(model, requested)
    acted: list[Limit] = [] if posture == requested else ["joint_position"]
    if not clears_table(model, posture):
        acted.append("table")
    if not in_workspace(model, forward(model, posture)):
        acted.append("workspace")
    if "table" in acted or "workspace" in acted:
        posture = _halve(model, start_rad, posture)
    return Aim(posture, requested, None, tuple(acted))


def _halve(model: ArmModel, start_rad: Posture, goal_rad: Posture) -> Posture:
    """The farthest allowed posture on the joints' straight way from start to goal; the start if none is."""
    low, high = 0.0, 1.0
    best = start_rad
    for _ in range(_HALVINGS):
        middle = (low + high) / 2.0
        posture = blend(start_rad, goal_rad, middle)
        if clears_table(model, posture) and in_workspace(model, forward(model, posture)):
            low, best = middle, posture
        else:
            high = middle
    return best


def blend(a: Posture, b: Posture, fraction: float) -> Posture:
    """The posture at this fraction of the joints' straight way from a to b."""
    return tuple(x + fraction * (y - x) for x, y in zip(a, b, strict=True))
