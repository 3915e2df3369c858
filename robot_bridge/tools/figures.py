"""Figures of a bus: wire time of a cycle, and median, p95, p99 of what was measured. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

BITS_PER_BYTE = 10


@dataclass(frozen=True, slots=True)
class Quantiles:
    """Median, p95, p99 and the longest, in the unit of the samples."""

    median: float
    p95: float
    p99: float
    longest: float


@dataclass(frozen=True, slots=True)
class Run:
    """What was counted while cycling: seconds are of the wall and of this process's processor time."""

    cycle_s: tuple[float, ...]
    asked: int
    answered: int
    junk_bytes: int
    wall_s: float
    cpu_s: float


@dataclass(frozen=True, slots=True)
class Figures:
    """A bench run in numbers for people; times in ms, shares of one."""

    cycles: int
    servos: int
    wire_ms: float
    measured_ms: Quantiles
    over_wire: float
    cycles_per_s: float
    missing: float
    missing_answers: int
    junk_bytes: int
    cpu: float


def wire_s(sent_bytes: int, answer_bytes: int, baud: int) -> float:
    """How long these bytes take on a half-duplex wire, without any pause between them."""
    return (sent_bytes + answer_bytes) * BITS_PER_BYTE / baud


def quantiles(samples: Sequence[float]) -> Quantiles:
    """Quantiles by the nearest rank; raises ValueError for no sample at all."""
    if not samples:
        raise ValueError("no samples")
    ordered = sorted(samples)

    def at(share: float) -> float:
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]

    return Quantiles(at(0.5), at(0.95), at(0.99), ordered[-1])


def figures(run: Run, servos: int, wire: float) -> Figures:
    """The figures of a run of at least one cycle whose wire time is `wire` seconds."""
    measured = quantiles([1000.0 * one for one in run.cycle_s])
    missing = run.asked - run.answered
    return Figures(
        cycles=len(run.cycle_s),
        servos=servos,
        wire_ms=1000.0 * wire,
        measured_ms=measured,
        over_wire=measured.median / (1000.0 * wire),
        cycles_per_s=len(run.cycle_s) / run.wall_s,
        missing=missing / run.asked,
        missing_answers=missing,
        junk_bytes=run.junk_bytes,
        cpu=run.cpu_s / run.wall_s,
    )
