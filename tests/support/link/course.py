"""What a link is like, and how that changes with time.

Pure. One course describes one direction, so that the two may differ.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

PACKET_OF_A_TRACE_BYTES = 1504
SLOWEST_BIT_S = 1_000
_NS = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Bursts:
    """Loss in bursts (Gilbert and Elliott): chances, per packet, to enter and to leave the bad state."""

    enter: float
    leave: float
    loss_when_bad: float = 1.0
    loss_when_good: float = 0.0


@dataclass(frozen=True, slots=True)
class Conditions:
    """One direction of a link for a while.

    A packet takes `delay_s`, give or take an even `jitter_s`; of those that are not lost the share
    `reordered` comes `reordered_by_s` later, so that others overtake them, and the share `duplicated`
    comes twice. `rate_bit_s` None means no bottleneck; before one at most `queue_bytes` wait.
    `dark` loses everything.
    """

    delay_s: float = 0.0
    jitter_s: float = 0.0
    loss: float = 0.0
    bursts: Bursts | None = None
    rate_bit_s: float | None = None
    queue_bytes: int = 64_000
    reordered: float = 0.0
    reordered_by_s: float = 0.0
    duplicated: float = 0.0
    dark: bool = False

    def __post_init__(self) -> None:
        """Raises ValueError for a jitter beyond the delay and for a rate too slow to ever end."""
        if not 0 <= self.jitter_s <= self.delay_s:
            raise ValueError(f"jitter {self.jitter_s} s is not within the delay {self.delay_s} s")
        if self.rate_bit_s is not None and self.rate_bit_s < SLOWEST_BIT_S:
            raise ValueError(f"rate {self.rate_bit_s} bit/s is below {SLOWEST_BIT_S}")


@dataclass(frozen=True, slots=True)
class Stretch:
    """Conditions that begin at a time of the course."""

    from_ns: int
    conditions: Conditions


@dataclass(frozen=True, slots=True)
class Course:
    """Stretches in order, the first from 0; with `period_ns` they begin anew each time it has passed."""

    stretches: tuple[Stretch, ...]
    period_ns: int | None = None

    def __post_init__(self) -> None:
        """Raises ValueError when the stretches do not begin at 0, rise, and end within the period."""
        starts = [stretch.from_ns for stretch in self.stretches]
        ends = [*starts[1:], *([] if self.period_ns is None else [self.period_ns])]
        if not starts or starts[0] != 0 or any(a >= b for a, b in zip(starts, ends, strict=False)):
            raise ValueError(f"stretches do not rise from 0: {starts}, period {self.period_ns}")


def steady(conditions: Conditions) -> Course:
    """A link that never changes."""
    return Course((Stretch(0, conditions),))


def changing(*parts: tuple[float, Conditions]) -> Course:
    """A link that begins each of the conditions at its second, and keeps the last."""
    return Course(tuple(Stretch(round(from_s * _NS), conditions) for from_s, conditions in parts))


def at(course: Course, elapsed_ns: int) -> tuple[Conditions, int | None]:
    """The conditions at a time of the course and when they end; None for never."""
    lap = 0 if course.period_ns is None else elapsed_ns // course.period_ns * course.period_ns
    ends = course.period_ns
    for stretch in reversed(course.stretches):
        if stretch.from_ns <= elapsed_ns - lap:
            return stretch.conditions, None if ends is None else lap + ends
        ends = stretch.from_ns
    raise ValueError(f"{elapsed_ns} ns is before the course")


def from_mahimahi(lines: Iterable[str], rest: Conditions, step_ms: int = 100) -> Course:
    """Plays a packet-delivery trace of Mahimahi: each line is a millisecond that can carry 1504 bytes.

    The rate is averaged over steps of `step_ms`; everything else is as in `rest`. Raises ValueError
    for an empty trace or a line that is no number.
    """
    times = [int(line) for line in lines if line.strip()]
    if not times or min(times) < 0:
        raise ValueError("a trace needs times from 0 ms on")
    counts = [0] * (max(times) // step_ms + 1)
    for time in times:
        counts[time // step_ms] += 1
    stretches = []
    for index, count in enumerate(counts):
        rate = max(SLOWEST_BIT_S, 8 * PACKET_OF_A_TRACE_BYTES * count * 1000 / step_ms)
        stretches.append(Stretch(index * step_ms * 1_000_000, replace(rest, rate_bit_s=rate)))
    return Course(tuple(stretches), len(counts) * step_ms * 1_000_000)
