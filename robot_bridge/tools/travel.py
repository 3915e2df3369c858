"""One joint's travel while a person sweeps it, unwrapped over the end of a turn. Pure."""

from dataclasses import dataclass, replace

JUMP_STEPS = 400
"""Farther than a hand turns a joint between two readings (30 a second): such a reading needs a second one."""


@dataclass(frozen=True, slots=True)
class Travel:
    """Unwrapped steps: where the joint is, and how far it went; None before the first reading."""

    at: int | None = None
    low: int | None = None
    high: int | None = None
    suspect: int | None = None

    @property
    def width(self) -> int:
        """How far the joint has travelled, in steps."""
        return 0 if self.low is None or self.high is None else self.high - self.low


def read(travel: Travel, position: int, steps_per_turn: int) -> Travel:
    """The travel after one reading, which may lie outside of one turn as servos count it."""
    raw = position % steps_per_turn
    if travel.at is None:
        return _begin(travel, raw, steps_per_turn)
    step = shortest(raw - travel.at, steps_per_turn)
    if abs(step) <= JUMP_STEPS:
        return _reached(travel, travel.at + step)
    if travel.suspect is None or abs(shortest(raw - travel.suspect, steps_per_turn)) > JUMP_STEPS:
        return replace(travel, suspect=raw)
    return _reached(travel, travel.at + step)


def resumed(low: int, high: int) -> Travel:
    """A travel of which only the range is known; the next reading says where the joint is."""
    return Travel(low=low, high=high)


def _begin(travel: Travel, raw: int, steps_per_turn: int) -> Travel:
    """The first reading, in the turn that lies nearest to a range known from before."""
    if travel.low is None or travel.high is None:
        return Travel(raw, raw, raw)
    middle = (travel.low + travel.high) // 2
    return _reached(travel, middle + shortest(raw - middle, steps_per_turn))


def _reached(travel: Travel, at: int) -> Travel:
    low = at if travel.low is None else min(travel.low, at)
    high = at if travel.high is None else max(travel.high, at)
    return Travel(at, low, high)


def shortest(difference: int, steps_per_turn: int) -> int:
    """The same turn taken the short way round, at most half a turn."""
    half = steps_per_turn // 2
    return (difference + half) % steps_per_turn - half
