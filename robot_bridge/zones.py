"""Boxes in the arm's base frame that no part of the arm may enter, as a cell's configuration lists them."""

from typing import Annotated

import msgspec
from msgspec import Meta

from robot_bridge.toml_table import InvalidTable
from robot_bridge.wire.units import Identifier, Metres

Edge = tuple[Metres, Metres]
MAX_ZONES = 16


class KeepOut(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One box, axis-aligned, as (lowest, highest) in m per axis."""

    name: Identifier
    x_m: Edge
    y_m: Edge
    z_m: Edge


KeepOuts = Annotated[tuple[KeepOut, ...], Meta(max_length=MAX_ZONES)]


def check_zones(zones: KeepOuts, where: str) -> None:
    """Raises InvalidTable when a box is empty or two boxes share a name."""
    for zone in zones:
        if any(low >= high for low, high in (zone.x_m, zone.y_m, zone.z_m)):
            raise InvalidTable(f"{where}: keep-out box {zone.name!r} is empty")
    if len({zone.name for zone in zones}) != len(zones):
        raise InvalidTable(f"{where}: two keep-out boxes have the same name")
