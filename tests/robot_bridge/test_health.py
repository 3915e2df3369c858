"""Faults: what begins one, how long it must last, and when it is over."""

from typing import Any

import pytest

from robot_bridge.arms import ArmModel
from robot_bridge.buses.reading import BusReading, JointSample, absent
from robot_bridge.health import Health, joint_trouble, step
from robot_bridge.wire.state import Cause

GOOD = JointSample(0.0, 0.0, 0.1, 7.4, 30.0, "none", 0, 0)


def ready(**change: Any) -> BusReading:
    """A whole bus whose third servo differs by `change`."""
    fields = {name: getattr(GOOD, name) for name in GOOD.__slots__}
    odd = JointSample(**{**fields, **change})
    return BusReading("ready", (GOOD, GOOD, odd, GOOD, GOOD, GOOD), (0.0,) * 6, "none")


def starting(trouble: Cause) -> BusReading:
    return BusReading("starting", (None,) * 6, None, trouble)


def releasing(trouble: Cause = "none") -> BusReading:
    return BusReading("releasing", ready().samples, None, trouble)


def walk(model: ArmModel, *readings: BusReading) -> list[Cause | None]:
    health, begun = Health(), []
    for reading in readings:
        health, cause = step(health, model, reading, ())
        begun.append(cause)
    return begun


@pytest.mark.parametrize(
    ("change", "trouble"),
    [
        ({}, "none"),
        ({"trouble": "voltage"}, "voltage"),
        ({"trouble": "overload"}, "overload"),
        ({"temperature_c": None, "voltage_v": None}, "none"),
        ({"temperature_c": 65.5}, "overheat"),
        ({"voltage_v": 4.0}, "voltage"),
        ({"voltage_v": 14.0}, "voltage"),
    ],
)
def test_what_a_sample_says(so101: ArmModel, change: dict[str, Any], trouble: Cause) -> None:
    sample = ready(**change).samples[2]
    assert sample is not None
    assert joint_trouble(so101, sample) == trouble


def test_a_fault_needs_three_samples_in_a_row(so101: ArmModel) -> None:
    hot, cold = ready(trouble="overheat"), ready()
    assert walk(so101, hot, hot, cold, hot, hot, hot, hot) == [None] * 5 + ["overheat", None]


def test_a_changed_fault_begins_anew(so101: ArmModel) -> None:
    hot, low = ready(trouble="overheat"), ready(trouble="voltage")
    assert walk(so101, hot, hot, hot, low, low, low) == [None, None, "overheat", None, None, "voltage"]


def test_a_lost_bus_is_a_fault_at_once_and_only_once(so101: ArmModel) -> None:
    assert walk(so101, absent(6), absent(6)) == ["bus_lost", None]
    assert walk(so101, ready(), absent(6), starting("none"), ready()) == [None, "bus_lost", None, None]


def test_a_whole_bus_that_starts_over_is_a_fault_at_once(so101: ArmModel) -> None:
    assert walk(so101, ready(), starting("servo_missing")) == [None, "servo_missing"]
    assert walk(so101, ready(), starting("none")) == [None, "bus_lost"]


def test_a_first_start_has_a_second(so101: ArmModel) -> None:
    begun = walk(so101, *[starting("servo_missing")] * 101)
    assert begun[:100] == [None] * 100 and begun[100] == "servo_missing"
    assert walk(so101, *[starting("none")] * 150) == [None] * 150


def test_straying_for_long_is_a_fault_but_not_of_the_gripper(so101: ArmModel) -> None:
    def after(leads: tuple[float, ...], ticks: int) -> Cause | None:
        health, cause = Health(), None
        for _ in range(ticks):
            health, cause = step(health, so101, ready(), leads)
        return cause

    assert after((0.0, 0.4, 0, 0, 0, 0), 29) is None
    assert after((0.0, 0.4, 0, 0, 0, 0), 30) == "following_error"
    assert after((0.0, -0.4, 0, 0, 0, 0), 30) == "following_error"
    assert after((0.0, 0.2, 0, 0, 0, 2.0), 100) is None


def test_samples_not_yet_there_say_nothing(so101: ArmModel) -> None:
    reading = BusReading("ready", (None,) * 6, (0.0,) * 6, "none")
    assert walk(so101, reading, reading, reading) == [None] * 3


def test_torque_may_take_its_time_to_go(so101: ArmModel) -> None:
    gone = walk(so101, ready(), *[releasing()] * 40, released(), released())
    assert gone == [None] * 43
    lost = walk(so101, ready(), *[releasing()] * 30, *[starting("bus_lost")] * 101)
    assert lost[:-1] == [None] * 131 and lost[-1] == "bus_lost"


def test_torque_that_does_not_go_is_a_fault_at_once(so101: ArmModel) -> None:
    assert walk(so101, ready(), releasing("servo_bounds"), releasing()) == [None, "servo_bounds", None]


def test_a_hot_arm_is_still_hot_while_its_torque_goes(so101: ArmModel) -> None:
    health = Health()
    for reading in (*[ready(temperature_c=66.0)] * 3, releasing(), releasing()):
        health, _ = step(health, so101, reading, ())
    assert health.fault == "overheat"


def released(**change: Any) -> BusReading:
    """A whole chain without torque."""
    whole = ready(**change)
    return BusReading("released", whole.samples, None, "none")


def test_an_overheat_is_over_only_five_degrees_below_its_limit(so101: ArmModel) -> None:
    hot, warm, cool = ready(temperature_c=66.0), ready(temperature_c=61.0), ready(temperature_c=59.0)
    health = Health()
    for reading in (hot, hot, hot, warm):
        health, _ = step(health, so101, reading, ())
    assert health.fault == "overheat"
    assert step(health, so101, cool, ())[0].fault == "none"
    assert walk(so101, warm, warm, warm, warm) == [None] * 4


@pytest.mark.parametrize(("low", "nearly", "good"), [(4.4, 4.6, 4.8), (13.6, 13.4, 13.2)])
def test_a_voltage_fault_is_over_only_inside_its_bounds(
    so101: ArmModel, low: float, nearly: float, good: float
) -> None:
    health = Health()
    for volts in (low, low, low, nearly):
        health, _ = step(health, so101, ready(voltage_v=volts), ())
    assert health.fault == "voltage"
    assert step(health, so101, ready(voltage_v=good), ())[0].fault == "none"


@pytest.mark.parametrize("cause", ["servo_rebooted", "servo_bounds"])
def test_what_a_start_up_found_is_told_and_stays(so101: ArmModel, cause: Cause) -> None:
    begun = walk(so101, ready(), starting(cause), starting("none"), starting("servo_missing"), ready())
    assert begun == [None, cause, None, None, None]


def test_bounds_that_are_refused_are_told_over_a_lost_bus(so101: ArmModel) -> None:
    begun = walk(so101, ready(), absent(6), starting("none"), starting("servo_bounds"), starting("none"))
    assert begun == [None, "bus_lost", None, "servo_bounds", None]


def test_a_released_chain_is_no_fault_and_has_a_second_to_come_back(so101: ArmModel) -> None:
    back = walk(so101, ready(), released(), released(), *[starting("none")] * 30, ready())
    assert back == [None] * 34
    lost = walk(so101, ready(), released(), *[starting("servo_missing")] * 101)
    assert lost[:-1] == [None] * 102 and lost[-1] == "servo_missing"


def test_a_released_chain_is_still_watched(so101: ArmModel) -> None:
    assert walk(so101, ready(), *[released(temperature_c=80.0)] * 3)[-1] == "overheat"
