"""The clock's estimate against clocks whose truth is known."""

from bisect import bisect_left
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from teleop.clock import (
    DRIFT_BOUND_PPM,
    DRIFT_SPAN_NS,
    KEPT_MARKS,
    KEPT_PONGS,
    KEPT_ROUND_TRIPS,
    MAX_ROUND_TRIP_NS,
    QUANTUM_NS,
    ClockState,
    Pong,
    drift,
    estimate,
    on_ping,
)

MS = 1_000_000


def exchange(
    state: ClockState, at_ns: int, there_minus_here_ns: int, out_ns: int, back_ns: int, restarts: int = 0
) -> tuple[ClockState, int]:
    """One ping at our time `at_ns` and the next ping, 100 ms later, that tells when its pong arrived."""
    sent_there = at_ns - out_ns + there_minus_here_ns
    state = on_ping(state, sent_there, at_ns, None, restarts)
    arrived_there = at_ns + back_ns + there_minus_here_ns
    later = at_ns + 100 * MS
    return on_ping(state, later + there_minus_here_ns, later, (at_ns, arrived_there), restarts), later + MS


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


@given(
    delays=st.lists(st.tuples(st.integers(0, 300 * MS), st.integers(0, 300 * MS)), min_size=1, max_size=30),
)
def test_the_error_is_never_more_than_that_of_the_best_single_sample(delays):
    state, at_ns, samples = ClockState(), 10**17, []
    for out_ns, back_ns in delays:
        samples.append((at_ns, out_ns + back_ns))
        state, at_ns = exchange(state, at_ns, 0, out_ns, back_ns)
    known = estimate(state, at_ns)
    assert known is not None
    best = min(trip / 2 + (at_ns - taken) * DRIFT_BOUND_PPM / 1e6 for taken, trip in samples)
    assert known.error_ns <= best + QUANTUM_NS + 4


def test_the_quickest_way_there_and_the_quickest_way_back_decide_until_they_are_old():
    state, at_ns = exchange(ClockState(), 10**12, 0, 5 * MS, 90 * MS)
    state, at_ns = exchange(state, at_ns, 0, 80 * MS, 5 * MS)
    known = estimate(state, at_ns)
    assert known is not None and abs(known.offset_ns) < MS
    assert known.error_ns < 5 * MS + QUANTUM_NS + MS
    state, later = exchange(state, at_ns + 400_000 * MS, 0, 60 * MS, 2 * MS)
    newer = estimate(state, later)
    assert newer is not None and 31 * MS < newer.error_ns < 33 * MS


def test_round_trip_and_jitter_are_of_the_last_exchanges():
    state, at_ns = ClockState(), 10**12
    for out_ms in (900, 900, *(20,) * (KEPT_ROUND_TRIPS - 5), 40, 60, 60, 60, 70):
        state, at_ns = exchange(state, at_ns, 0, out_ms * MS, 0)
    known = estimate(state, at_ns)
    assert known is not None
    assert (known.round_trip_ns, known.jitter_ns) == (20 * MS, 40 * MS)


def test_a_step_is_seen_counted_and_followed():
    state, at_ns = exchange(ClockState(), 10**12, 0, 5 * MS, 5 * MS)
    state, at_ns = exchange(state, at_ns, 3_600_000 * MS, 5 * MS, 5 * MS)
    known = estimate(state, at_ns)
    assert state.steps == 1 and len(state.round_trips_ns) == 1 and len(state.marks) == 1
    assert known is not None and abs(known.offset_ns + 3_600_000 * MS) <= known.error_ns


def test_a_sleep_that_the_other_side_tells_of_begins_anew_though_no_bounds_cross():
    """All of 300 ms lie on the way back, so that the 100 ms which its clock has lost contradict nothing."""
    before, at_ns = exchange(ClockState(), 10**10, 0, 0, 300 * MS)
    untold, _ = exchange(before, at_ns, -100 * MS, 0, 300 * MS)
    told, ends_ns = exchange(before, at_ns, -100 * MS, 0, 300 * MS, restarts=1)
    assert (told.steps, untold.steps) == (1, 0)
    known, misled = estimate(told, ends_ns), estimate(untold, ends_ns)
    assert known is not None and abs(known.offset_ns - 100 * MS) <= known.error_ns
    assert misled is not None and abs(misled.offset_ns - 100 * MS) > misled.error_ns


def test_a_ping_of_before_a_restart_that_it_was_overtaken_by_says_nothing():
    state, _ = exchange(ClockState(), 10**10, 0, MS, MS, restarts=2)
    assert state.steps == 0 and state.restarts == 2
    assert on_ping(state, 5 * MS, 9 * MS, None, restarts=1) == state
    assert on_ping(state, 5 * MS, 9 * MS, None, restarts=3) == ClockState(
        pongs=(Pong(9 * MS, 5 * MS),), steps=1, restarts=3
    )


def test_with_40_ms_of_jitter_each_way_of_a_symmetric_link_the_offset_is_right_to_2_ms_at_p95():
    errors = sorted(error for seed in range(12) for error in errors_of_even_link(seed, 100 * (seed % 3 - 1)))
    assert errors[int(0.95 * len(errors))] <= 2 * MS


def errors_of_even_link(seed: int, ppm: int) -> list[int]:
    """Errors from the first second on of pings at a page's pace over ways of 40 ms, give or take 40 ms."""
    dice, state, errors = Random(seed), ClockState(), []
    lefts = [*range(0, 2_000 * MS, 20 * MS), *range(2_000 * MS, 30_000 * MS, 100 * MS)]
    answered = [left + dice.randrange(80 * MS) for left in lefts]
    came = sorted((at + dice.randrange(80 * MS), at) for at in answered)
    for at_ns, left in sorted(zip(answered, lefts, strict=True)):
        told = came[bisect_left(came, (left,)) - 1] if came[0][0] < left else None
        seen = None if told is None else (told[1], round(told[0] * (1 + ppm / 1e6)))
        state = on_ping(state, round(left * (1 + ppm / 1e6)), at_ns, seen)
        known = estimate(state, at_ns)
        if known is not None and at_ns > 1_000 * MS:
            errors.append(abs(known.offset_ns + round(at_ns * ppm / 1e6)))
    return errors


def test_answers_never_given_and_impossible_round_trips_are_ignored():
    state = on_ping(ClockState(), 100 * MS, 10**12, None)
    assert on_ping(state, 200 * MS, 10**12 + 1, (77, 150 * MS)).bounds is None
    assert on_ping(state, 200 * MS, 10**12 + 1, (10**12, 99 * MS)).bounds is None
    late = 100 * MS + MAX_ROUND_TRIP_NS + 1
    assert on_ping(state, 200 * MS, 10**12 + 1, (10**12, late)).bounds is None


def test_a_pong_completes_one_sample_only():
    state, at_ns = exchange(ClockState(), 10**12, 0, MS, MS)
    again = on_ping(state, at_ns + MS, at_ns + MS, (10**12, 10**12 + MS))
    assert len(again.round_trips_ns) == 1


def test_memory_is_bounded():
    state, at_ns = ClockState(), 10**12
    for _ in range(KEPT_MARKS + 5):
        state, at_ns = exchange(state, at_ns + DRIFT_SPAN_NS, 0, MS, MS)
    assert len(state.round_trips_ns) == KEPT_ROUND_TRIPS and len(state.marks) == KEPT_MARKS
    for i in range(KEPT_PONGS + 20):
        state = on_ping(state, i, at_ns + i, None)
    assert len(state.pongs) == KEPT_PONGS


@given(ppm=st.integers(-150, 150), out_ns=st.integers(0, 50 * MS), back_ns=st.integers(0, 50 * MS))
def test_drift_is_known_after_five_seconds_with_its_error(ppm, out_ns, back_ns):
    state, at_ns = exchange(ClockState(), 10**12, 0, out_ns, back_ns)
    assert drift(state) is None
    for _ in range(4):
        at_ns += DRIFT_SPAN_NS
        there = -round((at_ns - 10**12) * ppm / 1e6)
        state, at_ns = exchange(state, at_ns, there, out_ns, back_ns)
    found = drift(state)
    assert found is not None
    assert abs(found.ppm - ppm) <= found.error_ppm + 1
