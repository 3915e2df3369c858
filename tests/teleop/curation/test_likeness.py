"""The same way is the same at any speed, and the nearest earlier one is found without comparing all."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from teleop.curation.likeness import FAR_RAD, apart, fingerprint
from teleop.curation.records import rounded
from teleop.episodes.arrays import Floats

seeds = st.integers(0, 2**32 - 1)


def way(seed: int, points: int = 20) -> Floats:
    """A way through the angles of three joints."""
    return np.cumsum(np.random.default_rng(seed).normal(0, 0.1, (points, 3)), axis=0)


@settings(max_examples=40, deadline=None)
@given(seeds)
def test_pauses_and_haste_do_not_count(seed: int) -> None:
    random, states = np.random.default_rng(seed), way(seed)
    times = np.sort(np.concatenate([np.arange(20.0), random.uniform(0, 19, 30), [3.0, 3.0, 3.0]]))
    slower = np.stack([np.interp(times, np.arange(20.0), joint) for joint in states.T], axis=1)
    assert np.allclose(fingerprint(slower), fingerprint(states), atol=1e-9)
    assert apart([fingerprint(states), fingerprint(slower)])[1] == pytest.approx(0.0, abs=1e-9)


@settings(max_examples=30, deadline=None)
@given(seeds, st.integers(1, 40))
def test_the_nearest_earlier_one_is_found(seed: int, count: int) -> None:
    random = np.random.default_rng(seed)
    centres = [fingerprint(way(seed + number)) for number in range(3)]
    ways = [centres[at % 3] + random.normal(0, random.uniform(0, 0.3), (24, 3)) for at in range(count)]
    slow = [
        min([FAR_RAD, *(float(np.sqrt(((one - other) ** 2).mean())) for other in ways[:at])])
        for at, one in enumerate(ways)
    ]
    assert apart(ways) == pytest.approx([rounded(value) for value in slow], abs=1e-9)


@given(seeds, st.floats(0.0, 0.15))
def test_a_turn_that_is_moved_is_as_far_as_it_was_moved(seed: int, shift: float) -> None:
    one = fingerprint(way(seed))
    assert apart([one, one + shift]) == pytest.approx([FAR_RAD, shift], abs=1e-8)


def test_an_arm_that_never_moves_is_like_itself() -> None:
    still = fingerprint(np.zeros((5, 3)))
    assert still.shape == (24, 3) and apart([still, still, still]) == [FAR_RAD, 0.0, 0.0]
    assert apart([]) == [] and apart([still]) == [FAR_RAD]
