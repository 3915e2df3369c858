"""Cell to hub over a WebSocket that the cell dials: one MessagePack message per frame."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from robot_bridge.wire.state import MAX_NOTE, ArmPosture, Cause, Mode
from robot_bridge.wire.units import (
    Celsius,
    Count,
    Epoch,
    Identifier,
    Nanoseconds,
    Radians,
    Seconds,
)
from teleop.wire.player_out import Bilingual, JointLimits, PuzzleInfo

CELL_VERSION = 1
MAX_CELL_MESSAGE_BYTES = 256 * 1024
SessionId = Annotated[str, Meta(min_length=8, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]


class Register(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="register"):
    """First message: what this cell is; the WebSocket request itself carries the cell's token.

    `lease_epoch` is the highest epoch the cell has seen, so that the hub's next one is higher.
    """

    version: Literal[1]
    cell_id: Identifier
    name: Bilingual
    software: Annotated[str, Meta(max_length=64)]
    arm: Identifier
    joints: tuple[JointLimits, ...]
    cameras: tuple[Identifier, ...]
    puzzles: tuple[PuzzleInfo, ...]
    source: Literal["real", "sim"]
    lease_epoch: Epoch
    running_turn: Identifier | None


class CellStatus(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="status"):
    """Twice a second, for the lobby and the operator's page; `bus_note` says what troubles the drive."""

    version: Literal[1]
    mode: Mode
    cause: Cause
    stop_id: Identifier | None
    stop_generation: Epoch
    turn_id: Identifier | None
    viewers: Count
    positions_rad: tuple[Radians, ...]
    temperatures_c: tuple[Celsius, ...]
    bus_ok: bool
    cameras_ok: bool
    recorder: Literal["idle", "recording", "failed"]
    posture: ArmPosture = "held"
    bus_note: Annotated[str, Meta(max_length=MAX_NOTE)] = ""


class Thumbnail(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="thumbnail"):
    """A small JPEG of the overview camera, about once a second."""

    version: Literal[1]
    jpeg: Annotated[bytes, Meta(max_length=100_000)]


class Answer(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="answer"):
    """Answers an offer that the hub relayed; `sdp` is empty when it was refused."""

    version: Literal[1]
    session: SessionId
    sdp: Annotated[str, Meta(max_length=20_000)]
    refused: Annotated[str, Meta(max_length=200)]


class TurnResult(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="turn_result"):
    """How a turn ended; kept in the cell's outbox and sent again until the hub acknowledges it."""

    version: Literal[1]
    turn_id: Identifier
    cell_id: Identifier
    lease_epoch: Epoch
    puzzle_id: Identifier
    puzzle_version: Epoch
    solved: bool
    reason: Bilingual
    score: Count
    stars: Annotated[int, Meta(ge=0, le=3)]
    time_s: Seconds
    moves: Count
    ended_utc_ns: Nanoseconds
    episode_id: Identifier | None
    episode_sha256: Annotated[str, Meta(max_length=64)]
    episode_bytes: Count


class OrderDone(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="order_done"):
    """Says whether an operator's order was carried out."""

    version: Literal[1]
    order_id: Identifier
    done: bool
    reason: Annotated[str, Meta(max_length=200)]


FromCell = Register | CellStatus | Thumbnail | Answer | TurnResult | OrderDone
