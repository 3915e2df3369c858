"""The bridge's own table of a cell's configuration file."""

import tomllib
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from robot_bridge.ros.config import Ros2Config, RosbridgeConfig
from robot_bridge.toml_table import InvalidTable, read_table
from robot_bridge.wire.units import Identifier
from robot_bridge.zones import KeepOuts, check_zones

Place = Annotated[str, Meta(min_length=1, max_length=400)]


class BridgeConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Which arm, driven how, heard on which socket, kept out of which boxes.

    `port` and `calibration` belong to the serial drive, the tables to the drives of their names.
    """

    arm: Identifier
    socket: Annotated[str, Meta(min_length=1, max_length=107)]
    drive: Literal["serial", "ros2", "rosbridge"] = "serial"
    port: Place | None = None
    calibration: Place | None = None
    ros2: Ros2Config | None = None
    rosbridge: RosbridgeConfig | None = None
    rate_hz: Annotated[int, Meta(ge=50, le=200)] = 100
    keep_out: KeepOuts = ()


def read_config(path: Path) -> BridgeConfig:
    """The [bridge] table of this file; raises InvalidTable with a sentence for people."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InvalidTable(f"{path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidTable(f"{path}: {error}") from error
    table = document.get("bridge")
    if not isinstance(table, dict):
        raise InvalidTable(f"{path}: has no [bridge] table")
    config = read_table(table, BridgeConfig, f"{path} [bridge]")
    check_zones(config.keep_out, f"{path} [bridge]")
    return config
