"""Laws of resampling: no look into the future, no backward step, no lost or extra row."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from teleop.episodes.arrays import Floats, Integers
from teleop.episodes.resampling import (
    NANOSECONDS,
    NoRows,
    interpolated,
    newest_at_or_before,
    resample,
    row_times,
)

moments = st.integers(0, 20_000_000_000)
times = st.lists(moments, min_size=1, max_size=60).map(sorted)
rates = st.integers(1, 200)


def integers(values: list[int]) -> Integers:
    return np.array(values, dtype=np.int64)


@given(st.lists(moments, max_size=60).map(sorted), st.lists(moments, max_size=60))
def test_the_newest_is_not_later_and_nothing_fits_better(samples: list[int], at: list[int]) -> None:
    found = newest_at_or_before(integers(samples), integers(at))
    assert len(found) == len(at)
    for moment, index in zip(at, found.tolist(), strict=True):
        past = [place for place, sample in enumerate(samples) if sample <= moment]
        assert index == (past[-1] if past else -1)


@given(moments, st.integers(0, 10_000_000_000), rates)
def test_rows_stand_at_the_rate_without_drift(start: int, length: int, fps: int) -> None:
    found = row_times(start, start + length, fps).tolist()
    assert found[0] == start
    assert all(at == start + number * NANOSECONDS // fps for number, at in enumerate(found))
    assert found[-1] <= start + length
    assert start + len(found) * NANOSECONDS // fps + 1 > start + length


def test_no_row_fits_before_the_start() -> None:
    assert len(row_times(10, 9, 30)) == 0


@given(times, times, times, moments, rates)
def test_a_row_never_sees_the_future(a: list[int], b: list[int], c: list[int], end: int, fps: int) -> None:
    streams = {"a": integers(a), "b": integers(b), "c": integers(c)}
    start = max(a[0], b[0], c[0])
    if end < start:
        with pytest.raises(NoRows, match="no moment in common"):
            resample(streams, end, fps)
        return
    rows = resample(streams, end, fps)
    assert rows.t_ns[0] == start
    assert rows.t_ns[-1] <= end
    for name, samples in streams.items():
        newest = rows.newest[name]
        assert len(newest) == len(rows.t_ns) == (end - start) * fps // NANOSECONDS + 1
        assert (newest >= 0).all()
        assert (samples[newest] <= rows.t_ns).all()
        assert (np.diff(newest) >= 0).all()
        later = np.minimum(newest + 1, len(samples) - 1)
        assert ((samples[later] > rows.t_ns) | (newest == len(samples) - 1)).all()


@given(times, rates)
def test_samples_of_the_future_change_nothing(samples: list[int], fps: int) -> None:
    end = samples[-1]
    before = resample({"a": integers(samples)}, end, fps)
    after = resample({"a": integers([*samples, end + 1, end + 2])}, end, fps)
    assert (before.newest["a"] == after.newest["a"]).all()


def test_what_is_absent_is_named() -> None:
    empty = integers([])
    with pytest.raises(NoRows, match="nothing was recorded of: state, wrist"):
        resample({"wrist": empty, "overview": integers([1]), "state": empty}, 5, 30)


def values(samples: list[int]) -> Floats:
    return np.array([[3.0 * sample, -1.0] for sample in samples])


@given(times.filter(lambda found: len(set(found)) == len(found)), st.lists(moments, min_size=1, max_size=60))
def test_between_samples_values_lie_on_straight_lines(samples: list[int], at: list[int]) -> None:
    found = interpolated(integers(samples), values(samples), integers(at))
    inside = np.clip(at, samples[0], samples[-1])
    assert np.allclose(found[:, 0], 3.0 * inside, rtol=1e-9, atol=1e-3) and np.allclose(found[:, 1], -1.0)


def test_of_two_samples_at_once_the_last_counts() -> None:
    found = interpolated(integers([5, 5]), np.array([[1.0], [2.0]]), integers([5, 9]))
    assert found.tolist() == [[2.0], [2.0]]
