"""Rows at a fixed rate from streams at their own: each row sees only what existed at its time. Pure."""

from dataclasses import dataclass

import numpy as np

from teleop.episodes.arrays import Floats, Integers

NANOSECONDS = 1_000_000_000


class NoRows(ValueError):
    """The streams never exist all at once, so that there is no row; the text says why."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Row times (R) in ns, the moment (R) that each row tells of, and the index of the newest sample by then.

    Streams that make up the moment are indexed by the row's time, those told as of the moment by the moment.
    """

    t_ns: Integers
    moment_ns: Integers
    newest: dict[str, Integers]


def newest_at_or_before(times_ns: Integers, at_ns: Integers) -> Integers:
    """For each moment the index of the newest time that is not later, -1 where there is none.

    `times_ns` must not fall; of equal times the last counts.
    """
    return np.searchsorted(times_ns, at_ns, side="right").astype(np.int64) - 1


def row_times(start_ns: int, end_ns: int, fps: int) -> Integers:
    """All moments from `start_ns` to `end_ns` (both included) at `fps` a second, without drift."""
    if end_ns < start_ns:
        return np.zeros(0, dtype=np.int64)
    count = (end_ns - start_ns) * fps // NANOSECONDS + 1
    return start_ns + np.arange(count, dtype=np.int64) * NANOSECONDS // fps


def resample(streams: dict[str, Integers], end_ns: int, fps: int) -> Rows:
    """Rows from the first moment at which every stream has a sample; raises NoRows.

    `streams` maps a name to its sample times in ns, not falling.
    """
    absent = sorted(name for name, times_ns in streams.items() if len(times_ns) == 0)
    if absent:
        raise NoRows(f"nothing was recorded of: {', '.join(absent)}")
    start_ns = max(int(times_ns[0]) for times_ns in streams.values())
    t_ns = row_times(start_ns, end_ns, fps)
    if len(t_ns) == 0:
        raise NoRows("its streams have no moment in common")
    return Rows(t_ns, t_ns, {name: newest_at_or_before(times_ns, t_ns) for name, times_ns in streams.items()})


def interpolated(times_ns: Integers, values: Floats, at_ns: Integers) -> Floats:
    """What values (N, C) sampled at `times_ns` (N, not falling) were at each moment (R), on straight lines.

    So a row's joints can be those of the very moment at which its picture was taken: of that moment, not of a
    later one, though the line to it may end at a sample after the row. Outside of all samples the nearest one
    stands.
    """
    before = np.clip(newest_at_or_before(times_ns, at_ns), 0, None)
    after = np.minimum(before + 1, len(times_ns) - 1)
    apart_ns = np.maximum(times_ns[after] - times_ns[before], 1)
    share = np.clip((at_ns - times_ns[before]) / apart_ns, 0.0, 1.0)[:, None]
    return np.asarray(values[before] * (1.0 - share) + values[after] * share, dtype=np.float64)
