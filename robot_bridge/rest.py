"""Lowering the arm to its rest posture before its torque is released: an arm without torque falls.

Theory of operation. `held` is the normal posture: torque on, in every mode. `resting` begins by an
operator's order, or by itself when the arm has stood latched by an overheat or an overload for 20 s. It
looks for a way to the rest posture along which no guard point comes nearer to the table than the clearance
(straight, by the ready posture, or one joint after the other, each order tried in its own tick), and walks
it at no more than 0.25 rad/s per joint; the jaw stays as it is. Where the way ends, the bus is asked to
release, and when it has, the posture is `released`. A stop, another fault, a reset or a player's enable
ends the lowering by a controlled stop: the arm is `held` again. So it is when no way is clear, when the arm
does not follow, or when the lowering takes too long; the last two and the first say so by a fault.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice, permutations
from typing import Literal

from robot_bridge.arms.model import ArmModel
from robot_bridge.buses.reading import BusPhase
from robot_bridge.kinematics import lowest_guard_m
from robot_bridge.limits import Posture, blend
from robot_bridge.trajectory import Motion, Planner
from robot_bridge.wire.state import ArmPosture, Cause, Limit

Torque = Literal["keep", "release", "engage"]
PostureEvent = Literal["lower", "interrupt", "arrive", "engage"]
POSTURES: dict[ArmPosture, dict[PostureEvent, ArmPosture | None]] = {
    #           None: nothing changes.
    "held": {"lower": "resting", "interrupt": None, "arrive": "released", "engage": None},
    "resting": {"lower": None, "interrupt": "held", "arrive": "released", "engage": None},
    "released": {"lower": None, "interrupt": None, "arrive": None, "engage": "held"},
}
HOT: tuple[Cause, ...] = ("overheat", "overload")
REST_AFTER_NS = 20_000_000_000
LONGEST_NS = 40_000_000_000
SPEED_RAD_S = 0.25
_SAMPLE_RAD = 0.1
_NEAR_RAD = 1e-6
_RAMPS_M = 0.001  # the joints' ramps leave the straight way by less than this


@dataclass(frozen=True, slots=True)
class Rest:
    """The posture, since when; how long a hot fault has stood; and the way down as far as it is known.

    `way` is None while it is looked for, `tried` counts the ways that were not clear. `gave_up` keeps the
    arm from being lowered by itself again while the same fault stands.
    """

    posture: ArmPosture = "held"
    since_ns: int = 0
    hot_since_ns: int | None = None
    way: tuple[Posture, ...] | None = None
    tried: int = 0
    at_rad: Posture = ()
    gave_up: bool = False
    engaging: bool = False


@dataclass(frozen=True, slots=True)
class Seen:
    """What this tick brought: the bus, the standing fault, and which of four things happened."""

    now_ns: int
    phase: BusPhase
    fault: Cause
    latched: bool
    asked: bool
    interrupted: bool
    woken: bool


def judge(rest: Rest, seen: Seen) -> Rest:
    """The posture after what happened this tick."""
    hot = seen.latched and seen.fault in HOT
    since = (seen.now_ns if rest.hot_since_ns is None else rest.hot_since_ns) if hot else None
    rest = replace(rest, hot_since_ns=since, gave_up=rest.gave_up and hot)
    event = _event(rest, seen)
    if event is None:
        return replace(rest, engaging=rest.posture == "released" and (rest.engaging or seen.woken))
    posture = POSTURES[rest.posture][event] or rest.posture
    gave_up = rest.gave_up or event == "interrupt"
    return Rest(posture, seen.now_ns, since, gave_up=gave_up)


def failed(rest: Rest, now_ns: int) -> Rest:
    """Held again, and not lowered by itself while the same fault stands."""
    return Rest("held", now_ns, rest.hot_since_ns, gave_up=True)


def _event(rest: Rest, seen: Seen) -> PostureEvent | None:
    match rest.posture:
        case "held" | "resting" if seen.phase == "released":
            return "arrive"
        case "held":
            return "lower" if seen.asked or _due(rest, seen) else None
        case "resting":
            return "interrupt" if seen.interrupted or seen.phase != "ready" else None
        case _:
            return "engage" if seen.phase == "ready" else None


def _due(rest: Rest, seen: Seen) -> bool:
    """Whether a hot fault has stood long enough on a bus that can still lower the arm."""
    hot = rest.hot_since_ns is not None and seen.now_ns - rest.hot_since_ns >= REST_AFTER_NS
    return hot and not rest.gave_up and seen.phase == "ready"


def torque(rest: Rest, motion: Motion | None) -> Torque:
    """What the bus is asked for: asked again every tick until its phase shows that it was done."""
    if rest.engaging:
        return "engage"
    arrived = rest.posture == "resting" and rest.way == () and motion is not None and motion.at_rest
    return "release" if arrived else "keep"


@dataclass(frozen=True, slots=True)
class Lowered:
    """One period of lowering: what is left of it, the motion, limits that acted, and whether it failed."""

    rest: Rest
    motion: Motion
    acted: tuple[Limit, ...] = ()
    failed: bool = False


@dataclass(frozen=True, slots=True)
class Lowering:
    """What lowering needs besides its state: the arm, its planner and the period in s."""

    model: ArmModel
    planner: Planner
    period_s: float

    def step(self, rest: Rest, motion: Motion, measured_rad: Posture, now_ns: int) -> Lowered:
        """One period on the way down; it stands while a way is looked for or the arm lags too far."""
        if now_ns - rest.since_ns > LONGEST_NS:
            return Lowered(rest, self.planner.stop(motion), failed=True)
        if rest.way is None:
            return self._search(rest, motion)
        lags = _lags(self.model, motion, measured_rad)
        if rest.way and not lags:
            rest = self._advanced(rest, rest.way)
        slow = (SPEED_RAD_S,) * len(motion.positions_rad)
        after = self.planner.follow(motion, rest.at_rad, slow)
        floor_m = _floor(self.model, motion.positions_rad, _RAMPS_M)
        if not allowed(self.model, after.positions_rad, floor_m):
            return Lowered(rest, self.planner.stop(motion), ("table",), failed=True)
        return Lowered(rest, after, ("look_ahead",) if lags else ())

    def _search(self, rest: Rest, motion: Motion) -> Lowered:
        """Tries one way a tick, from standstill."""
        if not motion.at_rest:
            return Lowered(rest, self.planner.stop(motion))
        start = motion.positions_rad
        way = next(islice(ways(self.model, start), rest.tried, None), None)
        if way is None:
            return Lowered(rest, motion, failed=True)
        if clear(self.model, start, way):
            return Lowered(replace(rest, way=way, at_rad=start), motion)
        return Lowered(replace(rest, tried=rest.tried + 1), motion)

    def _advanced(self, rest: Rest, way: tuple[Posture, ...]) -> Rest:
        farthest = max(abs(b - a) for a, b in zip(rest.at_rad, way[0], strict=True))
        reach = SPEED_RAD_S * self.period_s
        if farthest <= reach:
            return replace(rest, at_rad=way[0], way=way[1:])
        return replace(rest, at_rad=blend(rest.at_rad, way[0], reach / farthest))


def ways(model: ArmModel, start_rad: Posture) -> Iterator[tuple[Posture, ...]]:
    """The ways to the rest posture in the order in which they are tried; the jaw stays as it is."""
    jaw = start_rad[-1]
    rest, ready = (*model.rest_rad[:-1], jaw), (*model.ready_rad[:-1], jaw)
    yield (rest,)
    yield (ready, rest)
    moved = [joint for joint in range(len(rest) - 1) if abs(rest[joint] - start_rad[joint]) > _NEAR_RAD]
    for order in permutations(moved):
        yield _one_by_one(start_rad, rest, order)
    for order in permutations(range(len(rest) - 1)):
        yield (ready, *_one_by_one(ready, rest, order))


def _one_by_one(start_rad: Posture, goal_rad: Posture, order: tuple[int, ...]) -> tuple[Posture, ...]:
    """The postures on the way when the joints move one after the other in this order."""
    at = start_rad
    postures: list[Posture] = []
    for joint in order:
        at = (*at[:joint], goal_rad[joint], *at[joint + 1 :])
        postures.append(at)
    return tuple(postures)


def clear(model: ArmModel, start_rad: Posture, way: tuple[Posture, ...]) -> bool:
    """Whether the arm keeps clear of the table on the whole way, looked at every 0.1 rad."""
    floor_m = _floor(model, start_rad)
    at = start_rad
    for posture in way:
        farthest = max(abs(b - a) for a, b in zip(at, posture, strict=True))
        count = math.ceil(farthest / _SAMPLE_RAD)
        if not all(allowed(model, blend(at, posture, n / count), floor_m) for n in range(1, count + 1)):
            return False
        at = posture
    return True


def allowed(model: ArmModel, posture_rad: Posture, floor_m: float) -> bool:
    """Whether every guard point keeps the table clearance, or is at least as high as the floor says."""
    return lowest_guard_m(model, posture_rad) >= floor_m - 1e-9


def _floor(model: ArmModel, posture_rad: Posture, less_m: float = 0.0) -> float:
    """The clearance less so much, or what is left of it where the arm stands lower already."""
    return min(model.table_clearance_m - less_m, lowest_guard_m(model, posture_rad))


def _lags(model: ArmModel, motion: Motion, measured_rad: Posture) -> bool:
    """Whether an arm joint's goal lies more than its look-ahead away from where it was measured."""
    bounds = model.motion.look_ahead_rad[:-1]
    leads = zip(motion.positions_rad, measured_rad, bounds, strict=False)
    return any(abs(goal - at) > bound for goal, at, bound in leads)
