"""The gate behind the checksum: what a servo can have turned, warmed and measured since the last answer."""

import pytest
from corrupted_frames import passed
from emulated_wire import SPECS
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from robot_bridge.buses.plausible import SLACK_STEPS, believable
from robot_bridge.buses.servo_reading import ServoSample
from robot_bridge.buses.servo_spec import ChainSpec

OLD = ServoSample(2000, 0, 0.0, 7.4, 30.0, "none", 0, 0)
TICK = replace(OLD, at_ns=10_000_000)
STEPS_S = 3000.0


@pytest.mark.parametrize("spec", SPECS.values(), ids=SPECS)
def test_no_implausible_value_is_accepted_from_damaged_frames(spec: ChainSpec) -> None:
    """A million frames each: tests/bench/bus.py."""
    found = passed(spec, 20_000)
    assert found.implausible == 0
    assert found.gate <= found.checksum < found.frames // 50


def test_no_implausible_value_is_accepted_from_damaged_joint_answers() -> None:
    found = passed(SPECS["dynamixel"], 10_000, joint=True)
    assert found.implausible == 0
    assert found.gate <= found.checksum < found.frames // 500


def test_the_gate_has_something_to_do_behind_an_eight_bit_checksum() -> None:
    found = passed(SPECS["feetech"], 20_000)
    assert found.checksum > found.gate


@pytest.mark.parametrize(
    ("changed", "accepted"),
    [
        ({}, True),
        ({"position_steps": 2000 + 30 + SLACK_STEPS}, True),
        ({"position_steps": 2001 + 30 + SLACK_STEPS}, False),
        ({"position_steps": 1999 - 30 - SLACK_STEPS}, False),
        ({"velocity_steps_s": 6000}, True),
        ({"velocity_steps_s": -6001}, False),
        ({"temperature_c": 35.0}, True),
        ({"temperature_c": 35.2}, False),
        ({"temperature_c": 24.8}, False),
        ({"voltage_v": 0.0}, False),
        ({"voltage_v": 30.0}, True),
        ({"voltage_v": 30.1}, False),
    ],
)
def test_a_tick_allows_so_much(changed: dict[str, float], accepted: bool) -> None:
    assert believable(OLD, replace(TICK, **changed), STEPS_S) is accepted


@pytest.mark.parametrize(
    ("celsius", "accepted"), [(-41.0, False), (-40.0, True), (150.0, True), (151.0, False)]
)
def test_a_first_answer_need_only_be_physical(celsius: float, accepted: bool) -> None:
    assert believable(None, replace(OLD, temperature_c=celsius), STEPS_S) is accepted


@given(st.integers(-40_000, 40_000), st.integers(0, 10**9))
def test_the_longer_ago_the_farther(steps: int, later_ns: int) -> None:
    near = replace(OLD, position_steps=2000 + steps, at_ns=later_ns)
    if believable(OLD, near, STEPS_S):
        assert believable(OLD, replace(near, at_ns=later_ns + 10**8), STEPS_S)


def test_an_answer_from_before_the_last_one_may_only_differ_by_the_slack() -> None:
    late = replace(OLD, at_ns=10**9)
    assert believable(late, replace(OLD, position_steps=2000 + SLACK_STEPS), STEPS_S)
    assert not believable(late, replace(OLD, position_steps=2001 + SLACK_STEPS), STEPS_S)
