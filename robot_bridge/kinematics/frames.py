"""Link frames of a chain of revolute joints, as plain tuples of floats.

A frame is twelve floats, the first three rows of a 4x4 matrix: it takes a point of the link to the base.
"""

import math
from functools import lru_cache

from robot_bridge.arms.model import ArmModel, Triple, Vector3

Frame = tuple[float, float, float, float, float, float, float, float, float, float, float, float]
Point = tuple[float, float, float]
Matrix4 = tuple[tuple[float, ...], ...]
IDENTITY: Frame = (1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0)


def fixed_frame(xyz: Vector3, rpy: Triple) -> Frame:
    """The frame of a URDF origin: fixed-axis roll, pitch, yaw, then the translation."""
    cr, sr = math.cos(rpy[0]), math.sin(rpy[0])
    cp, sp = math.cos(rpy[1]), math.sin(rpy[1])
    cy, sy = math.cos(rpy[2]), math.sin(rpy[2])
    return (
        *(cy * cp, cy * sp * sr - sy * cr, cy * sp * cr + sy * sr, xyz[0]),
        *(sy * cp, sy * sp * sr + cy * cr, sy * sp * cr - cy * sr, xyz[1]),
        *(-sp, cp * sr, cp * cr, xyz[2]),
    )


def compose(a: Frame, b: Frame) -> Frame:
    """The frame b given in a, seen from a's parent."""
    a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11 = a
    b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, b10, b11 = b
    return (
        a0 * b0 + a1 * b4 + a2 * b8,
        a0 * b1 + a1 * b5 + a2 * b9,
        a0 * b2 + a1 * b6 + a2 * b10,
        a0 * b3 + a1 * b7 + a2 * b11 + a3,
        a4 * b0 + a5 * b4 + a6 * b8,
        a4 * b1 + a5 * b5 + a6 * b9,
        a4 * b2 + a5 * b6 + a6 * b10,
        a4 * b3 + a5 * b7 + a6 * b11 + a7,
        a8 * b0 + a9 * b4 + a10 * b8,
        a8 * b1 + a9 * b5 + a10 * b9,
        a8 * b2 + a9 * b6 + a10 * b10,
        a8 * b3 + a9 * b7 + a10 * b11 + a11,
    )


def turn_z(frame: Frame, angle_rad: float) -> Frame:
    """The frame after turning about its own z axis."""
    c, s = math.cos(angle_rad), math.sin(angle_rad)
    x0, y0, z0, p0, x1, y1, z1, p1, x2, y2, z2, p2 = frame
    return (
        *(c * x0 + s * y0, c * y0 - s * x0, z0, p0),
        *(c * x1 + s * y1, c * y1 - s * x1, z1, p1),
        *(c * x2 + s * y2, c * y2 - s * x2, z2, p2),
    )


def transform(frame: Frame, point: Point) -> Point:
    """A point given in the frame, in base coordinates."""
    x, y, z = point
    return (
        frame[0] * x + frame[1] * y + frame[2] * z + frame[3],
        frame[4] * x + frame[5] * y + frame[6] * z + frame[7],
        frame[8] * x + frame[9] * y + frame[10] * z + frame[11],
    )


@lru_cache(maxsize=16)
def tool_offset(model: ArmModel) -> Frame:
    """The tool's frame in the last link before the jaw."""
    return fixed_frame(model.tool_xyz_m, model.tool_rpy_rad)


@lru_cache(maxsize=16)
def _fixed_frames(model: ArmModel) -> tuple[Frame, ...]:
    return tuple(fixed_frame(joint.xyz_m, joint.rpy_rad) for joint in model.joints)


def chain_frames(model: ArmModel, positions_rad: tuple[float, ...]) -> tuple[Frame, ...]:
    """One frame per joint's child link, in the arm's order."""
    frames: list[Frame] = []
    at = IDENTITY
    for fixed, angle in zip(_fixed_frames(model), positions_rad, strict=True):
        at = turn_z(compose(at, fixed), angle)
        frames.append(at)
    return tuple(frames)


def link_frames(model: ArmModel, positions_rad: tuple[float, ...]) -> dict[str, Matrix4]:
    """Every link's 4x4 frame in the base, by link name, the base itself included."""
    frames = (IDENTITY, *chain_frames(model, positions_rad))
    names = (model.base_link, *(joint.child for joint in model.joints))
    bottom = (0.0, 0.0, 0.0, 1.0)
    return {
        name: (frame[0:4], frame[4:8], frame[8:12], bottom) for name, frame in zip(names, frames, strict=True)
    }


def lowest_guard_m(model: ArmModel, positions_rad: tuple[float, ...]) -> float:
    """Height in m of the lowest guard point above the table."""
    frames = chain_frames(model, positions_rad)
    links = _guard_links(model)
    lowest = math.inf
    for link, point in zip(links, model.guard_points, strict=True):
        frame, (x, y, z) = frames[link], point.xyz_m
        lowest = min(lowest, frame[8] * x + frame[9] * y + frame[10] * z + frame[11])
    return lowest


@lru_cache(maxsize=16)
def _guard_links(model: ArmModel) -> tuple[int, ...]:
    children = [joint.child for joint in model.joints]
    return tuple(children.index(point.link) for point in model.guard_points)
