"""Figures of a bus."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from robot_bridge.tools.figures import Run, figures, quantiles, wire_s


def test_the_wire_time_is_ten_bits_a_byte() -> None:
    assert wire_s(14, 126, 1_000_000) == pytest.approx(1.4e-3)


def test_quantiles_by_the_nearest_rank() -> None:
    found = quantiles([float(one) for one in range(100)])
    assert (found.median, found.p95, found.p99, found.longest) == (50.0, 95.0, 99.0, 99.0)


@given(st.lists(st.floats(0.0, 1e3), min_size=1, max_size=50))
def test_quantiles_are_samples_in_order(samples: list[float]) -> None:
    found = quantiles(samples)
    ordered = [found.median, found.p95, found.p99, found.longest]
    assert ordered == sorted(ordered)
    assert set(ordered) <= set(samples)
    assert found.longest == max(samples)


def test_no_samples_have_no_quantiles() -> None:
    with pytest.raises(ValueError, match="no samples"):
        quantiles([])


def test_a_run_becomes_numbers_for_people() -> None:
    run = Run((0.002, 0.002, 0.004, 0.002), asked=24, answered=18, junk_bytes=3, wall_s=2.0, cpu_s=0.5)
    found = figures(run, 6, 0.001)
    assert (found.cycles, found.servos, found.wire_ms, found.measured_ms.median) == (4, 6, 1.0, 2.0)
    assert (found.over_wire, found.cycles_per_s, found.cpu) == (2.0, 2.0, 0.25)
    assert (found.missing_answers, found.missing, found.junk_bytes) == (6, 0.25, 3)
