"""The closed form: forward kinematics and its inverse for arms that are planar behind their pan axis.

The inverse knows one branch, elbow up, so that a stream of poses never flips the arm.
"""

import math

from robot_bridge.arms.model import ArmModel, gripper_angle, gripper_fraction
from robot_bridge.kinematics.planar import ELBOW, FLEX, LIFT, PAN, ROLL, Planar, planar
from robot_bridge.kinematics.solution import Solution, Unreachable
from robot_bridge.wire.commands import PoseTarget

_PITCH_STEP_RAD = 0.1
_PITCH_STEPS = 32
_REFINEMENTS = 6
_SAME_RAD = 1e-9


def forward(model: ArmModel, positions_rad: tuple[float, ...]) -> PoseTarget:
    """The tool pose for joint angles in rad, gripper last."""
    arm = planar(model)
    q = positions_rad
    lift, elbow, flex = arm.lift_sign * q[LIFT], arm.elbow_sign * q[ELBOW], arm.flex_sign * q[FLEX]
    first = arm.upper_elevation_rad - lift
    second = arm.lower_elevation_rad - lift - elbow
    pitch = arm.hand_elevation_rad - lift - elbow - flex
    roll = arm.roll_zero_rad + arm.roll_sign * q[ROLL]
    up, left = _offset(arm, roll)
    radius = (
        arm.shoulder_radius_m
        + arm.upper_m * math.cos(first)
        + arm.lower_m * math.cos(second)
        + arm.hand_m * math.cos(pitch)
        - up * math.sin(pitch)
    )
    height = (
        arm.shoulder_height_m
        + arm.upper_m * math.sin(first)
        + arm.lower_m * math.sin(second)
        + arm.hand_m * math.sin(pitch)
        + up * math.cos(pitch)
    )
    heading = arm.pan_sign * q[PAN]
    x = arm.base_x_m + radius * math.cos(heading) - left * math.sin(heading)
    y = radius * math.sin(heading) + left * math.cos(heading)
    return PoseTarget(x, y, height, pitch, roll, gripper_fraction(model, q[-1]))


def inverse(model: ArmModel, pose: PoseTarget, near: tuple[float, ...]) -> Solution | Unreachable:
    """Joint angles for this pose, elbow up, the pitch giving way as little as needed.

    `near` decides between full turns of the roll joint, and nothing else. Pitch gives way to the nearest
    angle that the joints allow; roll is clamped to its soft limits.
    """
    arm = planar(model)
    rolled, limited = _roll(model, arm, pose.roll_rad, near)
    tail = (*rolled, gripper_angle(model, pose.gripper))
    roll = arm.roll_zero_rad + (arm.roll_sign * rolled[0] if rolled else 0.0)
    plane = _plane(arm, pose, roll)
    if plane is None:
        return Unreachable()
    pan, radius, up = plane
    if not model.lower_rad[PAN] <= pan <= model.upper_rad[PAN]:
        return Unreachable()
    bent = _bend(model, arm, (radius, pose.z_m, up), pose.pitch_rad)
    if bent is not None:
        return Solution((pan, *bent, *tail), False, limited)
    bent = _relax(model, arm, (radius, pose.z_m, up), pose.pitch_rad)
    return Unreachable() if bent is None else Solution((pan, *bent, *tail), True, limited)


def _offset(arm: Planar, roll: float) -> tuple[float, float]:
    """Where the tool point lies off the roll axis: upward in the plane, and to the left of it."""
    c, s = math.cos(roll), math.sin(roll)
    return (
        arm.hand_up_m + arm.tool_up_m * c - arm.tool_left_m * s,
        arm.roll_left_m + arm.tool_up_m * s + arm.tool_left_m * c,
    )


def _roll(
    model: ArmModel, arm: Planar, roll_rad: float, near: tuple[float, ...]
) -> tuple[tuple[float, ...], bool]:
    """The roll joint's angle, none for an arm without one, and whether the roll is not the wanted one."""
    if arm.roll_sign == 0.0:
        return (), abs(math.remainder(roll_rad - arm.roll_zero_rad, math.tau)) > _SAME_RAD
    wanted = arm.roll_sign * (roll_rad - arm.roll_zero_rad)
    turned = wanted + math.tau * round((near[ROLL] - wanted) / math.tau)
    lower, upper = model.lower_rad[ROLL], model.upper_rad[ROLL]
    for angle in (turned, wanted, turned - math.tau, turned + math.tau):
        if lower <= angle <= upper:
            return (angle,), False
    return (min(upper, max(lower, turned)),), True


def _plane(arm: Planar, pose: PoseTarget, roll: float) -> tuple[float, float, float] | None:
    """Pan angle, radius of the tool point within the plane, and its offset off the roll axis."""
    up, left = _offset(arm, roll)
    ahead = pose.x_m - arm.base_x_m
    square = ahead * ahead + pose.y_m * pose.y_m - left * left
    if square <= 0.0:
        return None
    radius = math.sqrt(square)
    heading = math.atan2(pose.y_m, ahead) - math.atan2(left, radius)
    pan = arm.pan_sign * math.atan2(math.sin(heading), math.cos(heading))
    return pan, radius, up


def _bend(
    model: ArmModel, arm: Planar, tool: tuple[float, float, float], pitch: float
) -> tuple[float, float, float] | None:
    """Lift, elbow and flex for a tool point (radius, height, offset) in the plane; None past a limit."""
    radius, height, up = tool
    c, s = math.cos(pitch), math.sin(pitch)
    a = radius - arm.shoulder_radius_m - arm.hand_m * c + up * s
    b = height - arm.shoulder_height_m - arm.hand_m * s - up * c
    square = a * a + b * b
    first_m, second_m = arm.upper_m, arm.lower_m
    bend = (square - first_m * first_m - second_m * second_m) / (2.0 * first_m * second_m)
    if not -1.0 <= bend <= 1.0:
        return None
    angle = math.acos(bend)
    first = math.atan2(b, a) + math.atan2(second_m * math.sin(angle), first_m + second_m * bend)
    down = _wrap(arm.upper_elevation_rad - first)
    fold = _wrap(arm.lower_elevation_rad - arm.upper_elevation_rad + angle)
    nod = _wrap(arm.hand_elevation_rad - pitch - down - fold)
    lift, elbow, flex = arm.lift_sign * down, arm.elbow_sign * fold, arm.flex_sign * nod
    lower, upper = model.lower_rad, model.upper_rad
    inside = (
        lower[LIFT] <= lift <= upper[LIFT]
        and lower[ELBOW] <= elbow <= upper[ELBOW]
        and lower[FLEX] <= flex <= upper[FLEX]
    )
    return (lift, elbow, flex) if inside else None


def _relax(
    model: ArmModel, arm: Planar, tool: tuple[float, float, float], pitch: float
) -> tuple[float, float, float] | None:
    """The posture whose pitch is nearest to the wanted one, upward first, found by steps and halving."""
    for step in range(1, _PITCH_STEPS):
        for sign in (1.0, -1.0):
            good = pitch + sign * step * _PITCH_STEP_RAD
            bent = _bend(model, arm, tool, good)
            if bent is not None:
                return _refine(model, arm, tool, (good, good - sign * _PITCH_STEP_RAD)) or bent
    return None


def _refine(
    model: ArmModel, arm: Planar, tool: tuple[float, float, float], bracket: tuple[float, float]
) -> tuple[float, float, float] | None:
    good, bad = bracket
    best = None
    for _ in range(_REFINEMENTS):
        middle = (good + bad) / 2.0
        bent = _bend(model, arm, tool, middle)
        if bent is None:
            bad = middle
        else:
            good, best = middle, bent
    return best


def _wrap(angle: float) -> float:
    return math.remainder(angle, math.tau)
