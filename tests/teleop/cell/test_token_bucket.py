"""The bucket's law: never more than the burst plus the rate times the time."""

from hypothesis import given
from hypothesis import strategies as st

from teleop.cell.token_bucket import full, take


@given(st.lists(st.integers(0, 50_000_000), min_size=1, max_size=200))
def test_never_more_than_burst_and_rate_allow(gaps_ns):
    bucket, now_ns, passed = full(100.0, 5.0, 0), 0, 0
    for gap_ns in gaps_ns:
        now_ns += gap_ns
        bucket, passes = take(bucket, now_ns)
        passed += passes
        assert passed <= 5 + now_ns * 100 / 1e9 + 1e-6


def test_empty_then_refilled():
    bucket, first = take(full(10.0, 1.0, 0), 0)
    bucket, second = take(bucket, 50_000_000)
    bucket, third = take(bucket, 151_000_000)
    assert (first, second, third) == (True, False, True)


def test_a_clock_that_goes_back_gives_nothing():
    bucket, _ = take(full(10.0, 1.0, 10**9), 10**9)
    _, passes = take(bucket, 0)
    assert not passes
