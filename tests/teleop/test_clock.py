"""The clock's estimate against clocks whose truth is known."""

from hypothesis import given
from hypothesis import strategies as st

from teleop.clock import (
    DRIFT_SPAN_NS,
    KEPT_PONGS,
    KEPT_SAMPLES,
    MAX_ROUND_TRIP_NS,
    QUANTUM_NS,
    ClockState,
    drift,
    estimate,
    on_ping,
)

MS = 1_000_000


def exchange(
    state: ClockState, at_ns: int, there_minus_here_ns: int, out_ns: int, back_ns: int
) -> tuple[ClockState, int]:
    """One ping at our time `at_ns` and the next ping, 100 ms later, that tells when its pong arrived."""
    sent_there = at_ns - out_ns + there_minus_here_ns
    state = on_ping(state, sent_there, at_ns, None)
    arrived_there = at_ns + back_ns + there_minus_here_ns
    later = at_ns + 100 * MS
    return on_ping(state, later + there_minus_here_ns, later, (at_ns, arrived_there)), later + MS


def test_nothing_is_known_before_the_first_sample():
    state = on_ping(ClockState(), 5, 1000, None)
    assert estimate(state, 2000) is None
    assert drift(state) is None


@given(
    offset=st.integers(-(10**15), 10**15),
    out_ns=st.integers(0, 900 * MS),
    back_ns=st.integers(0, 900 * MS),
    age_ns=st.integers(0, 60_000 * MS),
)
def test_the_truth_lies_within_the_stated_error(offset, out_ns, back_ns, age_ns):
    state, at_ns = exchange(ClockState(), 10**17, offset, out_ns, back_ns)
    known = estimate(state, at_ns + age_ns)
    assert known is not None
    assert abs(known.offset_ns + offset) <= known.error_ns
    assert known.round_trip_ns == out_ns + back_ns
    assert known.error_ns >= known.round_trip_ns // 2 + QUANTUM_NS


@given(
    delays=st.lists(st.tuples(st.integers(0, 300 * MS), st.integers(0, 300 * MS)), min_size=1, max_size=40),
    drift_ppm=st.floats(-150, 150),
)
def test_the_truth_lies_within_the_error_while_clocks_drift(delays, drift_ppm):
    state, at_ns, start = ClockState(), 10**17, 10**17
    for out_ns, back_ns in delays:
        offset = round((at_ns - start) * drift_ppm / 1e6)
        state, at_ns = exchange(state, at_ns, offset, out_ns, back_ns)
        at_ns += 900 * MS
        known = estimate(state, at_ns)
        assert known is not None
        truth = -round((at_ns - start) * drift_ppm / 1e6)
        assert abs(known.offset_ns - truth) <= known.error_ns + QUANTUM_NS
    assert state.steps == 0


def test_the_shortest_round_trip_decides_until_it_is_old():
    state, at_ns = exchange(ClockState(), 10**12, 0, 5 * MS, 5 * MS)
    for _ in range(5):
        state, at_ns = exchange(state, at_ns, 0, 60 * MS, 2 * MS)
    known = estimate(state, at_ns)
    assert known is not None and known.round_trip_ns == 10 * MS
    much_later = at_ns + 400_000 * MS
    state, much_later = exchange(state, much_later, 0, 60 * MS, 2 * MS)
    newer = estimate(state, much_later)
    assert newer is not None and newer.round_trip_ns == 62 * MS


def test_a_step_is_seen_counted_and_followed():
    state, at_ns = exchange(ClockState(), 10**12, 0, 5 * MS, 5 * MS)
    state, at_ns = exchange(state, at_ns, 3_600_000 * MS, 5 * MS, 5 * MS)
    known = estimate(state, at_ns)
    assert state.steps == 1 and len(state.samples) == 1
    assert known is not None and abs(known.offset_ns + 3_600_000 * MS) <= known.error_ns


def test_answers_never_given_and_impossible_round_trips_are_ignored():
    state = on_ping(ClockState(), 100 * MS, 10**12, None)
    assert on_ping(state, 200 * MS, 10**12 + 1, (77, 150 * MS)).samples == ()
    assert on_ping(state, 200 * MS, 10**12 + 1, (10**12, 99 * MS)).samples == ()
    late = 100 * MS + MAX_ROUND_TRIP_NS + 1
    assert on_ping(state, 200 * MS, 10**12 + 1, (10**12, late)).samples == ()


def test_a_pong_completes_one_sample_only():
    state, at_ns = exchange(ClockState(), 10**12, 0, MS, MS)
    again = on_ping(state, at_ns + MS, at_ns + MS, (10**12, 10**12 + MS))
    assert len(again.samples) == 1


def test_memory_is_bounded():
    state, at_ns = ClockState(), 10**12
    for _ in range(KEPT_SAMPLES + 20):
        state, at_ns = exchange(state, at_ns, 0, MS, MS)
    assert len(state.samples) == KEPT_SAMPLES
    for i in range(KEPT_PONGS + 20):
        state = on_ping(state, i, at_ns + i, None)
    assert len(state.pongs) == KEPT_PONGS


def test_drift_is_known_after_five_seconds_with_its_error():
    state, at_ns = exchange(ClockState(), 10**12, 0, MS, MS)
    state, at_ns = exchange(state, at_ns, 0, MS, MS)
    assert drift(state) is None
    at_ns += DRIFT_SPAN_NS * 4
    state, at_ns = exchange(state, at_ns, -round((at_ns - 10**12) * 50e-6), MS, MS)
    found = drift(state)
    assert found is not None
    assert abs(found.ppm - 50) <= found.error_ppm + 1
