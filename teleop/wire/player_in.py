"""Browser to cell over WebRTC: `control` (unordered, no retransmits) and `events` (reliable).

MessagePack maps. `client_us` is the browser's performance.now() in microseconds.
"""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from robot_bridge.wire.commands import PoseTarget
from robot_bridge.wire.units import (
    Epoch,
    Identifier,
    MetresPerSecond,
    Nanoseconds,
    RadiansPerSecond,
    Sentence,
)

PLAYER_VERSION = 1
MAX_MESSAGE_BYTES = 2048
Microseconds = Annotated[int, Meta(ge=0, le=2**53)]
RtpTimestamp = Annotated[int, Meta(ge=0, lt=2**32)]
InputDevice = Literal["keyboard", "gamepad", "touch", "puzzle", "none"]


class SeenFrame(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The picture on the player's screen by its RTP time stamp, and which others it may have been.

    Surely not one older than `oldest_rtp` nor newer than `newest_rtp`; None: the newest that has been sent.
    `displayed_us` is when the browser expected it on the screen, 0 while it has not told of it yet;
    `presented_frames` is its count of pictures.
    """

    camera: Identifier
    rtp_timestamp: RtpTimestamp
    oldest_rtp: RtpTimestamp
    newest_rtp: RtpTimestamp | None
    displayed_us: Microseconds
    presented_frames: Epoch


class PoseVelocity(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How fast the ghost moves, in the same axes as its pose."""

    x_m_s: MetresPerSecond
    y_m_s: MetresPerSecond
    z_m_s: MetresPerSecond
    pitch_rad_s: RadiansPerSecond
    roll_rad_s: RadiansPerSecond


class Control(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="control"):
    """The ghost's absolute pose, 60 times a second; any one may be lost, the newest wins.

    `stick` says that the player is moving the ghost by hand right now; it cancels a puzzle move.
    `hold_to_run` is lost with Esc, stop, focus, a hidden page or a gamepad that went away.
    `echo_ns` is the newest `now_ns` that the page had shown, so that the cell can judge age alone.
    """

    version: Literal[1]
    lease_epoch: Epoch
    sequence: Epoch
    client_us: Microseconds
    echo_ns: Nanoseconds
    hold_to_run: bool
    stick: bool
    device: InputDevice
    pose: PoseTarget
    velocity: PoseVelocity
    seen: SeenFrame | None


class Ping(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="ping"):
    """Clock sample: the page's time, and when it received which earlier pong (0 if none yet).

    `restarts` is how often the page has noticed a sleep or a step of its clock, which voids what was known.
    """

    version: Literal[1]
    client_us: Microseconds
    pong_cell_ns: Nanoseconds
    pong_received_us: Microseconds
    restarts: Epoch = 0


class Hello(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="hello"):
    """First message on `events`: proves the lease (players) or the viewing right (others)."""

    version: Literal[1]
    ticket: Annotated[str, Meta(max_length=600)]
    language: Literal["en", "zh"]
    agent: Annotated[str, Meta(max_length=200)]


class PuzzleMove(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="puzzle_move"):
    """The player clicked a piece and a slot: the arm shall do the move."""

    version: Literal[1]
    lease_epoch: Epoch
    move_id: Epoch
    piece: Identifier
    slot: Identifier


class CancelMove(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="cancel_move"):
    """Cancels the running puzzle move."""

    version: Literal[1]
    lease_epoch: Epoch


class StopPressed(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="stop_pressed"):
    """Latches the arm; any connected person may send it."""

    version: Literal[1]
    stop_id: Identifier
    reason: Sentence


class EndTurn(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="end_turn"):
    """The player gives the turn back."""

    version: Literal[1]
    lease_epoch: Epoch


ControlIn = Control | Ping
EventIn = Hello | PuzzleMove | CancelMove | StopPressed | EndTurn
