"""Cell to browser over WebRTC: `control` (arm state, pongs) and `events` (reliable news)."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from robot_bridge.wire.commands import PoseTarget
from robot_bridge.wire.frames import CameraCalibration
from robot_bridge.wire.state import ArmPosture, Cause, Limit, Mode
from robot_bridge.wire.units import (
    Celsius,
    Count,
    Epoch,
    Fraction,
    Identifier,
    Metres,
    Nanoseconds,
    Radians,
    Seconds,
    SignedFraction,
    Volts,
)
from teleop.wire.player_in import Microseconds, RtpTimestamp

Words = Annotated[str, Meta(max_length=2000)]
# Why the cell lets a player's commands drive slower: `unseen` is a page that cannot say what it shows.
Slowing = Literal["picture_unseen", "picture_old", "camera_old", "state_old", "link_slow"]


class Bilingual(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One text in both languages of the player's pages."""

    en: Words
    zh: Words


class State(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="state"):
    """What the page draws each time: newest arm state, on `control`, about 60 times a second.

    `speed_scale` is what is left of full speed; `slowed` names what the cell's gates took of it.
    """

    version: Literal[1]
    now_ns: Nanoseconds
    mode: Mode
    cause: Cause
    stop_id: Identifier | None
    stop_generation: Epoch
    applied_sequence: Epoch
    measured_rad: tuple[Radians, ...]
    applied_rad: tuple[Radians, ...]
    measured_pose: PoseTarget
    applied_pose: PoseTarget
    limits: tuple[Limit, ...]
    speed_scale: Fraction
    loads: tuple[SignedFraction, ...]
    temperatures_c: tuple[Celsius, ...]
    voltages_v: tuple[Volts, ...]
    move_id: Epoch | None
    bus_ok: bool
    posture: ArmPosture = "held"
    slowed: tuple[Slowing, ...] = ()


class Pong(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="pong"):
    """Answers a ping; the cell's present offset estimate (cell minus page) rides along when known.

    `rtp_origins` has, for each track, the RTP time stamp of media time 0 (capture on the cell's clock at
    90 kHz), so that the page can tell how old each picture is that it shows; null until a picture was sent.
    """

    version: Literal[1]
    client_us: Microseconds
    cell_ns: Nanoseconds
    offset_ns: int | None
    error_ns: Nanoseconds | None
    round_trip_ns: Nanoseconds | None
    rtp_origins: tuple[RtpTimestamp | None, ...] = ()


class JointLimits(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One joint of the arm as the page needs it (soft limits; gripper last)."""

    name: Identifier
    lower_rad: Radians
    upper_rad: Radians


class Workspace(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The box the tool may be in, in the arm's base frame."""

    x_m: tuple[Metres, Metres]
    y_m: tuple[Metres, Metres]
    z_m: tuple[Metres, Metres]


class KeepOutBox(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A box that no part of the arm enters, (lowest, highest) along each axis of the arm's base frame."""

    x_m: tuple[Metres, Metres]
    y_m: tuple[Metres, Metres]
    z_m: tuple[Metres, Metres]


class PieceInfo(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One piece of the puzzle as the page draws it."""

    id: Identifier
    name: Bilingual
    colour: Annotated[str, Meta(pattern=r"^#[0-9a-f]{6}$")]
    size_m: Metres


class SlotInfo(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One slot of the puzzle on the table."""

    id: Identifier
    name: Bilingual
    x_m: Metres
    y_m: Metres
    radius_m: Metres
    colour: Annotated[str, Meta(pattern=r"^#[0-9a-f]{6}$")] | None


class PuzzleInfo(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A puzzle as pages need it; `goal` maps piece to slot (stacked pieces name a level above 0)."""

    id: Identifier
    version: Epoch
    title: Bilingual
    prompt: Bilingual
    time_limit_s: Seconds
    difficulty: Annotated[int, Meta(ge=1, le=5)]
    pieces: tuple[PieceInfo, ...]
    slots: tuple[SlotInfo, ...]
    start: tuple["Place", ...]
    goal: tuple["Place", ...]


class Place(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A piece in a slot, `level` pieces above the table."""

    piece: Identifier
    slot: Identifier
    level: Annotated[int, Meta(ge=0, le=5)]


class Welcome(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="welcome"):
    """Answers Hello: who you are here, and what the page needs to draw and to predict."""

    version: Literal[1]
    role: Literal["player", "viewer", "operator"]
    cell_id: Identifier
    lease_epoch: Epoch | None
    turn_ends_ns: Nanoseconds | None
    arm: Identifier
    joints: tuple[JointLimits, ...]
    workspace: Workspace
    cameras: tuple[CameraCalibration, ...]
    track_order: tuple[Identifier, ...]
    puzzle: PuzzleInfo | None
    source: Literal["real", "sim"]
    keep_out: tuple[KeepOutBox, ...] = ()


class PieceSeen(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the referee's camera sees a piece."""

    piece: Identifier
    x_m: Metres
    y_m: Metres
    z_m: Metres
    yaw_rad: Radians
    slot: Identifier | None
    placed: bool


class RefereeNews(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="referee"):
    """What the referee sees: poses, and how many of the goal's places are filled."""

    version: Literal[1]
    capture_ns: Nanoseconds
    pieces: tuple[PieceSeen, ...]
    filled: Count
    wanted: Count
    moves: Count
    elapsed_s: Seconds


class MoveNews(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="move"):
    """How a puzzle move fares; `reason` is empty while all is well."""

    version: Literal[1]
    move_id: Epoch
    status: Literal["started", "done", "cancelled", "refused", "failed"]
    reason: Bilingual


class TurnOver(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="turn_over"):
    """The verdict with its reason and score; the page moves on to the result."""

    version: Literal[1]
    turn_id: Identifier
    solved: bool
    reason: Bilingual
    score: Count
    stars: Annotated[int, Meta(ge=0, le=3)]
    time_s: Seconds
    moves: Count
    episode_id: Identifier | None


class Refused(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="refused"):
    """Something the page sent was refused, and why."""

    version: Literal[1]
    reason: Identifier
    text: Bilingual


ControlOut = State | Pong
EventOut = Welcome | RefereeNews | MoveNews | TurnOver | Refused
