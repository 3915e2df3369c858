"""Samples that came late are found by their stamps, whatever the two clocks show."""

from hypothesis import given
from hypothesis import strategies as st

from robot_bridge.ros.arrivals import WINDOW_NS, Arrivals, robot_time_ns, step

MS = 1_000_000
OFFSET = -987_654_321_000_000


def test_without_a_stamp_a_sample_is_as_old_as_its_arrival() -> None:
    assert step(Arrivals(), 5 * MS, 0) == (Arrivals(), 5 * MS)
    assert robot_time_ns(Arrivals(), 5 * MS) == 0


@given(
    offset=st.integers(-(10**18), 10**18),
    delays=st.lists(st.integers(0, 400 * MS), min_size=1, max_size=40),
)
def test_age_is_never_less_than_the_delay_over_the_quickest(offset: int, delays: list[int]) -> None:
    known, sent, least = Arrivals(), 2 * 10**18, 400 * MS
    for delay in delays:
        sent += 10 * MS
        arrived = sent + delay - offset
        least = min(least, delay)
        known, at = step(known, arrived, sent)
        assert at <= arrived
        assert arrived - at == delay - min(least, delay)


def test_a_backlog_keeps_its_true_age() -> None:
    known = Arrivals()
    for tick in range(1, 50):
        known, at = step(known, tick * 10 * MS + MS, tick * 10 * MS)
        assert at == tick * 10 * MS + MS
    stalled_until = 900 * MS
    for tick in range(50, 90):
        known, at = step(known, stalled_until, tick * 10 * MS)
        assert at == min(stalled_until, tick * 10 * MS + MS)


def test_the_robots_clock_is_known_but_for_the_quickest_delay() -> None:
    known, _ = step(Arrivals(), 100 * MS, 7_000 * MS - MS)
    assert robot_time_ns(known, 150 * MS) == 7_049 * MS


def test_a_clock_set_back_is_believed_after_two_windows_at_most() -> None:
    known, now = Arrivals(), 0
    for _ in range(20):
        now += 100 * MS
        known, _ = step(known, now, now + 10**12)
    late = []
    for _ in range(2 * WINDOW_NS // (100 * MS) + 2):
        now += 100 * MS
        known, at = step(known, now, now + 10**12 - 2_000 * MS)
        late.append(now - at)
    assert late[0] == 2_000 * MS and late[-1] == 0


def test_a_clock_set_forward_is_believed_at_once() -> None:
    known, _ = step(Arrivals(), 100 * MS, 1_000 * MS)
    known, _ = step(known, 200 * MS + WINDOW_NS, 1_100 * MS + WINDOW_NS)
    assert known.before_ns is not None
    _, at = step(known, 300 * MS + WINDOW_NS, 9_000 * MS + WINDOW_NS)
    assert at == 300 * MS + WINDOW_NS
