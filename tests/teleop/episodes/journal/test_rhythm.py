"""The disk is asked before 250 ms have passed, and no oftener than that takes."""

from hypothesis import given
from hypothesis import strategies as st

from teleop.episodes.journal.rhythm import SYNC_NS, WRITE_NS, Rhythm, begin, rest_s

MS = 1_000_000


def asked(delays_ms: list[tuple[float, float]]) -> list[int]:
    """When the disk was asked, for writes that begin so late and take so long."""
    rhythm, now_ns, found = Rhythm(0, 0), 0, [0]
    for late_ms, took_ms in delays_ms:
        now_ns += round(1e9 * rest_s(rhythm, now_ns)) + round(late_ms * MS)
        rhythm, sync = begin(rhythm, now_ns)
        if sync:
            found.append(now_ns)
        now_ns += round(took_ms * MS)
    return found


def test_a_punctual_writer_asks_after_every_other_write():
    assert asked([(0.0, 3.0)] * 6) == [0, 200 * MS, 400 * MS, 600 * MS]
    assert asked([(5.0, 3.0)] * 4) == [0, 210 * MS, 420 * MS]


def test_one_who_is_late_asks_at_once():
    assert asked([(26.0, 0.0), (0.0, 0.0)]) == [0, 126 * MS]
    assert asked([(0.0, 240.0), (0.0, 0.0)]) == [0, 340 * MS]


@given(st.lists(st.tuples(st.floats(0.0, 25.0), st.floats(0.0, 75.0)), max_size=60))
def test_whatever_the_writes_take_the_promise_is_kept_while_they_begin_within_25_ms(delays):
    times = asked(delays)
    assert all(later - one <= SYNC_NS for one, later in zip(times, times[1:], strict=False))
    assert all(later - one > WRITE_NS for one, later in zip(times, times[1:], strict=False))


@given(st.integers(0, 10**12), st.integers(0, 10**9))
def test_the_rest_is_never_negative_and_never_longer_than_a_period(written_ns, since_ns):
    assert 0.0 <= rest_s(Rhythm(written_ns, 0), written_ns + since_ns) <= WRITE_NS / 1e9
