import pytest

from sim_fallback.servo_bus import registers as reg
from sim_fallback.servo_bus.health import (
    CURRENT_FAULT,
    HEAT_FAULT,
    OVERLOAD_FAULT,
    VOLTAGE_FAULT,
    Health,
    bounds_of,
)
from sim_fallback.servo_bus.registers import Memory


def after(memory: Memory, load: float, seconds: float, health: Health | None = None) -> Health:
    health = health or Health()
    for _ in range(round(seconds * 10)):
        health = health.stepped(bounds_of(memory), load, 7.4, 0.1)
    return health


def test_a_resting_servo_is_healthy_and_stays_at_room_temperature() -> None:
    assert after(Memory(), 0.0, 60.0) == Health()


@pytest.mark.parametrize(
    ("load", "seconds", "tripped"), [(0.9, 2.2, True), (-0.9, 2.2, True), (0.9, 1.8, False), (0.79, 9, False)]
)
def test_overload_trips_after_the_protection_time(load: float, seconds: float, tripped: bool) -> None:
    memory = Memory()
    health = after(memory, load, seconds)
    assert bool(health.faults & OVERLOAD_FAULT) is tripped
    assert health.torque_fraction(bounds_of(memory)) == (0.2 if tripped else 1.0)


def test_a_tripped_servo_stays_weak_until_it_is_relieved() -> None:
    memory = Memory()
    tripped = after(memory, 0.1, 5.0, after(memory, 1.0, 3.0))
    assert tripped.torque_fraction(bounds_of(memory)) == 0.2
    assert tripped.relieved().torque_fraction(bounds_of(memory)) == 1.0
    assert after(memory, 0.1, 1.0, tripped.relieved()).faults == 0


def test_overcurrent_cuts_the_torque() -> None:
    memory = Memory()
    memory.put(reg.PROTECTION_CURRENT, 100)
    health = after(memory, 0.5, 2.2)
    assert health.faults == CURRENT_FAULT
    assert health.torque_fraction(bounds_of(memory)) == 0.0


def test_heat_cuts_the_torque_until_it_has_cooled_down() -> None:
    memory = Memory()
    memory.put(reg.OVERLOAD_TORQUE, 100)
    hot = after(memory, 1.0, 300.0)
    assert hot.temperature_c > 70
    assert hot.faults == HEAT_FAULT
    assert hot.torque_fraction(bounds_of(memory)) == 0.0
    warm = after(memory, 0.0, 50.0, hot)
    assert 65 < warm.temperature_c < 70
    assert warm.faults == HEAT_FAULT
    assert after(memory, 0.0, 40.0, warm).faults == 0


@pytest.mark.parametrize(
    ("volts", "fault"), [(7.4, 0), (8.0, 0), (8.1, VOLTAGE_FAULT), (4.0, 0), (3.9, VOLTAGE_FAULT)]
)
def test_supply_outside_its_bounds_is_reported_but_keeps_torque(volts: float, fault: int) -> None:
    memory = Memory()
    health = Health().stepped(bounds_of(memory), 0.0, volts, 0.01)
    assert health.faults == fault
    assert health.torque_fraction(bounds_of(memory)) == 1.0


def test_faults_outside_the_unload_mask_keep_torque() -> None:
    memory = Memory()
    memory.put(reg.UNLOAD_MASK, 0)
    assert after(memory, 1.0, 5.0).torque_fraction(bounds_of(memory)) == 1.0


@pytest.mark.parametrize(("limit", "fraction"), [(1000, 1.0), (250, 0.25), (4000, 1.0), (0, 0.0)])
def test_the_torque_limit_register_bounds_torque(limit: int, fraction: float) -> None:
    memory = Memory()
    memory.put(reg.TORQUE_LIMIT, limit)
    assert Health().torque_fraction(bounds_of(memory)) == fraction
