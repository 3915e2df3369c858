"""Agreement of two people: known figures, laws of kappa, and borders."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from teleop.annotation.agreement import SAMPLE_NS, agreement, compare, kappa
from teleop.wire.annotation_in import Prompt, Segment

S = 1_000_000_000
LENGTH_S = 10.0


def tiled(*parts: tuple[float, str]):
    """Segments by (begin in s, label) up to ten seconds."""
    ends = [start for start, _ in parts[1:]] + [LENGTH_S]
    return [
        Segment(round(start * S), round(end * S), label, "", "", Prompt("", ""))
        for (start, label), end in zip(parts, ends, strict=True)
    ]


def test_a_textbook_kappa():
    pairs = Counter({("a", "a"): 20, ("a", "b"): 5, ("b", "a"): 10, ("b", "b"): 15})
    assert kappa(pairs) == pytest.approx(0.4)
    assert kappa(Counter()) is None
    assert kappa(Counter({("a", "a"): 7})) == 1.0


def test_the_same_segments_agree_wholly():
    one = tiled((0, "reach"), (3, "grasp"), (4, "carry"))
    found = agreement([compare(one, one)])
    assert (found.samples, found.agreed, found.kappa, found.border_s) == (100, 1.0, 1.0, 0.0)


def test_a_border_moved_by_half_a_second():
    found = agreement([compare(tiled((0, "reach"), (3, "grasp")), tiled((0, "reach"), (3.5, "grasp")))])
    assert (found.samples, found.agreed, found.border_s) == (100, 0.95, 0.5)
    assert found.kappa == pytest.approx((0.95 - 0.56) / (1 - 0.56))


def test_borders_without_another_are_counted():
    found = agreement([compare(tiled((0, "reach"), (3, "grasp")), tiled((0, "reach")))])
    assert (found.lonely_borders, found.border_s) == (1, None)


def test_nothing_compared_has_no_figures():
    found = agreement([])
    assert (found.episodes, found.agreed, found.kappa, found.border_s) == (0, None, None, None)


def test_episodes_are_pooled():
    agreed = compare(tiled((0, "reach")), tiled((0, "reach")))
    apart = compare(tiled((0, "reach")), tiled((0, "carry")))
    found = agreement([agreed, apart, apart])
    assert (found.episodes, found.samples, found.agreed) == (3, 300, pytest.approx(1 / 3))


LABELS = ("reach", "grasp", "carry")
PARTS = st.tuples(st.floats(0.001, LENGTH_S - 0.001), st.sampled_from(LABELS))
TILINGS = st.lists(PARTS, max_size=12, unique_by=lambda part: round(part[0] * S)).map(
    lambda parts: tiled((0, "reach"), *sorted(parts))
)


@settings(max_examples=50, deadline=None)
@given(TILINGS, TILINGS)
def test_the_order_of_two_people_does_not_matter(one, other):
    ahead, back = agreement([compare(one, other)]), agreement([compare(other, one)])
    assert ahead.agreed == back.agreed and ahead.border_s == back.border_s
    assert ahead.kappa == pytest.approx(back.kappa) and ahead.kappa <= 1.0
    assert ahead.samples == LENGTH_S * S // SAMPLE_NS
    assert (ahead.kappa == 1.0) == (ahead.agreed == 1.0)
