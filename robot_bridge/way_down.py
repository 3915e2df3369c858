"""A way to the rest posture along which the arm keeps clear of the table, of itself and of keep-out boxes.

Theory of operation. The way is made of legs, straight lines in joint space. From where it stands the arm may
go straight to its rest or its ready posture, with or without turning its first joint, or move one joint to
where it is in either: up, fold, turn, down and the like are found among these. Legs are looked at posture by
posture, those of the shortest way first, a bounded number of looks a tick. From one look to the next no point
of the arm goes farther than the room that is left there, or than STEP_M where less is left; so in between no
room is narrower by more than half of STEP_M than a look allows.

A look asks for SPARE_M more than the margin, so that the motion may leave the line a little. Where the arm
begins closer to something, or rests closer to it, it may be as close as there, and no closer.
"""

import heapq
import math
from collections.abc import Iterator
from functools import lru_cache

from msgspec import Struct
from msgspec.structs import replace

from robot_bridge.arms.model import ArmModel
from robot_bridge.clearance import STRAY_M, Rooms, Surroundings
from robot_bridge.limits import Posture, blend
from robot_bridge.wire.state import Limit

STEP_M = 2.0 * STRAY_M
SPARE_M = 0.002
LOOKS = 6
_MINUTE_M = 1e-9
_EAGER = 1.5  # how much more the way that is left counts than the way so far: fewer looks, longer ways
_CORNER_RAD = 0.1  # what a leg costs by itself: the arm stands still between two of them

Leg = tuple[float, int, int, Posture]
"""What it would cost in rad, its own number, the number of the posture where it begins, and where it ends."""


class Reached(Struct, frozen=True):
    """A posture that a clear way leads to: from which one (-1: none), how long a way, and its spare room."""

    posture_rad: Posture
    since: int
    way_rad: float
    spare_m: float


class Search(Struct, frozen=True):
    """What is known of the ways down: the postures reached, the legs still to be looked at (a heap).

    The first leg is clear up to `part`, with `spare_m` there. `way` is what was found, and `blocked` names
    what was in the way so far.
    """

    floors_m: Rooms
    reached: tuple[Reached, ...]
    legs: tuple[Leg, ...]
    part: float
    spare_m: float
    told: int
    blocked: tuple[Limit, ...] = ()
    way: tuple[Posture, ...] | None = None

    @property
    def over(self) -> bool:
        """Whether a way was found, or there is none among the legs."""
        return self.way is not None or not self.legs


def begin(around: Surroundings, start_rad: Posture) -> Search:
    """Nothing looked at yet; over at once when the rest posture itself is not clear."""
    rest_rad, _ = _ends(around.model, start_rad)
    before, after = around.rooms(start_rad), around.rooms(rest_rad)
    floors = tuple(min(room, max(0.0, min(SPARE_M, left))) for room, left in zip(before, after, strict=True))
    names = zip(around.names, floors, after, strict=True)
    narrow: list[Limit] = [name for name, floor, left in names if left < floor - _MINUTE_M]
    blocked = tuple(dict.fromkeys(narrow))
    start = Reached(start_rad, -1, 0.0, 0.0)
    search = Search(floors, (start,), (), 0.0, 0.0, 0, blocked)
    if start_rad == rest_rad:
        return replace(search, way=())
    return search if blocked else _onward(around, search)


def look(around: Surroundings, search: Search, looks: int = LOOKS) -> Search:
    """The search after so many more looks, or after the last one that it needed."""
    for _ in range(looks):
        if search.over:
            break
        search = _look(around, search)
    return search


def _look(around: Surroundings, search: Search) -> Search:
    """Looks at the next posture of the first leg."""
    _, _, since, goal = search.legs[0]
    start = search.reached[since].posture_rad
    swept = _swept_m(around.model, start, goal)
    part = search.part + max(search.spare_m, STEP_M) / swept
    posture = blend(start, goal, part) if part < 1.0 else goal
    spare, cut = _spare(around, search.floors_m, posture)
    if cut is not None:
        blocked = tuple(dict.fromkeys((*search.blocked, cut)))
        return _next_leg(replace(search, blocked=blocked), list(search.legs))
    if part < 1.0:
        return replace(search, part=part, spare_m=spare)
    return _reach(around, search, Reached(goal, since, _way_rad(search, since, goal), spare))


def _spare(around: Surroundings, floors_m: Rooms, posture_rad: Posture) -> tuple[float, Limit | None]:
    """The least room above its floor, and the limit that forbids the posture when it has none."""
    least, cut = math.inf, None
    for name, floor, room in zip(around.names, floors_m, around.rooms(posture_rad), strict=True):
        if room - floor < least:
            least, cut = room - floor, name
    return least, cut if least < -_MINUTE_M else None


def _reach(around: Surroundings, search: Search, found: Reached) -> Search:
    """The search with one posture more; other legs to it are dropped."""
    reached = (*search.reached, found)
    goal = found.posture_rad
    if goal == _ends(around.model, goal)[0]:
        return replace(search, reached=reached, way=_way(reached))
    legs = [leg for leg in search.legs if leg[3] != goal]
    return _onward(around, replace(search, reached=reached, legs=tuple(legs)))


def _onward(around: Surroundings, search: Search) -> Search:
    """Adds the legs that begin at the posture reached last."""
    since = len(search.reached) - 1
    known = {one.posture_rad for one in search.reached}
    rest_rad, _ = _ends(around.model, search.reached[since].posture_rad)
    legs, told = list(search.legs), search.told
    for goal in _goals(around.model, search.reached[since].posture_rad):
        if goal not in known:
            cost = _way_rad(search, since, goal) + _EAGER * _farthest(goal, rest_rad)
            legs.append((cost, told, since, goal))
            known.add(goal)
            told += 1
    heapq.heapify(legs)
    return _first_leg(replace(search, told=told), legs)


def _next_leg(search: Search, legs: list[Leg]) -> Search:
    heapq.heappop(legs)
    return _first_leg(search, legs)


def _first_leg(search: Search, legs: list[Leg]) -> Search:
    """The search at the beginning of its first leg."""
    spare = search.reached[legs[0][2]].spare_m if legs else 0.0
    return replace(search, legs=tuple(legs), part=0.0, spare_m=spare)


def _goals(model: ArmModel, at_rad: Posture) -> Iterator[Posture]:
    """Where a leg may lead to from this posture."""
    for end in _ends(model, at_rad):
        yield end
        yield (at_rad[0], *end[1:])
        for joint in range(len(at_rad) - 1):
            yield (*at_rad[:joint], end[joint], *at_rad[joint + 1 :])


def _ends(model: ArmModel, at_rad: Posture) -> tuple[Posture, Posture]:
    """The rest and the ready posture with the jaw as it is."""
    return (*model.rest_rad[:-1], at_rad[-1]), (*model.ready_rad[:-1], at_rad[-1])


def _way(reached: tuple[Reached, ...]) -> tuple[Posture, ...]:
    """The postures on the way to the one reached last, without the start."""
    at = reached[-1]
    way: list[Posture] = []
    while at.since >= 0:
        way.append(at.posture_rad)
        at = reached[at.since]
    return tuple(reversed(way))


def _way_rad(search: Search, since: int, goal_rad: Posture) -> float:
    """How far the joint that goes farthest has gone at the goal, corners counted."""
    before = search.reached[since]
    return before.way_rad + _farthest(before.posture_rad, goal_rad) + _CORNER_RAD


def _farthest(a: Posture, b: Posture) -> float:
    return max(abs(y - x) for x, y in zip(a, b, strict=True))


def _swept_m(model: ArmModel, a: Posture, b: Posture) -> float:
    """How far at most any point of the arm goes from one posture to the other."""
    levers = zip(_levers_m(model), a, b, strict=True)
    return sum(lever * abs(y - x) for lever, x, y in levers)


@lru_cache(maxsize=16)
def _levers_m(model: ArmModel) -> tuple[float, ...]:
    """For each joint how far at most a point that it carries lies from its axis: as if stretched out."""
    points = [
        *((one.link, one.xyz_m) for one in model.guard_points),
        *((one.link, end) for one in model.capsules for end in (one.from_m, one.to_m)),
    ]
    beyond = 0.0
    levers: list[float] = []
    for joint in reversed(model.joints):
        carried = [math.hypot(*xyz) for link, xyz in points if link == joint.child]
        beyond = max([beyond, *carried])
        levers.append(beyond)
        beyond += math.hypot(*joint.xyz_m)
    return tuple(reversed(levers))
