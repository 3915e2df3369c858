"""The numbers of the last second, as the Report that the cell's metrics page shows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from robot_bridge.wire.state import Report

LATE_US = (100, 200, 500, 1_000, 2_000, 5_000, 10_000)
_QUANTILES = (("p50", 0.50), ("p95", 0.95), ("p99", 0.99), ("max", 1.0))


@dataclass(slots=True)
class Window:
    """Durations of one second's ticks, in ns.

    `answer_ns` is from reading the commands to having written the goals that answer them to the bus.
    """

    lateness_ns: list[int] = field(default_factory=list)
    work_ns: list[int] = field(default_factory=list)
    bus_ns: list[int] = field(default_factory=list)
    answer_ns: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Totals:
    """Running totals and states that the shell knows."""

    ticks: int
    overruns: int
    realtime: bool
    bus_ok: bool
    port_opened: int
    datagrams: int
    unsent: int
    cpu_s: float
    late: tuple[int, ...]


def later(late: tuple[int, ...], lateness_ns: int) -> tuple[int, ...]:
    """How many ticks so far came later than each of LATE_US, this one counted."""
    return tuple(n + (lateness_ns > 1_000 * bound) for n, bound in zip(late, LATE_US, strict=True))


def quantile(values: Sequence[int], fraction: float) -> float:
    """The value that this fraction of the values does not exceed; 0 when there are none."""
    if not values:
        return 0.0
    ordered = sorted(values)
    return float(ordered[min(len(ordered) - 1, max(0, round(fraction * len(ordered)) - 1))])


def report(window: Window, totals: Totals, counts: Mapping[str, int], refusals: Mapping[str, int]) -> Report:
    """One Report; seconds for durations, `_total` for counters since the start."""
    values = {
        "ticks_total": float(totals.ticks),
        "overruns_total": float(totals.overruns),
        "realtime": float(totals.realtime),
        "bus_ok": float(totals.bus_ok),
        "bus_port_opened_total": float(totals.port_opened),
        "datagrams_total": float(totals.datagrams),
        "unsent_datagrams_total": float(totals.unsent),
        "cpu_seconds_total": totals.cpu_s,
    }
    for bound, count in zip(LATE_US, totals.late, strict=True):
        values[f"ticks_later_than_{bound}us_total"] = float(count)
    for name, measured in (
        ("tick_lateness", window.lateness_ns),
        ("tick_work", window.work_ns),
        ("bus_cycle", window.bus_ns),
        ("command_to_bus", window.answer_ns),
    ):
        for label, fraction in _QUANTILES:
            values[f"{name}_seconds_{label}"] = quantile(measured, fraction) / 1e9
    for name, count in counts.items():
        values[f"bus_{name}_total"] = float(count)
    for reason, count in refusals.items():
        values[f"refused_{reason}_total"] = float(count)
    return Report(1, values)
