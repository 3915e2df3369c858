"""Real time on absolute deadlines, with a bound on catching up."""

from hypothesis import given
from hypothesis import strategies as st

from sim_fallback.pacing import Pace

STEP, BOUND = 4_166_667, 25_000_000


def test_a_step_in_time_keeps_the_grid():
    pace, lost = Pace(1000, STEP, BOUND).after_step(2000)
    assert (pace.deadline_ns, lost) == (1000 + STEP, 0)
    assert pace.wait_s(1000) == STEP / 1e9


def test_a_late_step_is_caught_up_within_the_bound():
    pace, lost = Pace(0, STEP, BOUND).after_step(STEP + BOUND)
    assert (pace.deadline_ns, lost) == (STEP, 0)
    assert pace.wait_s(STEP + BOUND) == 0.0


def test_past_the_bound_time_is_given_up():
    pace, lost = Pace(0, STEP, BOUND).after_step(STEP + BOUND + 1)
    assert (pace.deadline_ns, lost) == (STEP + BOUND + 1, BOUND + 1)


@given(st.lists(st.integers(0, 80_000_000), max_size=60))
def test_simulated_time_never_runs_ahead_and_lags_only_by_what_was_lost(delays):
    pace, now, lost_total = Pace(0, STEP, BOUND), 0, 0
    for steps, delay in enumerate(delays, start=1):
        now = max(now, pace.deadline_ns) + delay
        pace, lost = pace.after_step(now)
        lost_total += lost
        assert (steps - 1) * STEP <= now
        assert pace.deadline_ns == steps * STEP + lost_total
