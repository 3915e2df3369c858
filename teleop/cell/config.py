"""The cell's own tables of its configuration file, read into frozen structs."""

import hashlib
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from robot_bridge.toml_table import InvalidTable, read_table
from robot_bridge.wire.units import Identifier
from robot_bridge.zones import KeepOuts, check_zones

MAX_CAMERAS = 4
FilePath = Annotated[str, Meta(min_length=1, max_length=1000)]
Text = Annotated[str, Meta(min_length=1, max_length=200)]


class CellTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[cell]`: who this cell is and where its files and neighbours are.

    `unrecorded` is what becomes of a turn when the disk refuses its recording.
    """

    id: Identifier
    name_en: Text
    name_zh: Text
    hub_url: Annotated[str, Meta(pattern=r"^wss?://[^\s]+$", max_length=400)]
    token_file: FilePath
    bridge_socket: FilePath
    episodes_dir: FilePath
    state_dir: FilePath
    source: Literal["real", "sim"]
    grasp_model: Literal["assisted", "contact", "real"]
    puzzles: Annotated[tuple[Identifier, ...], Meta(min_length=1, max_length=50)]
    metrics_port: Annotated[int, Meta(ge=0, le=65535)] = 0
    stage_command: Annotated[tuple[str, ...], Meta(max_length=20)] = ()
    unrecorded: Literal["go_on", "end_turn"] = "go_on"
    stun_urls: Annotated[tuple[str, ...], Meta(max_length=4)] = ()


class CameraTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[[cameras]]`: one camera; their order is the order of the video tracks."""

    name: Identifier
    ring: Text
    calibration: FilePath
    referee: bool = False


class ArmTable(msgspec.Struct, frozen=True):
    """The keys of `[bridge]` that the cell must know too; the rest is the bridge's business."""

    arm: Identifier
    calibration: FilePath
    keep_out: KeepOuts = ()


@dataclass(frozen=True, slots=True)
class CellConfig:
    """Everything the cell was told, the SHA-256 of the file that told it, and that file."""

    cell: CellTable
    cameras: tuple[CameraTable, ...]
    arm: ArmTable
    sha256: str
    path: Path | None = None

    @property
    def referee_camera(self) -> CameraTable:
        """The camera that the referee looks through."""
        return next(camera for camera in self.cameras if camera.referee)


class _Cameras(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    cameras: Annotated[tuple[CameraTable, ...], Meta(min_length=1, max_length=MAX_CAMERAS)]


def read_config(path: Path) -> CellConfig:
    """Reads `cell.toml`; raises InvalidTable with a sentence that names the key, or OSError."""
    content = path.read_bytes()
    try:
        tables = tomllib.loads(content.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidTable(f"{path.name}: {error}") from error
    for name in ("cell", "cameras", "bridge"):
        if name not in tables:
            raise InvalidTable(f"{path.name}: there is no `{name}` table")
    cell = read_table(tables["cell"], CellTable, f"{path.name} [cell]")
    cameras = read_table({"cameras": tables["cameras"]}, _Cameras, f"{path.name} [[cameras]]").cameras
    if sum(camera.referee for camera in cameras) != 1:
        raise InvalidTable(f"{path.name}: exactly one camera must have `referee = true`")
    if len({camera.name for camera in cameras}) != len(cameras):
        raise InvalidTable(f"{path.name}: two cameras have the same name")
    arm = read_table(tables["bridge"], ArmTable, f"{path.name} [bridge]")
    check_zones(arm.keep_out, f"{path.name} [bridge]")
    return CellConfig(cell, cameras, arm, hashlib.sha256(content).hexdigest(), path)
