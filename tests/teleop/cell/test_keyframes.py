"""Keyframes: the first picture, on demand but seldom, and at once for an episode."""

from hypothesis import given
from hypothesis import strategies as st

from teleop.cell.keyframes import BURST, MIN_INTERVAL_NS, REFILL_NS, KeyframeState, next_picture, want


def test_the_first_picture_is_one():
    state, keyframe = next_picture(KeyframeState(), 0)
    assert keyframe and not next_picture(state, 1)[1]


def test_those_who_ask_within_the_interval_share_one():
    state, _ = next_picture(KeyframeState(), 0)
    state = want(state)
    state, early = next_picture(state, MIN_INTERVAL_NS - 1)
    state, due = next_picture(state, MIN_INTERVAL_NS)
    _, again = next_picture(state, 3 * MIN_INTERVAL_NS)
    assert (early, due, again) == (False, True, False)


def test_an_episode_gets_one_at_once():
    state, _ = next_picture(KeyframeState(), 0)
    assert next_picture(state, 1, at_once=True)[1]


def test_a_few_may_follow_each_other_quickly_and_then_four_a_second():
    state, made = KeyframeState(), []
    for now_ns in range(0, 1_500_000_000, 50_000_000):
        state, keyframe = next_picture(want(state), now_ns)
        if keyframe:
            made.append(now_ns // 1_000_000)
    assert made == [0, 100, 200, 300, 500, 750, 1000, 1250]


def test_nobody_who_joins_waits_for_more_than_a_quarter_of_a_second():
    """However many ask all the time: a late joiner is promised 300 ms, the way of its packets included."""
    state, asked_ns = KeyframeState(), 0
    for now_ns in range(0, 10_000_000_000, 1_000_000):
        state, keyframe = next_picture(want(state), now_ns)
        assert now_ns - asked_ns <= 250_000_000
        asked_ns = now_ns if keyframe else asked_ns


@given(st.lists(st.booleans(), max_size=300))
def test_at_most_four_a_second_on_demand_but_for_a_few(asks):
    state, made = KeyframeState(), []
    for i, asked in enumerate(asks):
        state, keyframe = next_picture(want(state) if asked else state, i * 33_333_333)
        if keyframe:
            made.append(i * 33_333_333)
    assert all(b - a >= MIN_INTERVAL_NS for a, b in zip(made, made[1:], strict=False))
    for first in range(len(made)):
        for last in range(first, len(made)):
            assert last - first + 1 <= BURST + (made[last] - made[first]) // REFILL_NS


@given(st.lists(st.integers(0, 2_000_000_000), max_size=50), st.integers(0, 1_000_000_000))
def test_who_asks_long_after_all_others_is_served_by_the_next_picture(steps, rest_ns):
    state, now_ns = KeyframeState(), 0
    for step_ns in steps:
        now_ns += step_ns
        state, _ = next_picture(want(state), now_ns, at_once=step_ns % 2 == 0)
    now_ns += BURST * REFILL_NS + rest_ns
    assert next_picture(want(state), now_ns)[1]
