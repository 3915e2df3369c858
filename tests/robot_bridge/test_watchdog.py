"""Silence, deadlines and strikes."""

from robot_bridge.watchdog import Watch, expired, feed, strike, struck_out

MS = 1_000_000


def test_a_watch_lasts_100_ms() -> None:
    watch = feed(1000 * MS, 5000 * MS)
    assert watch == Watch(1000 * MS, 1100 * MS)
    assert expired(watch, 1100 * MS - 1) is None
    assert expired(watch, 1100 * MS) == "silence"


def test_an_earlier_deadline_ends_it_earlier() -> None:
    watch = feed(1000 * MS, 1030 * MS)
    assert expired(watch, 1030 * MS - 1) is None
    assert expired(watch, 1030 * MS) == "deadline"
    assert expired(watch, 1100 * MS) == "silence"


def test_three_strikes_within_a_second_are_out() -> None:
    strikes = strike(strike((), 0), 500 * MS)
    assert not struck_out(strikes, 500 * MS)
    assert struck_out(strike(strikes, 1000 * MS), 1000 * MS)
    assert not struck_out(strike(strikes, 1001 * MS), 1001 * MS)
    assert strike((1, 2, 3), 4) == (2, 3, 4)
