"""The page on the emulated servo bus names every fault with its fields, and every model."""

from pathlib import Path
from typing import get_args

import msgspec
import pytest

from sim_fallback.servo_bus.dynamixel.table import MODELS
from sim_fallback.servo_bus.faults import Fault, parse_plan

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "emulator.md").read_text()


@pytest.mark.parametrize("kind", get_args(Fault))
def test_each_fault_is_told_with_its_fields(kind: type[msgspec.Struct]) -> None:
    row = next(
        line
        for line in PAGE.splitlines()
        if line.startswith("| `") and f"`{kind.__struct_config__.tag}`" in line
    )
    assert [field.name for field in msgspec.structs.fields(kind) if f"`{field.name}`" not in row] == []


def test_there_are_as_many_models_as_the_page_names() -> None:
    row = next(line for line in PAGE.splitlines() if line.startswith("| models"))
    assert row.split("|")[3].count("XL") + row.split("|")[3].count("XM") == len(MODELS)


def test_the_pages_plan_is_a_plan() -> None:
    text = PAGE[PAGE.index('{"seed": 7') :]
    assert len(parse_plan(text[: text.index("]}\n") + 2].encode()).steps) == 2
