"""Token buckets: never more than the rate allows, and a bounded memory."""

from hypothesis import given
from hypothesis import strategies as st

from teleop.hub import buckets
from teleop.hub.buckets import Bucket, Rate, take

RATE = Rate(burst=3, per_minute=60)
KEY = ("sign_in", "127.0.0.1")


def test_a_burst_then_one_a_second():
    state, taken = {}, []
    for now_s in (0, 0, 0, 0, 0.5, 1, 1, 2):
        state, granted = take(state, KEY, RATE, int(now_s * 1e9))
        taken.append(granted)
    assert taken == [True, True, True, False, False, True, False, True]


def test_keys_do_not_share():
    state, _ = take({}, KEY, Rate(1, 1), 0)
    assert not take(state, KEY, Rate(1, 1), 0)[1]
    assert take(state, ("sign_in", "other"), Rate(1, 1), 0)[1]


def test_a_clock_that_stands_or_goes_back_gives_nothing():
    state, _ = take({}, KEY, Rate(1, 60), 10**12)
    assert not take(state, KEY, Rate(1, 60), 0)[1]


@given(st.lists(st.integers(0, 10_000_000_000), min_size=1, max_size=60))
def test_never_more_than_burst_and_rate(gaps_ns):
    state, now, granted = {}, 0, 0
    for gap in gaps_ns:
        now += gap
        state, one = take(state, KEY, RATE, now)
        granted += one
    assert granted <= RATE.burst + now / 60e9 * RATE.per_minute + 1e-6


def test_the_memory_is_bounded_and_keeps_the_newest():
    state = {("x", str(n)): Bucket(0.0, n) for n in range(buckets.MAX_BUCKETS)}
    state, granted = take(state, KEY, RATE, buckets.MAX_BUCKETS)
    assert granted and len(state) == buckets.MAX_BUCKETS // 2 + 1
    assert ("x", str(buckets.MAX_BUCKETS - 1)) in state and ("x", "0") not in state
