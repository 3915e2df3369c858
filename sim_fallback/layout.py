"""The staging layout: which pieces lie where, which slots are painted, where the fiducials are."""

from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from robot_bridge.wire.units import Identifier

MAX_LAYOUT_BYTES = 64 * 1024
TagId = Annotated[int, Meta(ge=0, le=49)]
TableMetres = Annotated[float, Meta(ge=-0.6, le=0.6)]
Colour = Annotated[str, Meta(pattern=r"^#[0-9a-fA-F]{6}$")]


class PieceLayout(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One cube: its tag (DICT_4X4_50) on the top face, and the pose of its centre; yaw about z up."""

    id: Identifier
    tag: TagId
    size_m: Annotated[float, Meta(ge=0.015, le=0.05)]
    colour: Colour
    x_m: TableMetres
    y_m: TableMetres
    z_m: Annotated[float, Meta(ge=0.005, le=0.5)]
    yaw_rad: Annotated[float, Meta(ge=-6.3, le=6.3)]


class SlotLayout(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One slot painted on the table: a ring, in the slot's colour or grey."""

    id: Identifier
    x_m: TableMetres
    y_m: TableMetres
    radius_m: Annotated[float, Meta(ge=0.01, le=0.1)]
    colour: Colour | None


class FiducialLayout(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One table fiducial: a DICT_4X4_50 tag flat on the table, its x axis along the table's x axis."""

    tag: TagId
    x_m: TableMetres
    y_m: TableMetres
    size_m: Annotated[float, Meta(ge=0.01, le=0.1)]


class Layout(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything on the table except the arm; raises ValueError for two pieces of one name or tag."""

    version: Literal[1]
    pieces: Annotated[tuple[PieceLayout, ...], Meta(max_length=16)]
    slots: Annotated[tuple[SlotLayout, ...], Meta(max_length=24)]
    fiducials: Annotated[tuple[FiducialLayout, ...], Meta(max_length=8)]

    def __post_init__(self) -> None:
        """Names and tags must tell pieces and fiducials apart."""
        names = [piece.id for piece in self.pieces]
        tags = [piece.tag for piece in self.pieces] + [mark.tag for mark in self.fiducials]
        if len(set(names)) < len(names):
            raise ValueError("two pieces have the same id")
        if len(set(tags)) < len(tags):
            raise ValueError("one tag is used twice")


EMPTY_LAYOUT = Layout(
    version=1,
    pieces=(),
    slots=(),
    fiducials=(
        FiducialLayout(tag=40, x_m=0.12, y_m=0.165, size_m=0.03),
        FiducialLayout(tag=41, x_m=0.12, y_m=-0.165, size_m=0.03),
        FiducialLayout(tag=42, x_m=0.33, y_m=0.165, size_m=0.03),
        FiducialLayout(tag=43, x_m=0.33, y_m=-0.165, size_m=0.03),
    ),
)


def decode_layout(data: bytes) -> Layout:
    """Reads a layout from JSON bytes; raises msgspec.ValidationError naming the field that is wrong."""
    if len(data) > MAX_LAYOUT_BYTES:
        raise msgspec.ValidationError(f"a layout has at most {MAX_LAYOUT_BYTES} bytes, not {len(data)}")
    return msgspec.json.decode(data, type=Layout)


def read_layout(path: Path) -> Layout:
    """Reads a layout file; raises OSError or msgspec.ValidationError."""
    return decode_layout(path.read_bytes())
