"""What makes the closed form possible: a pan axis, three parallel axes in one plane, perhaps a roll axis.

The constants are read off the chain at its zero posture, so a model's file stays the only source.
Elevations are angles above the horizon within the arm's vertical plane; `radius` is measured from the
pan axis, `height` from the table, `left` across the plane (positive to the left, looking outward).
"""

import math
from functools import lru_cache

from msgspec import Struct

from robot_bridge.arms.model import ArmModel
from robot_bridge.kinematics.frames import Frame, Point, chain_frames, compose, tool_offset

_TOLERANCE = 1e-6
PAN, LIFT, ELBOW, FLEX, ROLL = range(5)
_JOINTS_WITHOUT_ROLL = 5
_JOINTS_WITH_ROLL = 6


class Planar(Struct, frozen=True):
    """Constants of the plane at zero posture.

    A lowering sign is 1 where a positive joint angle lowers what follows the joint. `roll_sign` is 0 for
    an arm without a roll joint, whose roll is always `roll_zero_rad`.
    """

    base_x_m: float
    shoulder_radius_m: float
    shoulder_height_m: float
    upper_m: float
    lower_m: float
    hand_m: float
    hand_up_m: float
    upper_elevation_rad: float
    lower_elevation_rad: float
    hand_elevation_rad: float
    roll_left_m: float
    roll_zero_rad: float
    pan_sign: float
    lift_sign: float
    elbow_sign: float
    flex_sign: float
    roll_sign: float
    tool_up_m: float
    tool_left_m: float


@lru_cache(maxsize=16)
def is_planar(model: ArmModel) -> bool:
    """Whether this arm's axes allow the closed form."""
    frames = chain_frames(model, (0.0,) * len(model.joints))
    if len(frames) not in (_JOINTS_WITHOUT_ROLL, _JOINTS_WITH_ROLL):
        return False
    tool = compose(frames[-2], tool_offset(model))
    return _axes_fit(frames, tool) and (len(frames) == _JOINTS_WITHOUT_ROLL or _rolls(frames[ROLL], tool))


@lru_cache(maxsize=16)
def planar(model: ArmModel) -> Planar:
    """The constants of this arm; raises ValueError when its axes do not allow the closed form."""
    if not is_planar(model):
        raise ValueError(f"{model.name}: needs pan, three parallel axes, perhaps a roll, gripper")
    frames = chain_frames(model, (0.0,) * len(model.joints))
    tool = compose(frames[-2], tool_offset(model))
    pan, lift, elbow, wrist = frames[:ROLL]
    axis, across = _outward(tool), _upward(tool)
    hand = _foot(_origin(frames[-2]), axis, _origin(tool))
    reach = _minus(hand, _origin(wrist))
    off = _minus(_origin(tool), hand)
    upper = (elbow[3] - lift[3], elbow[11] - lift[11])
    lower = (wrist[3] - elbow[3], wrist[11] - elbow[11])
    return Planar(
        base_x_m=pan[3],
        shoulder_radius_m=lift[3] - pan[3],
        shoulder_height_m=lift[11],
        upper_m=math.hypot(*upper),
        lower_m=math.hypot(*lower),
        hand_m=_dot(reach, axis),
        hand_up_m=_dot(reach, across),
        upper_elevation_rad=math.atan2(upper[1], upper[0]),
        lower_elevation_rad=math.atan2(lower[1], lower[0]),
        hand_elevation_rad=math.atan2(axis[2], axis[0]),
        roll_left_m=hand[1],
        roll_zero_rad=math.atan2(tool[4], tool[0] * across[0] + tool[8] * across[2]),
        pan_sign=math.copysign(1.0, pan[10]),
        lift_sign=math.copysign(1.0, lift[6]),
        elbow_sign=math.copysign(1.0, elbow[6]),
        flex_sign=math.copysign(1.0, wrist[6]),
        roll_sign=_roll_sign(frames, axis),
        tool_up_m=off[0] * tool[0] + off[1] * tool[4] + off[2] * tool[8],
        tool_left_m=off[0] * tool[1] + off[1] * tool[5] + off[2] * tool[9],
    )


def _axes_fit(frames: tuple[Frame, ...], tool: Frame) -> bool:
    """Pan vertical and on y = 0; lift, elbow and flex along y; the tool axis in the plane."""
    pan, lift, elbow, wrist = frames[:ROLL]
    parallel = all(abs(abs(axis[6]) - 1.0) < _TOLERANCE for axis in (lift, elbow, wrist))
    vertical = abs(abs(pan[10]) - 1.0) < _TOLERANCE and abs(pan[7]) < _TOLERANCE
    return vertical and parallel and abs(tool[6]) < _TOLERANCE


def _rolls(roll: Frame, tool: Frame) -> bool:
    """Whether the joint turns about the tool axis or against it."""
    along = roll[2] * tool[2] + roll[6] * tool[6] + roll[10] * tool[10]
    return abs(abs(along) - 1.0) < _TOLERANCE


def _roll_sign(frames: tuple[Frame, ...], axis: Point) -> float:
    if len(frames) == _JOINTS_WITHOUT_ROLL:
        return 0.0
    roll = frames[ROLL]
    return -math.copysign(1.0, roll[2] * axis[0] + roll[6] * axis[1] + roll[10] * axis[2])


def _outward(tool: Frame) -> Point:
    return (-tool[2], -tool[6], -tool[10])


def _upward(tool: Frame) -> Point:
    """Across the tool axis within the plane, upward when the axis is level."""
    return (tool[10], 0.0, -tool[2])


def _origin(frame: Frame) -> Point:
    return (frame[3], frame[7], frame[11])


def _foot(start: Point, axis: Point, point: Point) -> Point:
    """The point of the line nearest to the given one."""
    along = _dot(_minus(point, start), axis)
    return (start[0] + along * axis[0], start[1] + along * axis[1], start[2] + along * axis[2])


def _minus(a: Point, b: Point) -> Point:
    return (a[0] - b[0], a[1] - b[1], a[2] - b[2])


def _dot(a: Point, b: Point) -> float:
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
