"""Distances between the solids that enclose the links, and to boxes; all in m, negative when inside."""

import math
from functools import lru_cache

from msgspec import Struct

from robot_bridge.arms.model import ArmModel
from robot_bridge.kinematics.frames import IDENTITY, Frame, Point, transform
from robot_bridge.zones import KeepOut

Segment = tuple[Point, Point]
_TINY = 1e-12
_GOLDEN = (math.sqrt(5.0) - 1.0) / 2.0
_SECTIONS = 18


class Solid(Struct, frozen=True):
    """One capsule: the link that carries it (0 is the base), its two points there, radius, half length."""

    link: int
    ends: Segment
    radius_m: float
    half_m: float


@lru_cache(maxsize=16)
def solids(model: ArmModel) -> tuple[Solid, ...]:
    """The arm's capsules in the order of its file."""
    links = (model.base_link, *(joint.child for joint in model.joints))
    return tuple(
        Solid(
            links.index(one.link), (one.from_m, one.to_m), one.radius_m, math.dist(one.from_m, one.to_m) / 2.0
        )
        for one in model.capsules
    )


@lru_cache(maxsize=16)
def far_pairs(model: ArmModel) -> tuple[tuple[int, int], ...]:
    """Pairs of capsules that can meet: on links that are no neighbours, the jaw counted as the hand."""
    hand = len(model.joints) - 1
    at = [min(one.link, hand) for one in solids(model)]
    count = len(at)
    return tuple((a, b) for a in range(count) for b in range(a + 1, count) if abs(at[a] - at[b]) > 1)


def placed(model: ArmModel, frames: tuple[Frame, ...]) -> tuple[Segment, ...]:
    """The capsules' two points in the base frame, for the frames of the joints' child links."""
    found: list[Segment] = []
    for one in solids(model):
        frame = frames[one.link - 1] if one.link else IDENTITY
        found.append((transform(frame, one.ends[0]), transform(frame, one.ends[1])))
    return tuple(found)


def between_segments(a: Segment, b: Segment) -> float:
    """The least distance between two straight lines of finite length."""
    (ax, ay, az), (bx, by, bz) = a
    (cx, cy, cz), (dx, dy, dz) = b
    ux, uy, uz = bx - ax, by - ay, bz - az
    vx, vy, vz = dx - cx, dy - cy, dz - cz
    wx, wy, wz = ax - cx, ay - cy, az - cz
    uu, vv = ux * ux + uy * uy + uz * uz, vx * vx + vy * vy + vz * vz
    uv = ux * vx + uy * vy + uz * vz
    uw, vw = ux * wx + uy * wy + uz * wz, vx * wx + vy * wy + vz * wz
    s, t = _nearest(uu, vv, uv, uw, vw)
    return math.hypot(wx + s * ux - t * vx, wy + s * uy - t * vy, wz + s * uz - t * vz)


def _nearest(uu: float, vv: float, uv: float, uw: float, vw: float) -> tuple[float, float]:
    """Where on each of two segments, 0 to 1, they are nearest, from the products of their directions."""
    if uu <= _TINY:
        return 0.0, _share(vw, vv)
    if vv <= _TINY:
        return _share(-uw, uu), 0.0
    s = _share(uv * vw - uw * vv, uu * vv - uv * uv)
    t = (uv * s + vw) / vv
    if t < 0.0:
        return _share(-uw, uu), 0.0
    if t > 1.0:
        return _share(uv - uw, uu), 1.0
    return s, t


def _share(part: float, whole: float) -> float:
    return min(1.0, max(0.0, part / whole)) if whole > _TINY else 0.0


def to_box(segment: Segment, zone: KeepOut) -> float:
    """The least distance from a segment to a box, minus the depth when it reaches inside.

    Along the segment the distance to a convex body is convex, so that golden sections close in on the
    least, to a hundredth of a millimetre on a link of 0.2 m.
    """
    (ax, ay, az), (bx, by, bz) = segment
    ux, uy, uz = bx - ax, by - ay, bz - az
    low, high = 0.0, 1.0
    first, second = 1.0 - _GOLDEN, _GOLDEN
    at = _depth(zone, ax + first * ux, ay + first * uy, az + first * uz)
    later = _depth(zone, ax + second * ux, ay + second * uy, az + second * uz)
    for _ in range(_SECTIONS):
        if at < later:
            high, second, later = second, first, at
            first = high - _GOLDEN * (high - low)
            at = _depth(zone, ax + first * ux, ay + first * uy, az + first * uz)
        else:
            low, first, at = first, second, later
            second = low + _GOLDEN * (high - low)
            later = _depth(zone, ax + second * ux, ay + second * uy, az + second * uz)
    ends = min(_depth(zone, ax, ay, az), _depth(zone, bx, by, bz))
    return min(at, later, ends)


def middle_to_box(segment: Segment, zone: KeepOut) -> float:
    """The distance from the segment's middle to a box."""
    (ax, ay, az), (bx, by, bz) = segment
    return _depth(zone, (ax + bx) / 2.0, (ay + by) / 2.0, (az + bz) / 2.0)


def _depth(zone: KeepOut, x: float, y: float, z: float) -> float:
    """The signed distance from a point to the box."""
    (x0, x1), (y0, y1), (z0, z1) = zone.x_m, zone.y_m, zone.z_m
    dx, dy, dz = max(x0 - x, x - x1), max(y0 - y, y - y1), max(z0 - z, z - z1)
    inside = max(dx, dy, dz)
    if inside <= 0.0:
        return inside
    return math.hypot(max(dx, 0.0), max(dy, 0.0), max(dz, 0.0))
