"""Distances of capsules' axes, against points laid densely along them."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from robot_bridge.arms import ArmModel
from robot_bridge.capsules import Segment, between_segments, far_pairs, middle_to_box, placed, solids, to_box
from robot_bridge.kinematics import chain_frames
from robot_bridge.kinematics.frames import Point
from robot_bridge.zones import KeepOut

BOX = KeepOut("box", (0.1, 0.3), (-0.1, 0.1), (0.0, 0.2))
COUNT = 60
places = st.tuples(*[st.floats(-0.5, 0.5)] * 3)
segments = st.tuples(places, places)


def along(segment: Segment) -> list[Point]:
    (ax, ay, az), (bx, by, bz) = segment
    shares = [n / COUNT for n in range(COUNT + 1)]
    return [(ax + s * (bx - ax), ay + s * (by - ay), az + s * (bz - az)) for s in shares]


def coarseness(*those: Segment) -> float:
    """How far at most the nearest laid point lies from the nearest point."""
    return sum(math.dist(*one) for one in those) / COUNT


@given(segments, segments)
def test_lines_are_as_far_apart_as_their_nearest_points(a: Segment, b: Segment) -> None:
    laid = min(math.dist(p, q) for p in along(a) for q in along(b))
    found = between_segments(a, b)
    assert laid - coarseness(a, b) - 1e-5 <= found <= laid + 1e-5
    assert between_segments(b, a) == pytest.approx(found, abs=1e-5)


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        (((0, 0, 0), (0, 0, 0)), ((1, 0, 0), (1, 0, 0)), 1.0),
        (((0, 0, 0), (0, 0, 0)), ((1, -1, 0), (1, 1, 0)), 1.0),
        (((1, -1, 0), (1, 1, 0)), ((0, 0, 0), (0, 0, 0)), 1.0),
        (((0, 0, 0), (1, 0, 0)), ((0, 1, 0), (1, 1, 0)), 1.0),
        (((0, 0, 0), (1, 0, 0)), ((3, 0, 0), (2, 0, 0)), 1.0),
        (((0, 0, 0), (1, 0, 0)), ((2, 0, 0), (3, 0, 0)), 1.0),
        (((0, -1, 0), (0, 1, 0)), ((-1, 0, 0.5), (1, 0, 0.5)), 0.5),
    ],
)
def test_points_parallels_and_crossings(a: Segment, b: Segment, expected: float) -> None:
    assert between_segments(a, b) == pytest.approx(expected)


@given(segments)
def test_a_box_is_as_far_as_its_nearest_point(segment: Segment) -> None:
    laid = min(middle_to_box((point, point), BOX) for point in along(segment))
    found = to_box(segment, BOX)
    assert laid - coarseness(segment) - 1e-9 <= found <= laid + 1e-4


def test_inside_a_box_the_depth_is_told_below_nothing() -> None:
    inside: Segment = ((0.2, 0.0, 0.15), (0.2, 0.0, 0.15))
    assert to_box(inside, BOX) == pytest.approx(-0.05) == middle_to_box(inside, BOX)


def test_the_middle_of_a_segment_to_a_box() -> None:
    assert middle_to_box(((0.0, 0.0, 0.1), (0.0, 0.0, 0.1)), BOX) == pytest.approx(0.1)
    assert middle_to_box(((0.0, -0.4, 0.1), (0.0, 0.4, 0.1)), BOX) == pytest.approx(0.1)


def test_capsules_move_with_their_links(so101: ArmModel) -> None:
    turned = (0.5, *so101.ready_rad[1:])
    before = placed(so101, chain_frames(so101, so101.ready_rad))
    after = placed(so101, chain_frames(so101, turned))
    for one, a, b in zip(solids(so101), before, after, strict=True):
        assert math.dist(*a) == pytest.approx(math.dist(*b)) == pytest.approx(2 * one.half_m)
        assert (a == b) == (one.link == 0)


def test_neighbours_are_no_pair_and_the_jaw_counts_as_the_hand(so101: ArmModel) -> None:
    names = [capsule.link for capsule in so101.capsules]
    pairs = {frozenset((names[a], names[b])) for a, b in far_pairs(so101)}
    assert frozenset(("upper_arm", "gripper")) in pairs and frozenset(("base", "jaw")) in pairs
    for near in ({"base", "shoulder"}, {"gripper", "jaw"}, {"wrist", "jaw"}, {"lower_arm", "wrist"}):
        assert frozenset(near) not in pairs
