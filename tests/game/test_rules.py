from dataclasses import replace

import pytest

from game.puzzle import Place, load_puzzles
from game.rules import IN_AIR, LOOSE, PieceSighting, Resting, Spot, capture_m, spot, support_top_m

TOWER = load_puzzles()["tower"]
RING = TOWER.slot("near_middle")
RED = PieceSighting("red", RING.x_m, RING.y_m, 0.015, 0.0, 0.1)
BLUE_BELOW = Resting(Place("blue", RING.id, 0), RING.x_m, RING.y_m)
YELLOW_ABOVE = Resting(Place("yellow", RING.id, 1), RING.x_m + 0.01, RING.y_m)


@pytest.mark.parametrize(
    ("dx_m", "z_m", "expected"),
    [
        (0.0, 0.015, Place("red", "near_middle", 0)),
        (0.0129, 0.015, Place("red", "near_middle", 0)),
        (-0.0129, 0.024, Place("red", "near_middle", 0)),
        (0.0131, 0.015, LOOSE),
        (0.0, 0.026, IN_AIR),
        (0.0, 0.045, IN_AIR),
    ],
)
def test_on_the_table(dx_m: float, z_m: float, expected: Spot) -> None:
    assert spot(TOWER, replace(RED, x_m=RED.x_m + dx_m, z_m=z_m), ()) == expected


@pytest.mark.parametrize(
    ("resting", "dx_m", "z_m", "expected"),
    [
        ((BLUE_BELOW,), 0.0, 0.045, Place("red", "near_middle", 1)),
        ((BLUE_BELOW,), 0.016, 0.045, IN_AIR),
        ((BLUE_BELOW,), 0.0, 0.075, IN_AIR),
        ((BLUE_BELOW, YELLOW_ABOVE), 0.0, 0.075, Place("red", "near_middle", 2)),
        # Measured from the piece below, not from the slot: towers may lean.
        ((BLUE_BELOW, YELLOW_ABOVE), 0.02, 0.075, Place("red", "near_middle", 2)),
        ((Resting(Place("red", "near_middle", 0), RING.x_m, RING.y_m),), 0.0, 0.045, IN_AIR),
    ],
)
def test_on_other_pieces(resting: tuple[Resting, ...], dx_m: float, z_m: float, expected: Spot) -> None:
    assert spot(TOWER, replace(RED, x_m=RED.x_m + dx_m, z_m=z_m), resting) == expected


def test_the_capture_radius_forgives_a_hobby_arm() -> None:
    for slot in TOWER.slots:
        assert capture_m(slot, TOWER.piece("red")) == pytest.approx(0.013)


def test_a_stack_is_as_high_as_its_pieces() -> None:
    resting = (BLUE_BELOW, YELLOW_ABOVE)
    assert support_top_m(TOWER, YELLOW_ABOVE.place, resting) == pytest.approx(0.06)
    assert support_top_m(TOWER, BLUE_BELOW.place, resting) == pytest.approx(0.03)
