import pytest

from sim_fallback.servo_bus.dynamixel.health import (
    OVERHEATING,
    OVERLOAD,
    VOLTAGE_ERROR,
    Bounds,
    Health,
    bounds_of,
)
from sim_fallback.servo_bus.dynamixel.memory import Memory
from sim_fallback.servo_bus.dynamixel.table import MODELS

BOUNDS = Bounds(80.0, (9.45, 16.05))


def after(seconds: float, load: float = 0.0, volts: float = 12.0, start: Health | None = None) -> Health:
    health = start or Health()
    for _ in range(round(seconds * 100)):
        health = health.stepped(BOUNDS, load, volts, 0.01)
    return health


def test_bounds_come_from_the_table() -> None:
    assert bounds_of(Memory(MODELS[1020])) == BOUNDS


@pytest.mark.parametrize(("load", "seconds", "errors"), [(1.0, 1.9, 0), (-1.0, 2.1, OVERLOAD), (0.7, 9.0, 0)])
def test_a_load_that_lasts_is_an_overload(load: float, seconds: float, errors: int) -> None:
    assert after(seconds, load).errors == errors


def test_a_pause_in_the_load_starts_the_time_anew() -> None:
    assert after(1.5, 1.0, start=after(0.1, 0.0, start=after(1.5, 1.0))).errors == 0


@pytest.mark.parametrize(
    ("volts", "errors"), [(9.4, VOLTAGE_ERROR), (9.5, 0), (16.0, 0), (16.1, VOLTAGE_ERROR)]
)
def test_voltage_outside_its_limits_is_an_error(volts: float, errors: int) -> None:
    assert after(0.01, volts=volts).errors == errors


def test_errors_stay_when_their_cause_is_gone() -> None:
    assert (
        after(1.0, start=Health(81.0).stepped(BOUNDS, 0.0, 5.0, 0.01)).errors == OVERHEATING | VOLTAGE_ERROR
    )
