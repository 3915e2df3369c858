"""What an episode holds: one typed message per MCAP topic, and the header that proves its origin.

All `t_ns` are the cell's CLOCK_MONOTONIC; UTC is written once, in the header.
"""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from robot_bridge.wire.commands import PoseTarget
from robot_bridge.wire.frames import CameraCalibration
from robot_bridge.wire.state import Cause, Limit, Mode
from robot_bridge.wire.units import Count, Epoch, Identifier, Nanoseconds, Seconds
from teleop.wire.hub_to_cell import Consent
from teleop.wire.player_out import Bilingual

FORMAT_VERSION = 1
Source = Literal["player", "assist", "operator"]
Sha256 = Annotated[str, Meta(max_length=64)]


class Header(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Provenance of an episode, written before its first step."""

    format_version: Literal[1]
    episode_id: Identifier
    turn_id: Identifier
    cell_id: Identifier
    source: Literal["real", "sim"]
    grasp_model: Literal["assisted", "contact", "real"]
    software: str
    cell_config_sha256: Sha256
    calibration_sha256: Sha256
    arm: Identifier
    joint_names: tuple[Identifier, ...]
    cameras: tuple[CameraCalibration, ...]
    puzzle_id: Identifier
    puzzle_version: Epoch
    puzzle_title: Bilingual
    prompt: Bilingual
    language: Literal["en", "zh"]
    pseudonym: Identifier
    consent: Consent
    referee_version: Identifier
    started_utc_ns: Nanoseconds
    started_ns: Nanoseconds


class Observation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One tick of the arm as measured, gripper last; topic `/observation`."""

    t_ns: Nanoseconds
    tick: Count
    mode: Mode
    cause: Cause
    positions_rad: tuple[float, ...]
    velocities_rad_s: tuple[float, ...]
    loads: tuple[float, ...]
    temperatures_c: tuple[float, ...]
    voltages_v: tuple[float, ...]
    sample_age_ns: tuple[int, ...]
    end_effector: PoseTarget


class Action(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One tick of what was asked and what was done; topic `/action`, same `tick` as its observation.

    `requested_rad` is the setpoint after inverse kinematics, before limits; absent without one.
    """

    t_ns: Nanoseconds
    tick: Count
    sequence: Epoch
    source: Source
    requested: PoseTarget | None
    requested_rad: tuple[float, ...] | None
    applied_rad: tuple[float, ...]
    limits: tuple[Limit, ...]
    speed_scale: float


class Input(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One accepted player input with its clocks and the frame the player was seeing; topic `/input`.

    `offset_ns` is cell clock minus page clock. The picture on the screen was at most `seen_error_frames`
    pictures, and `seen_error_ns` of capture time, from `seen_frame_id`; early files do not tell the second.
    """

    t_ns: Nanoseconds
    sequence: Epoch
    client_us: Count
    offset_ns: int
    offset_error_ns: Nanoseconds
    device: Literal["keyboard", "gamepad", "touch", "puzzle", "none"]
    hold_to_run: bool
    stick: bool
    pose: PoseTarget
    seen_camera: Identifier | None
    seen_frame_id: Count | None
    seen_error_frames: Count | None
    seen_error_ns: Nanoseconds | None = None


class Picture(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One encoded picture (H.264 Annex B); topic `/camera/<name>` as foxglove.CompressedVideo."""

    camera: Identifier
    frame_id: Count
    capture_ns: Nanoseconds
    encoded_ns: Nanoseconds
    keyframe: bool
    annex_b: bytes


class PictureNote(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Id and times of one encoded picture, in the order of `/camera/<name>`; topic `/picture`."""

    camera: Identifier
    frame_id: Count
    capture_ns: Nanoseconds
    encoded_ns: Nanoseconds
    keyframe: bool


class Event(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A puzzle, move, safety or network event; topic `/event`."""

    t_ns: Nanoseconds
    kind: Identifier
    data: dict[str, str | int | float | bool | None]


class Verdict(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the turn ended; topic `/verdict`, the last message."""

    t_ns: Nanoseconds
    solved: bool
    reason: Bilingual
    score: Count
    stars: Annotated[int, Meta(ge=0, le=3)]
    time_s: Seconds
    moves: Count
    referee_version: Identifier


class Closing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the file was closed; metadata record `closing`.

    `interrupted` was recovered after its writer died, `unjudged` was closed without a verdict;
    `lost` counts messages that a full queue refused (each gap is an event `recording_gap`).
    """

    status: Literal["complete", "unjudged", "interrupted"]
    note: str
    messages: Count
    lost: Count
    verdict: Verdict | None


Message = Observation | Action | Input | Picture | Event | Verdict
