"""How far a posture is from everything that the arm may not touch, and which steps keep it so.

Every guarded thing has a room in m: what is left of the way to its margin. Rooms are compared one by one,
never as their least alone, so that an arm which stands too near to one thing may still not approach
another, and may always move away. Rooms past REACH_M are of no interest and are cut to it.
"""

from functools import lru_cache

from msgspec import Struct

from robot_bridge.arms.model import ArmModel
from robot_bridge.capsules import Segment, between_segments, far_pairs, middle_to_box, placed, solids, to_box
from robot_bridge.kinematics import chain_frames, forward
from robot_bridge.kinematics.frames import Frame
from robot_bridge.limits import Posture, blend
from robot_bridge.wire.state import Limit
from robot_bridge.zones import KeepOut

SELF_MARGIN_M = 0.005
KEEP_OUT_MARGIN_M = 0.01
REACH_M = 0.04
SLACK_M = 0.0005  # lets the arm pass along a bound: a step in joint angles is never quite straight in space
STRAY_M = 0.002  # what the smoothed motion may cut off the corners of the way that keeps every room
CREEP_M_S = 0.01
_MINUTE_M = 1e-9
_SIDES = 6  # of the workspace, whose rooms stand first
# What people steer at and reach for, the table, is neared faster than what they may not know to be there.
_APPROACH_PER_S: dict[Limit, float] = {"workspace": 40.0, "table": 40.0, "self": 8.0, "keep_out": 8.0}

Rooms = tuple[float, ...]


class Surroundings(Struct, frozen=True):
    """The arm, and the boxes of its cell that it keeps out of.

    `boxed` says that its tool also keeps to the workspace: that is the players', and an arm may rest outside.
    """

    model: ArmModel
    zones: tuple[KeepOut, ...] = ()
    boxed: bool = True

    def rooms(self, posture_rad: Posture) -> Rooms:
        """One room per guarded thing, in the order of `names`."""
        return _rooms(self.model, self.zones, posture_rad)[0 if self.boxed else _SIDES :]

    @property
    def names(self) -> tuple[Limit, ...]:
        """Which limit each room belongs to."""
        return _names(self.model, self.zones)[0 if self.boxed else _SIDES :]


def clear_step(
    around: Surroundings, start_rad: Posture, goal_rad: Posture, period_s: float
) -> tuple[Posture, tuple[Limit, ...]]:
    """The part of a step that no room forbids, and the names of the limits that cut it.

    The arm's joints are scaled as a whole so that the direction stays, then the jaw by itself, so that an
    arm that may go no further can still open and shut it.
    """
    arm_rad, cut = _part(around, start_rad, (*goal_rad[:-1], start_rad[-1]), period_s)
    both_rad, jaw_cut = _part(around, arm_rad, (*arm_rad[:-1], goal_rad[-1]), period_s)
    return both_rad, tuple(dict.fromkeys(name for name in (cut, jaw_cut) if name is not None))


def narrowed(around: Surroundings, start_rad: Posture, end_rad: Posture) -> Limit | None:
    """The limit that the end breaks by more than the motion may, unless it was so at the start already."""
    after = around.rooms(end_rad)
    if min(after) >= -STRAY_M:
        return None
    before = around.rooms(start_rad)
    for name, room, left in zip(around.names, before, after, strict=True):
        if left < -STRAY_M and left < room - _MINUTE_M:
            return name
    return None


def _part(
    around: Surroundings, start_rad: Posture, goal_rad: Posture, period_s: float
) -> tuple[Posture, Limit | None]:
    if goal_rad == start_rad:
        return start_rad, None
    part, cutting = 1.0, None
    rooms = zip(around.names, around.rooms(start_rad), around.rooms(goal_rad), strict=True)
    for name, room, left in rooms:
        way = room - left
        if way <= _MINUTE_M or left >= REACH_M:
            continue
        allowed = _approach(name, room + SLACK_M, period_s)
        if allowed < part * way:
            part, cutting = allowed / way, name
    return (goal_rad if cutting is None else blend(start_rad, goal_rad, part)), cutting


def _approach(name: Limit, room_m: float, period_s: float) -> float:
    """How far a room may shrink in one period, in m: at first by a share of itself, at last by creeping."""
    hurry = max(_APPROACH_PER_S[name] * room_m, CREEP_M_S)
    return max(0.0, min(room_m, hurry * period_s))


@lru_cache(maxsize=16)
def _names(model: ArmModel, zones: tuple[KeepOut, ...]) -> tuple[Limit, ...]:
    counts: tuple[tuple[Limit, int], ...] = (
        ("workspace", _SIDES),
        ("table", len(model.guard_points)),
        ("self", len(far_pairs(model))),
        ("keep_out", len(zones) * _movable(model)),
    )
    return tuple(name for name, count in counts for _ in range(count))


@lru_cache(maxsize=16)
def _movable(model: ArmModel) -> int:
    return sum(one.link > 0 for one in solids(model))


@lru_cache(maxsize=8)
def _rooms(model: ArmModel, zones: tuple[KeepOut, ...], posture_rad: Posture) -> Rooms:
    frames = chain_frames(model, posture_rad)
    found = [*_workspace(model, posture_rad), *_table(model, frames)]
    if not model.capsules:
        return tuple(found)
    segments, parts = placed(model, frames), solids(model)
    found += _own(model, segments)
    for zone in zones:
        for part, segment in zip(parts, segments, strict=True):
            if part.link > 0:
                found.append(_to_zone(zone, segment, part.radius_m + KEEP_OUT_MARGIN_M, part.half_m))
    return tuple(found)


def _own(model: ArmModel, segments: tuple[Segment, ...]) -> list[float]:
    """Rooms between the arm's own links; far ones are told by spheres around their middles."""
    rooms = []
    middles = [((a[0] + b[0]) / 2.0, (a[1] + b[1]) / 2.0, (a[2] + b[2]) / 2.0) for a, b in segments]
    for one, other, gap, sphere in _pairs(model):
        (ax, ay, az), (bx, by, bz) = middles[one], middles[other]
        dx, dy, dz = bx - ax, by - ay, bz - az
        if dx * dx + dy * dy + dz * dz >= sphere * sphere:
            rooms.append(REACH_M)
        else:
            rooms.append(min(REACH_M, between_segments(segments[one], segments[other]) - gap))
    return rooms


@lru_cache(maxsize=16)
def _pairs(model: ArmModel) -> tuple[tuple[int, int, float, float], ...]:
    """Pairs of capsules, the distance of axes at which their room is nothing, and where it is of interest.

    Capsules are coarse: two that stand nearer than the margin in the rest or ready posture, which the
    arm's file declares good, may come as near as they are there, and no nearer.
    """
    parts = solids(model)
    good = [placed(model, chain_frames(model, posture)) for posture in (model.rest_rad, model.ready_rad)]
    pairs = []
    for one, other in far_pairs(model):
        a, b = parts[one], parts[other]
        known = min(between_segments(at[one], at[other]) for at in good)
        gap = min(a.radius_m + b.radius_m + SELF_MARGIN_M, known)
        pairs.append((one, other, gap, REACH_M + gap + a.half_m + b.half_m))
    return tuple(pairs)


def _to_zone(zone: KeepOut, segment: Segment, gap_m: float, half_m: float) -> float:
    if middle_to_box(segment, zone) - half_m - gap_m >= REACH_M:
        return REACH_M
    return min(REACH_M, to_box(segment, zone) - gap_m)


def _workspace(model: ArmModel, posture_rad: Posture) -> tuple[float, ...]:
    box, tool = model.workspace, forward(model, posture_rad)
    rooms = (
        *(tool.x_m - box.x_m[0], box.x_m[1] - tool.x_m),
        *(tool.y_m - box.y_m[0], box.y_m[1] - tool.y_m),
        *(tool.z_m - box.z_m[0], box.z_m[1] - tool.z_m),
    )
    return tuple(min(REACH_M, room) for room in rooms)


def _table(model: ArmModel, frames: tuple[Frame, ...]) -> list[float]:
    rooms = []
    for link, (x, y, z) in _guards(model):
        frame = frames[link]
        height = frame[8] * x + frame[9] * y + frame[10] * z + frame[11]
        rooms.append(min(REACH_M, height - model.table_clearance_m))
    return rooms


@lru_cache(maxsize=16)
def _guards(model: ArmModel) -> tuple[tuple[int, tuple[float, float, float]], ...]:
    children = [joint.child for joint in model.joints]
    return tuple((children.index(point.link), point.xyz_m) for point in model.guard_points)
