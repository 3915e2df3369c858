"""Keep-out boxes: which lists of them make sense."""

import msgspec
import pytest

from robot_bridge.toml_table import InvalidTable
from robot_bridge.zones import KeepOut, check_zones

MAST = KeepOut("mast", (0.1, 0.2), (-0.1, 0.1), (0.0, 0.3))
WALL = msgspec.structs.replace(MAST, name="wall", x_m=(0.3, 0.4))


def test_boxes_with_room_inside_and_their_own_names_are_good() -> None:
    check_zones((MAST, WALL), "here")
    check_zones((), "here")


@pytest.mark.parametrize("side", ["x_m", "y_m", "z_m"])
def test_a_box_that_is_empty_or_turned_over_is_named(side: str) -> None:
    for span in ((0.1, 0.1), (0.2, 0.1)):
        with pytest.raises(InvalidTable, match="here: keep-out box 'wall' is empty"):
            check_zones((MAST, msgspec.structs.replace(WALL, **{side: span})), "here")


def test_a_name_stands_for_one_box() -> None:
    with pytest.raises(InvalidTable, match="here: two keep-out boxes have the same name"):
        check_zones((MAST, msgspec.structs.replace(WALL, name="mast")), "here")
