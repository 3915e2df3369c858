"""The simulation's part of a cell's TOML file, checked: an unknown key names its nearest neighbour."""

import tomllib
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

from robot_bridge.toml_table import InvalidTable, read_table
from robot_bridge.wire.units import Identifier

Port = Annotated[int, Meta(ge=0, le=65535)]


class SimConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Table `[sim]`: seed, the bus's symlink, the staging socket, the arm's calibration, metrics port."""

    seed: Annotated[int, Meta(ge=0, le=2**32 - 1)]
    bus: str
    socket: str
    calibration: str
    metrics_port: Port = 0


class CameraConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One `[[cameras]]` table: which camera, the ring it writes, and where its calibration goes."""

    name: Identifier
    ring: Annotated[str, Meta(min_length=1, max_length=200, pattern=r"^[A-Za-z0-9_.-]+$")]
    calibration: str
    referee: bool = False


class Config(msgspec.Struct, frozen=True):
    """All that the simulation reads."""

    arm: str
    sim: SimConfig
    cameras: tuple[CameraConfig, ...]


def parse_config(text: str, where: str) -> Config:
    """Reads `[sim]`, `[[cameras]]` and the arm's name in `[bridge]`; raises InvalidTable."""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InvalidTable(f"{where}: {error}") from error
    if "sim" not in tables:
        raise InvalidTable(f"{where}: has no table [sim], so there is nothing to simulate")
    cameras = tables.get("cameras", [])
    return Config(
        arm=str(tables.get("bridge", {}).get("arm", "so101")),
        sim=read_table(tables["sim"], SimConfig, f"{where} [sim]"),
        cameras=tuple(read_table(table, CameraConfig, f"{where} [[cameras]]") for table in cameras),
    )


def read_config(path: Path) -> Config:
    """Reads a cell's file; raises InvalidTable with a sentence for people."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise InvalidTable(f"{path}: {error.strerror}") from error
    return parse_config(text, str(path))
