"""The Report: quantiles and names."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from robot_bridge.gauges import LATE_US, Totals, Window, later, quantile, report
from robot_bridge.wire.state import Report

TOTALS = Totals(500, 2, True, True, 1, 300, 4, 0.25, (9, 8, 7, 6, 5, 4, 3))


def test_quantiles_of_nothing_are_zero() -> None:
    assert quantile([], 0.99) == 0.0


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=200), st.sampled_from([0.5, 0.95, 0.99, 1.0]))
def test_a_quantile_is_not_exceeded_by_its_share(values: list[int], fraction: float) -> None:
    found = quantile(values, fraction)
    assert found in values
    assert sum(value <= found for value in values) >= fraction * len(values) - 1


def test_the_report_names_everything_in_seconds_and_totals() -> None:
    window = Window([1_000_000] * 99 + [9_000_000], [200_000], [2_000_000], [700_000])
    made = report(window, TOTALS, {"cycles": 7, "missing_answers": 3}, {"old_lease": 5})
    assert made.values["tick_lateness_seconds_p50"] == 0.001
    assert made.values["tick_lateness_seconds_max"] == 0.009
    assert made.values["bus_cycle_seconds_p99"] == 0.002
    assert made.values["command_to_bus_seconds_p99"] == 0.0007
    assert made.values["realtime"] == 1.0
    assert made.values["bus_missing_answers_total"] == 3.0
    assert made.values["refused_old_lease_total"] == 5.0
    assert made.values["ticks_later_than_200us_total"] == 8.0
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(made), type=Report) == made


def test_a_late_tick_counts_for_every_bound_that_it_passed() -> None:
    none = (0,) * len(LATE_US)
    assert later(none, 100_000) == none
    assert later(none, 200_001) == (1, 1, 0, 0, 0, 0, 0)
    assert later(later(none, 10_000_001), 150_000) == (2, 1, 1, 1, 1, 1, 1)
