"""The file of an unfinished calibration: what the servos held before, and how far it came."""

import os
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from robot_bridge.tools.complaint import Complaint, ToolFailed
from robot_bridge.wire.units import Identifier


class Before(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One servo's registers as they were before the calibration began; the last three where it has them."""

    homing_offset: int
    range_min: int
    range_max: int
    mode: int = 0
    drive_mode: int = 0
    secondary_id: int = 255


class Unfinished(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An unfinished calibration of one arm, per joint in the arm's order; empty until it came so far.

    `before` goes on with the arm's shadow servos.
    """

    version: Literal[1]
    arm: Identifier
    before: Annotated[tuple[Before, ...], Meta(max_length=32)]
    offsets: Annotated[tuple[int, ...], Meta(max_length=8)] = ()
    ranges: Annotated[tuple[tuple[int, int], ...], Meta(max_length=8)] = ()


def beside(file: Path) -> Path:
    """Where the unfinished calibration of this file is kept."""
    return file.with_name(file.name + ".unfinished")


def load(file: Path) -> Unfinished | None:
    """The unfinished calibration beside this file; None when there is none or it cannot be read."""
    try:
        return msgspec.json.decode(beside(file).read_bytes(), type=Unfinished)
    except (OSError, msgspec.DecodeError):
        return None


def save(file: Path, unfinished: Unfinished) -> None:
    """Keeps it beside the file, whole or not at all; raises ToolFailed when that cannot be written."""
    put(beside(file), msgspec.json.format(msgspec.json.encode(unfinished)))


def forget(file: Path) -> None:
    """Removes the unfinished calibration."""
    beside(file).unlink(missing_ok=True)


def put(path: Path, data: bytes) -> None:
    """Replaces a file, whole or not at all; raises ToolFailed with the file's name."""
    part = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as opened:
            opened.write(data)
            opened.flush()
            os.fsync(opened.fileno())
        part.replace(path)
    except OSError as error:
        found = error.strerror or str(error)
        raise ToolFailed(Complaint("file_unwritable", where=str(path), found=found)) from error
