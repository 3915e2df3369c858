"""Unknown keys are named with their nearest neighbour."""

from typing import Any

import msgspec
import pytest

from robot_bridge.toml_table import InvalidTable, read_table


class Inner(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    depth_m: float


class Outer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    width_m: float
    inner: Inner
    many: tuple[Inner, ...] = ()
    several: list[tuple[Inner, int]] = []


GOOD: dict[str, Any] = {"width_m": 1.0, "inner": {"depth_m": 2.0}}


def test_a_right_table_is_read() -> None:
    assert read_table(GOOD, Outer, "file") == Outer(1.0, Inner(2.0))


@pytest.mark.parametrize(
    ("table", "complaint"),
    [
        ({**GOOD, "widht_m": 1.0}, "file: .*`widht_m`.*did you mean `width_m`"),
        ({**GOOD, "inner": {"dept_m": 1.0}}, "did you mean `depth_m`"),
        ({**GOOD, "many": [{"depths_m": 1.0}]}, "did you mean `depth_m`"),
        ({**GOOD, "zzzz": 1.0}, "`zzzz`$"),
        ({"width_m": "wide", "inner": {"depth_m": 2.0}}, "Expected `float`, got `str`"),
    ],
)
def test_a_wrong_table_is_refused_in_words(table: dict[str, Any], complaint: str) -> None:
    with pytest.raises(InvalidTable, match=complaint):
        read_table(table, Outer, "file")
