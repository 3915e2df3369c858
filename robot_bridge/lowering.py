"""Walks the way to the rest posture, slowly and one leg after the other; see way_down.py for how it is found.

Theory of operation. Each period the place on the leg goes on by what SPEED_RAD_S allows the joint that has
farthest to go, unless the arm lags behind; the planner follows it with the arm's bounds on acceleration and
jerk. The arm stands still before it takes the next leg, so that it cuts no corner. A motion that a controlled
stop would end past a margin, or past where the arm began if that was deeper, is not begun: the arm stops and
the lowering has failed, as it has when there is no way, or when it takes too long. It has arrived when it
stands at the end of the way and its joints were measured there: only then may the torque go.
"""

from msgspec import Struct
from msgspec.structs import replace

from robot_bridge import way_down
from robot_bridge.clearance import STRAY_M, Rooms, Surroundings
from robot_bridge.limits import Posture, blend
from robot_bridge.trajectory import Motion, Planner
from robot_bridge.way_down import Search
from robot_bridge.wire.state import Limit

LONGEST_NS = 60_000_000_000
SPEED_RAD_S = 0.25
_NEAR_RAD = 1e-6


class Descent(Struct, frozen=True):
    """How far the lowering is: the search while there is no way, else the place on the legs that are left.

    `bounds_m` is how small each room may become, from where the arm began. `lagged` says that the arm lay too
    far behind in the last period, `arrived_ns` when it had arrived, counted from the beginning.
    """

    search: Search | None = None
    way: tuple[Posture, ...] | None = None
    at_rad: Posture = ()
    bounds_m: Rooms = ()
    lagged: bool = False
    arrived_ns: int | None = None


class Lowered(Struct, frozen=True):
    """One period of lowering: how far it is, the motion, limits that acted, and whether it failed by them."""

    descent: Descent
    motion: Motion
    acted: tuple[Limit, ...] = ()
    failed: bool = False


class Lowering(Struct, frozen=True):
    """What lowering needs besides its state: the arm in its surroundings, its planner and the period in s."""

    around: Surroundings
    planner: Planner
    period_s: float

    def step(self, descent: Descent, motion: Motion, measured_rad: Posture, for_ns: int) -> Lowered:
        """One period on the way down, `for_ns` after it began; it stands while it searches or lags."""
        if for_ns > LONGEST_NS and descent.arrived_ns is None:
            return Lowered(descent, self.planner.stop(motion), _late(descent), failed=True)
        if descent.way is None:
            return self._search(descent, motion)
        lags = self._lags(motion, measured_rad)
        descent = self._advanced(replace(descent, lagged=lags), descent.way, motion, for_ns)
        slow = (SPEED_RAD_S,) * len(motion.positions_rad)
        after = self.planner.follow(motion, descent.at_rad, slow)
        broken = self._broken(descent, self.planner.standstill(after))
        if broken is not None:
            return Lowered(descent, self.planner.stop(motion), (broken,), failed=True)
        return Lowered(descent, after, ("look_ahead",) if lags else ())

    def _search(self, descent: Descent, motion: Motion) -> Lowered:
        """Looks for a way, from standstill."""
        if not motion.at_rest:
            return Lowered(descent, self.planner.stop(motion))
        start = motion.positions_rad
        search = way_down.look(self.around, descent.search or way_down.begin(self.around, start))
        descent = replace(descent, search=search)
        if not search.over:
            return Lowered(descent, motion)
        if search.way is None:
            return Lowered(descent, motion, search.blocked, failed=True)
        return Lowered(on_the_way(self.around, start, search.way), motion)

    def _advanced(self, descent: Descent, way: tuple[Posture, ...], motion: Motion, for_ns: int) -> Descent:
        """The place on the way one period later."""
        if descent.lagged:
            return descent
        there = motion.at_rest and _farthest(motion.positions_rad, descent.at_rad) <= _NEAR_RAD
        if not way:
            return _arrived(descent, for_ns) if there else descent
        farthest = _farthest(descent.at_rad, way[0])
        reach = SPEED_RAD_S * self.period_s
        if farthest > reach:
            return replace(descent, at_rad=blend(descent.at_rad, way[0], reach / farthest))
        return replace(descent, at_rad=way[0], way=way[1:] if there and farthest == 0.0 else way)

    def _broken(self, descent: Descent, end_rad: Posture) -> Limit | None:
        """The limit that the arm would pass there."""
        rooms = zip(self.around.names, descent.bounds_m, self.around.rooms(end_rad), strict=True)
        return next((name for name, bound, room in rooms if room < bound), None)

    def _lags(self, motion: Motion, measured_rad: Posture) -> bool:
        """Whether an arm joint's goal lies more than its look-ahead away from where it was measured."""
        bounds = self.around.model.motion.look_ahead_rad[:-1]
        leads = zip(motion.positions_rad, measured_rad, bounds, strict=False)
        return any(abs(goal - at) > bound for goal, at, bound in leads)


def on_the_way(around: Surroundings, start_rad: Posture, way: tuple[Posture, ...]) -> Descent:
    """Standing at the start of a way."""
    bounds = tuple(min(0.0, room) - STRAY_M for room in around.rooms(start_rad))
    return Descent(way=way, at_rad=start_rad, bounds_m=bounds)


def _arrived(descent: Descent, for_ns: int) -> Descent:
    return descent if descent.arrived_ns is not None else replace(descent, arrived_ns=for_ns)


def _late(descent: Descent) -> tuple[Limit, ...]:
    """What made the lowering take too long."""
    if descent.search is not None:
        return descent.search.blocked
    return ("look_ahead",) if descent.lagged else ("velocity",)


def _farthest(a: Posture, b: Posture) -> float:
    return max(abs(y - x) for x, y in zip(a, b, strict=True))
