"""Joint states come in any order, in parts, and with values that no joint can have."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from robot_bridge.buses.reading import JointSample
from robot_bridge.ros.config import RosJoint
from robot_bridge.ros.joint_states import merge
from robot_bridge.ros.messages import JointStates

JOINTS = (RosJoint("a"), RosJoint("b", effort_limit=4.0), RosJoint("jaw", scale=0.25, offset=0.5))
NONE = (None, None, None)


def states(names: tuple[str, ...], *values: tuple[float, ...]) -> JointStates:
    positions, velocities, efforts = (*values, (), (), ())[:3]
    return JointStates(names, positions, velocities, efforts, 0)


def sample(position: float, velocity: float, load: float, at: int) -> JointSample:
    return JointSample(position, velocity, load, None, None, "none", 0, at)


def test_found_by_name_and_turned_into_the_arms_units() -> None:
    message = states(("x", "jaw", "b", "a"), (9, 0.75, 2, 1), (9, 0.25, 0.5, 0.125), (9, 9, -2, 5))
    merged = merge(JOINTS, NONE, message, 7)
    assert merged.samples == (sample(1, 0.125, 0, 7), sample(2, 0.5, -0.5, 7), sample(1.0, 1.0, 0, 7))
    assert merged.implausible == 0


@given(order=st.permutations(range(3)), values=st.tuples(*[st.floats(-3, 3)] * 3))
def test_the_order_of_the_names_changes_nothing(order: list[int], values: tuple[float, ...]) -> None:
    names = ("a", "b", "jaw")
    shuffled = states(tuple(names[i] for i in order), tuple(values[i] * 0.02 for i in order))
    plain = states(names, tuple(value * 0.02 for value in values))
    assert merge(JOINTS, NONE, shuffled, 1) == merge(JOINTS, NONE, plain, 1)


def test_parts_are_put_together_and_older_ones_change_nothing() -> None:
    first = merge(JOINTS, NONE, states(("a",), (1.0,)), 10).samples
    second = merge(JOINTS, first, states(("jaw", "b"), (0.01, 2.0)), 11).samples
    assert [one is not None for one in first] == [True, False, False]
    assert [one.at_ns for one in second if one is not None] == [10, 11, 11]
    assert merge(JOINTS, second, states(("a", "b"), (3.0, 3.0)), 10).samples == second


@pytest.mark.parametrize(
    "message",
    [
        states(("a",), (math.nan,)),
        states(("a",), (math.inf,)),
        states(("a",), (1e308,)),
        states(("a",), ()),
        states(("a",), (1.0,), (math.nan,)),
        states(("a",), (1.0,), (1e9,)),
        states(("b", "a"), (1.0, 1.0), (0.0,)),
    ],
)
def test_values_that_no_joint_can_have_are_counted_and_not_taken(message: JointStates) -> None:
    before = merge(JOINTS, NONE, states(("a",), (0.5,)), 1).samples
    merged = merge(JOINTS, before, message, 2)
    assert merged.samples[0] == before[0] and merged.implausible == 1


def test_velocity_from_two_positions_where_none_is_told() -> None:
    first = merge(JOINTS, NONE, states(("a",), (1.0,)), 0).samples
    assert first[0] == sample(1.0, 0.0, 0.0, 0)
    second = merge(JOINTS, first, states(("a",), (1.01,)), 10_000_000).samples[0]
    assert second is not None and second.velocity_rad_s == pytest.approx(1.0)
    third = merge(JOINTS, first, states(("a",), (2.0,)), 1).samples[0]
    assert third is not None and third.velocity_rad_s == 50.0


@pytest.mark.parametrize(("effort", "load"), [(100.0, 1.0), (-100.0, -1.0), (math.nan, 0.0)])
def test_load_stays_within_one(effort: float, load: float) -> None:
    merged = merge(JOINTS, NONE, states(("b",), (0.0,), (0.0,), (effort,)), 1).samples[1]
    assert merged is not None and merged.load == load
