"""The turntable: where it carries what lies on it, and what a task draws."""

from math import atan2, hypot

import pytest
from proof.task import (
    AROUND_M,
    DISC_M,
    FOOT_X_M,
    FROM_RAD,
    GOALS,
    RAIL_RAD,
    TURNS_RAD_S,
    drawn,
    on_disc,
    turned,
)


def test_what_lies_on_the_disc_goes_around_its_middle() -> None:
    assert turned(*on_disc(0.15, -0.5), 2.0) == pytest.approx(on_disc(0.15, -0.5 + 2.0 * TURNS_RAD_S))


@pytest.mark.parametrize("place", [on_disc(DISC_M + 0.001, 0.0), on_disc(0.15, RAIL_RAD + 0.1)])
def test_beside_the_disc_and_at_the_rail_it_stays(place: tuple[float, float]) -> None:
    assert turned(*place, 2.0) == place


def test_the_rail_stops_it() -> None:
    assert turned(*on_disc(0.15, RAIL_RAD - 0.01), 9.0) == pytest.approx(on_disc(0.15, RAIL_RAD))


@pytest.mark.parametrize("seed", range(6))
def test_the_cube_begins_on_the_disc_and_goes_into_each_ring_in_turn(seed: int) -> None:
    x_m, y_m = drawn(seed).start
    assert AROUND_M[0] <= hypot(x_m - FOOT_X_M, y_m) <= AROUND_M[1]
    assert FROM_RAD[0] <= atan2(y_m, x_m - FOOT_X_M) <= FROM_RAD[1]
    assert drawn(seed).puzzle.goal[0].slot == GOALS[seed % 3]
