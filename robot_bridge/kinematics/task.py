"""The five things that a pose asks of any arm, and how each changes with each joint.

The rows are x, y, z, pitch and roll. The orientation is seen from the plane that turns with the first
joint, so the heading is nobody's business and an arm of fewer than six joints is not always singular.
"""

import math
from functools import lru_cache

from msgspec import Struct

from robot_bridge.arms.model import ArmModel, gripper_fraction
from robot_bridge.kinematics.frames import Frame, Point, chain_frames, compose, tool_offset
from robot_bridge.wire.commands import PoseTarget

_TOLERANCE = 1e-6
_TINY = 1e-12
_UP = (0.0, 0.0, 1.0)

Rows = tuple[tuple[float, ...], ...]


class Task(Struct, frozen=True):
    """Where the tool is, how each arm joint moves it, and how it leans to the left out of the arm's plane.

    `rows` are x, y, z (m/rad), pitch and roll (rad/rad); `leaning` is rad/rad. One column per arm joint.
    """

    point_m: Point
    pitch_rad: float
    roll_rad: float
    rows: Rows
    lean_rad: float
    leaning: tuple[float, ...]


class _View(Struct, frozen=True):
    """The tool seen from the arm's plane: the way the arm points, what lies left of it, and the angles."""

    out: Point
    left: Point
    axis: Point
    jaw: Point
    pitch: float
    roll: float


def forward(model: ArmModel, positions_rad: tuple[float, ...]) -> PoseTarget:
    """The tool pose for joint angles in rad, gripper last; pitch and roll within a half turn."""
    tool = compose(chain_frames(model, positions_rad)[-2], tool_offset(model))
    view = _view(pan_sign(model) * positions_rad[0], tool)
    return PoseTarget(
        tool[3], tool[7], tool[11], view.pitch, view.roll, gripper_fraction(model, positions_rad[-1])
    )


def measure(model: ArmModel, positions_rad: tuple[float, ...]) -> Task:
    """All that a solver asks of one posture, in one walk along the chain."""
    frames = chain_frames(model, positions_rad)
    tool = compose(frames[-2], tool_offset(model))
    view = _view(pan_sign(model) * positions_rad[0], tool)
    lean = _dot(view.axis, view.left)
    upright = math.sqrt(max(_TINY, 1.0 - lean * lean))
    columns = [_column(frame, tool, view, upright) for frame in frames[:-1]]
    columns[0] = (*columns[0][:3], 0.0, 0.0, 0.0)
    rows = tuple(tuple(column[row] for column in columns) for row in range(6))
    point = (tool[3], tool[7], tool[11])
    return Task(point, view.pitch, view.roll, rows[:5], math.asin(min(1.0, max(-1.0, lean))), rows[5])


def _column(frame: Frame, tool: Frame, view: _View, upright: float) -> tuple[float, ...]:
    """What one joint does to the point, the pitch, the roll and the lean while the arm's plane stands."""
    about = (frame[2], frame[6], frame[10])
    arm = (tool[3] - frame[3], tool[7] - frame[7], tool[11] - frame[11])
    lean = _dot(_cross(about, view.axis), view.left) / upright
    return (*_cross(about, arm), *_turns(view, about), lean)


@lru_cache(maxsize=16)
def pan_sign(model: ArmModel) -> float:
    """1 when a positive first joint turns the arm to the left; ValueError when that axis is not vertical."""
    first = chain_frames(model, (0.0,) * len(model.joints))[0]
    if abs(abs(first[10]) - 1.0) > _TOLERANCE:
        raise ValueError(f"{model.name}: the first joint must turn about the vertical")
    return math.copysign(1.0, first[10])


def _view(heading: float, tool: Frame) -> _View:
    c, s = math.cos(heading), math.sin(heading)
    out, left = (c, s, 0.0), (-s, c, 0.0)
    axis, jaw = (-tool[2], -tool[6], -tool[10]), (tool[0], tool[4], tool[8])
    pitch = math.atan2(axis[2], _dot(axis, out))
    roll = math.atan2(_dot(jaw, left), _dot(jaw, _mix(out, _UP, -math.sin(pitch), math.cos(pitch))))
    return _View(out, left, axis, jaw, pitch, roll)


def _turns(view: _View, about: Point) -> tuple[float, float]:
    """Rates of pitch and roll, per radian, when the tool turns about this axis and the plane stands."""
    c, s = math.cos(view.pitch), math.sin(view.pitch)
    along, above = _mix(view.out, _UP, c, s), _mix(view.out, _UP, -s, c)
    pitch = _dot(_cross(about, view.axis), above) / max(_TINY, _dot(view.axis, along))
    jaw = _cross(about, view.jaw)
    sideways, upward = _dot(view.jaw, view.left), _dot(view.jaw, above)
    rise = _dot(jaw, above) - pitch * _dot(view.jaw, along)
    square = max(_TINY, sideways * sideways + upward * upward)
    return pitch, (upward * _dot(jaw, view.left) - sideways * rise) / square


def _mix(a: Point, b: Point, first: float, second: float) -> Point:
    return (
        first * a[0] + second * b[0],
        first * a[1] + second * b[1],
        first * a[2] + second * b[2],
    )


def _cross(a: Point, b: Point) -> Point:
    return (a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0])


def _dot(a: Point, b: Point) -> float:
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
