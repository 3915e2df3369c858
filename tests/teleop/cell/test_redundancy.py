"""How much is sent besides the pictures, by what the viewer's browser says about the link."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teleop.cell.feedback import Feedback
from teleop.cell.redundancy import (
    FIRST_LEVEL,
    HOLD_NS,
    PLANS,
    QUEUE_LEVEL,
    QUEUE_S,
    Redundancy,
    step,
    wire_factor,
)

OCEAN = Feedback(loss=0.02, round_trip_s=0.2, shortest_s=0.2)
CLEAN = Feedback(loss=0.0, round_trip_s=0.2, shortest_s=0.2)
feedbacks = st.builds(
    Feedback,
    loss=st.none() | st.floats(0, 1),
    run=st.floats(1, 5),
    round_trip_s=st.none() | st.floats(0, 2),
    shortest_s=st.none() | st.floats(0, 2),
    queue_s=st.floats(0, 0.2),
)


def settled(feedback: Feedback, level: int = FIRST_LEVEL) -> int:
    """The level after two minutes of the same."""
    state = Redundancy(level)
    for second in range(120):
        state = step(state, feedback, second * 1_000_000_000)
    return state.level


def test_the_first_keyframe_is_protected_before_anything_is_known():
    assert Redundancy().plan.parity > 0
    assert step(Redundancy(), Feedback(), 0) == Redundancy()


@pytest.mark.parametrize(
    ("loss", "round_trip_s", "level"),
    [
        (0.0, 0.2, 0),
        (0.002, 0.02, 0),
        (0.002, 0.2, 1),
        (0.002, None, 1),
        (0.0035, 0.02, 1),
        (0.004, 0.2, 2),
        (0.02, 0.2, 3),
        (0.034, 0.2, 3),
        (0.035, 0.2, 4),
        (0.2, 0.2, 4),
    ],
)
def test_it_is_chosen_by_loss_and_what_asking_again_costs(loss, round_trip_s, level):
    feedback = Feedback(loss=loss, round_trip_s=0.3, shortest_s=round_trip_s)
    assert settled(feedback) == level
    assert settled(feedback, len(PLANS) - 1) == level


def test_losses_side_by_side_want_more_but_never_more_than_there_is():
    assert settled(Feedback(loss=0.02, run=2.5, round_trip_s=0.2)) == 4
    assert settled(Feedback(loss=0.5, run=2.5, round_trip_s=0.2)) == len(PLANS) - 1


def test_loss_of_our_own_making_is_not_answered_with_more():
    queue = Feedback(loss=0.2, run=4.0, round_trip_s=0.5, queue_s=0.3)
    assert step(Redundancy(4), queue, 0).level == QUEUE_LEVEL
    assert settled(queue) == QUEUE_LEVEL


def test_more_comes_at_once_and_less_step_by_step():
    state = step(Redundancy(0), OCEAN, 0)
    assert state.level == 3
    state = step(state, CLEAN, 0)
    assert step(state, CLEAN, HOLD_NS - 1).level == 3
    state = step(state, CLEAN, HOLD_NS)
    assert state.level == 2
    assert step(state, CLEAN, 2 * HOLD_NS - 1).level == 2
    assert step(state, CLEAN, 2 * HOLD_NS).level == 1


def test_a_guess_gives_way_at_once_on_a_short_link_and_only_a_guess():
    near = Feedback(loss=0.0, round_trip_s=0.001, shortest_s=0.001)
    assert step(Redundancy(), near, 0) == Redundancy(0, guessed=False)
    assert step(Redundancy(2, guessed=False), near, 0).level == 2
    assert step(Redundancy(), CLEAN, 0) == Redundancy(FIRST_LEVEL, 0)
    assert step(step(Redundancy(0), OCEAN, 0), near, 0).level == 3
    fallen = step(step(Redundancy(), CLEAN, 0), CLEAN, HOLD_NS)
    assert fallen.level == 1 and step(fallen, near, HOLD_NS).level == 1


def test_a_moment_of_need_begins_the_wait_anew():
    state = step(Redundancy(3), CLEAN, 0)
    state = step(state, OCEAN, HOLD_NS - 1)
    assert step(state, CLEAN, HOLD_NS).level == 3


@given(st.lists(st.tuples(feedbacks, st.integers(0, 10**10)), max_size=30))
def test_it_falls_by_one_at_most_once_a_hold_unless_a_queue_grows(history):
    now_ns, fell_ns, state = 0, None, Redundancy(guessed=False)
    for feedback, passed_ns in history:
        now_ns += passed_ns
        before, state = state, step(state, feedback, now_ns)
        assert 0 <= state.level < len(PLANS)
        if feedback.queue_s > QUEUE_S:
            continue
        if state.level < before.level:
            assert state.level == before.level - 1
            assert fell_ns is None or now_ns - fell_ns >= HOLD_NS
            fell_ns = now_ns


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 0.5))
def test_more_loss_never_means_less(one, other, round_trip_s):
    little, much = sorted((one, other))
    assert settled(Feedback(little, round_trip_s=round_trip_s)) <= settled(
        Feedback(much, round_trip_s=round_trip_s)
    )


def test_what_it_costs_is_told():
    assert wire_factor(PLANS[0], True) == wire_factor(PLANS[0], False) == 1.0
    costs = [wire_factor(plan, True) for plan in PLANS]
    assert costs == sorted(costs)
    assert wire_factor(PLANS[2], False) == 2.0
