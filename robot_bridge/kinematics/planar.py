"""What makes the closed form possible: a pan axis, three parallel axes in one plane, and a roll axis.

The constants are read off the chain at its zero posture, so a model's file stays the only source.
Elevations are angles above the horizon within the arm's vertical plane; `radius` is measured from the
pan axis, `height` from the table, `left` across the plane (positive to the left, looking outward).
"""

import math
from dataclasses import dataclass
from functools import lru_cache

from robot_bridge.arms.model import ArmModel
from robot_bridge.kinematics.frames import Frame, chain_frames, transform

_TOLERANCE = 1e-6
PAN, LIFT, ELBOW, FLEX, ROLL = range(5)


@dataclass(frozen=True, slots=True)
class Planar:
    """Constants of the plane at zero posture; signs say which way a positive joint angle lowers a link."""

    base_x_m: float
    shoulder_radius_m: float
    shoulder_height_m: float
    upper_m: float
    lower_m: float
    hand_m: float
    upper_elevation_rad: float
    lower_elevation_rad: float
    hand_elevation_rad: float
    roll_left_m: float
    roll_zero_rad: float
    pan_sign: float
    tool_up_m: float
    tool_left_m: float


@lru_cache(maxsize=8)
def planar(model: ArmModel) -> Planar:
    """The constants of this arm; raises ValueError when its axes do not allow the closed form."""
    frames = chain_frames(model, (0.0,) * len(model.joints))
    if len(frames) != 6 or not _fits(frames):
        raise ValueError(f"{model.name}: needs pan, three parallel axes, roll, gripper")
    pan, lift, elbow, wrist, roll = frames[:5]
    hand = transform(roll, (0.0, 0.0, model.tool_xyz_m[2]))
    upper = (elbow[3] - lift[3], elbow[11] - lift[11])
    lower = (wrist[3] - elbow[3], wrist[11] - elbow[11])
    reach = (hand[0] - wrist[3], hand[2] - wrist[11])
    return Planar(
        base_x_m=pan[3],
        shoulder_radius_m=lift[3] - pan[3],
        shoulder_height_m=lift[11],
        upper_m=math.hypot(*upper),
        lower_m=math.hypot(*lower),
        hand_m=math.hypot(*reach),
        upper_elevation_rad=math.atan2(upper[1], upper[0]),
        lower_elevation_rad=math.atan2(lower[1], lower[0]),
        hand_elevation_rad=math.atan2(reach[1], reach[0]),
        roll_left_m=hand[1],
        roll_zero_rad=-math.atan2(roll[4], roll[8]),
        pan_sign=pan[10],
        tool_up_m=model.tool_xyz_m[0],
        tool_left_m=model.tool_xyz_m[1],
    )


def _fits(frames: tuple[Frame, ...]) -> bool:
    """Pan vertical; lift, elbow and flex along +y; roll backward along x; pan axis on y = 0."""
    pan, lift, elbow, wrist, roll = frames[:5]
    parallel = all(abs(axis[6] - 1.0) < _TOLERANCE for axis in (lift, elbow, wrist))
    return (
        abs(abs(pan[10]) - 1.0) < _TOLERANCE
        and abs(pan[7]) < _TOLERANCE
        and parallel
        and abs(roll[2] + 1.0) < _TOLERANCE
    )
