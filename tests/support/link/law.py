"""The law of a link: when does a packet come out, or why does it not.

Pure: `state, fate = step(state, packet_bytes, now_ns)`, one state for one direction. Packets are given
in the order of sending. A packet waits its jitter, then for its turn at the bottleneck, and then takes
the rest of the delay; so order is kept and the rate at the far end is never exceeded, except by those
that the course reorders or doubles. Every packet draws the same amount of chance, so that a change of
delay or rate does not change which packets chance loses.
"""

from dataclasses import dataclass, replace
from typing import Literal

from link.chance import draw
from link.course import Conditions, Course, at

Loss = Literal["random", "burst", "queue_full", "dark"]
_DRAWS = 6
_NS = 1_000_000_000


@dataclass(frozen=True, slots=True)
class LinkState:
    """One direction of a link: `waiting` are the bottleneck's (leaving time, bytes) in order."""

    course: Course
    seed: int
    begun_ns: int
    bad: bool = False
    free_ns: int = 0
    out_ns: int = 0
    waiting: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Fate:
    """When the copies of a packet come out (none: lost), and what lost it."""

    out_ns: tuple[int, ...]
    lost: Loss | None = None


def begin(course: Course, seed: int, now_ns: int) -> LinkState:
    """A link that nothing has passed yet."""
    return LinkState(course, seed, now_ns, free_ns=now_ns, out_ns=now_ns)


def step(state: LinkState, packet_bytes: int, now_ns: int) -> tuple[LinkState, Fate]:
    """Sends one packet at `now_ns`, which is not before the one before it."""
    conditions, _ = at(state.course, now_ns - state.begun_ns)
    seed, chances = draw(state.seed, _DRAWS)
    state = replace(state, seed=seed, bad=_is_bad(state.bad, conditions, chances[0]))
    lost = _lost(state, conditions, chances)
    if lost is not None:
        return state, Fate((), lost)
    arrives_ns = now_ns + round(2 * conditions.jitter_s * chances[3] * _NS)
    served = _pass_bottleneck(state, conditions, packet_bytes, arrives_ns)
    if served is None:
        return state, Fate((), "queue_full")
    return _come_out(served, conditions, chances)


def _is_bad(bad: bool, conditions: Conditions, chance: float) -> bool:
    if conditions.bursts is None:
        return False
    return chance >= conditions.bursts.leave if bad else chance < conditions.bursts.enter


def _lost(state: LinkState, conditions: Conditions, chances: tuple[float, ...]) -> Loss | None:
    if conditions.dark:
        return "dark"
    if chances[1] < conditions.loss:
        return "random"
    bursts = conditions.bursts
    if bursts is not None and chances[2] < (bursts.loss_when_bad if state.bad else bursts.loss_when_good):
        return "burst"
    return None


def _pass_bottleneck(
    state: LinkState, conditions: Conditions, packet_bytes: int, arrives_ns: int
) -> LinkState | None:
    """The state in which the packet has its place at the bottleneck; None when the queue is full."""
    waiting = tuple(one for one in state.waiting if one[0] > arrives_ns)
    if waiting and sum(size for _, size in waiting) + packet_bytes > conditions.queue_bytes:
        return None
    begins_ns = max(arrives_ns, state.free_ns)
    free_ns = _served_ns(state, begins_ns, packet_bytes)
    if free_ns > begins_ns:
        waiting = (*waiting, (free_ns, packet_bytes))
    return replace(state, free_ns=free_ns, waiting=waiting)


def _served_ns(state: LinkState, begins_ns: int, packet_bytes: int) -> int:
    """When the bottleneck has passed a packet on, whatever its rate becomes meanwhile."""
    bits = 8.0 * packet_bytes
    while True:
        conditions, ends_ns = at(state.course, begins_ns - state.begun_ns)
        if conditions.rate_bit_s is None:
            return begins_ns
        needs_ns = -int(-bits * _NS // conditions.rate_bit_s)
        if ends_ns is None or begins_ns + needs_ns <= state.begun_ns + ends_ns:
            return begins_ns + needs_ns
        bits -= conditions.rate_bit_s * (state.begun_ns + ends_ns - begins_ns) / _NS
        begins_ns = state.begun_ns + ends_ns


def _come_out(state: LinkState, conditions: Conditions, chances: tuple[float, ...]) -> tuple[LinkState, Fate]:
    rest_ns = round((conditions.delay_s - conditions.jitter_s) * _NS)
    in_order_ns = max(state.free_ns + rest_ns, state.out_ns)
    copies = 2 if chances[5] < conditions.duplicated else 1
    if chances[4] < conditions.reordered:
        return state, Fate((in_order_ns + round(conditions.reordered_by_s * _NS),) * copies)
    return replace(state, out_ns=in_order_ns), Fate((in_order_ns,) * copies)
