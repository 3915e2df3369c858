"""Keyframes: the first picture, on demand but seldom, and at once for an episode."""

from hypothesis import given
from hypothesis import strategies as st

from teleop.cell.keyframes import MIN_INTERVAL_NS, KeyframeState, next_picture, want


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


@given(st.lists(st.booleans(), max_size=300))
def test_at_most_two_a_second_on_demand(asks):
    state, made = KeyframeState(), []
    for i, asked in enumerate(asks):
        state, keyframe = next_picture(want(state) if asked else state, i * 33_333_333)
        if keyframe:
            made.append(i * 33_333_333)
    assert all(b - a >= MIN_INTERVAL_NS for a, b in zip(made, made[1:], strict=False))
