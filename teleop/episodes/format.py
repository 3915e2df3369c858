"""What an episode holds: one typed message per MCAP topic, and the header that proves its origin.

All `t_ns` are the cell's CLOCK_MONOTONIC; UTC is written once, in the header. Fields with a default came with
format 2: files of format 1 lack them, and where a value is its default it is left out of the file.
"""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from robot_bridge.wire.commands import JointTarget, PoseTarget
from robot_bridge.wire.frames import CameraCalibration
from robot_bridge.wire.state import ArmPosture, Cause, Limit, Mode
from robot_bridge.wire.units import Count, Epoch, Fraction, Identifier, Nanoseconds, Seconds
from teleop.wire.hub_to_cell import Consent
from teleop.wire.player_in import InputDevice, Microseconds, PoseVelocity
from teleop.wire.player_out import Bilingual, Slowing

# The frequent messages hold no containers but tuples, so nothing in them can form a cycle: `gc=False` spares
# the collector looking at them all.
FORMAT_VERSION: Literal[3] = 3
READABLE_VERSIONS = (1, 2, 3)
Source = Literal["player", "assist", "operator", "none"]
Ending = Literal[
    "no_show",
    "not_started",
    "preparing_failed",
    "solved",
    "time_up",
    "given_back",
    "player_gone",
    "revoked",
    "not_recorded",
]
Sha256 = Annotated[str, Meta(max_length=64)]
Offset = Annotated[int, Meta(ge=-(2**62), le=2**62)]
BitsPerSecond = Annotated[float, Meta(ge=0.0, le=1e12)]
PartsPerMillion = Annotated[float, Meta(ge=-1e6, le=1e6)]


class Header(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Provenance of an episode, written before its first step.

    `puzzle_sha256` is of the puzzle as it was judged, `scoring_version` of what turned that into points.
    """

    format_version: Literal[1, 2, 3]
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
    puzzle_sha256: Sha256 = ""
    scoring_version: Annotated[str, Meta(max_length=64)] = ""


class Observation(msgspec.Struct, frozen=True, forbid_unknown_fields=True, gc=False):
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


class Action(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, gc=False):
    """One tick of what was asked and what was done; topic `/action`, same `tick` as its observation.

    `t_ns` is when the tick, having read the bus, read its commands. `requested_rad` is the setpoint after
    inverse kinematics, before limits, absent without one; `limited_rad` is where the limits let it lead, and
    `applied_rad`, on the way there, went to the bus at `applied_ns`. `command` names the setpoint in
    `/command`.
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
    command: Epoch | None = None
    limited_rad: tuple[float, ...] | None = None
    applied_ns: Nanoseconds | None = None
    posture: ArmPosture = "held"


class Command(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, gc=False):
    """One setpoint as it left for the bridge at `t_ns`; topic `/command`.

    `input_sequence` is the newest accepted input that it rests on, `move_id` the puzzle move that made it.
    """

    t_ns: Nanoseconds
    sequence: Epoch
    input_sequence: Epoch
    source: Source
    target: PoseTarget | JointTarget
    speed_scale: Fraction
    deadline_ns: Nanoseconds
    move_id: Epoch | None = None


class Input(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, gc=False):
    """One accepted player input with its clocks and the frame the player was seeing; topic `/input`.

    It was made at `client_us`, arrived at `received_ns`, and was judged at `t_ns`. `offset_ns` is cell clock
    minus page clock. The picture on the screen was at most `seen_error_frames` pictures, and `seen_error_ns`
    of capture time, from `seen_frame_id`. It was presented at `seen_displayed_us`, which is
    `seen_displayed_ns` here within `offset_error_ns`. `echo_ns` is the newest arm state that the page had
    shown, `speed_scale` the speed that this input was allowed, and `slowed` says why it was less; `move_id`
    is the puzzle move under way.
    """

    t_ns: Nanoseconds
    sequence: Epoch
    client_us: Count
    offset_ns: int
    offset_error_ns: Nanoseconds
    device: InputDevice
    hold_to_run: bool
    stick: bool
    pose: PoseTarget
    seen_camera: Identifier | None
    seen_frame_id: Count | None
    seen_error_frames: Count | None
    seen_error_ns: Nanoseconds | None = None
    received_ns: Nanoseconds | None = None
    echo_ns: Nanoseconds | None = None
    velocity: PoseVelocity | None = None
    speed_scale: Fraction | None = None
    slowed: tuple[Slowing, ...] = ()
    move_id: Epoch | None = None
    seen_displayed_us: Microseconds | None = None
    seen_displayed_ns: Nanoseconds | None = None


class Picture(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, gc=False):
    """One encoded picture (H.264 Annex B); topic `/camera/<name>` as foxglove.CompressedVideo."""

    camera: Identifier
    frame_id: Count
    capture_ns: Nanoseconds
    encoded_ns: Nanoseconds
    keyframe: bool
    annex_b: bytes
    encode_begun_ns: Nanoseconds | None = None


class PictureNote(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Id and times of one encoded picture, in the order of `/camera/<name>`; topic `/picture`."""

    camera: Identifier
    frame_id: Count
    capture_ns: Nanoseconds
    encoded_ns: Nanoseconds
    keyframe: bool
    encode_begun_ns: Nanoseconds | None = None


class Sent(msgspec.Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """One picture as the player was sent it, its last packet leaving at `t_ns`; topic `/sent`.

    Same capture as the picture of this id in the file, encoded for the player's link: other size, other bits.
    """

    t_ns: Nanoseconds
    camera: Identifier
    frame_id: Count
    capture_ns: Nanoseconds
    encode_begun_ns: Nanoseconds
    encoded_ns: Nanoseconds
    width: Count
    height: Count
    bytes: Count
    keyframe: bool
    codec: Literal["h264", "vp8"]


class Network(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The player's link as the cell saw it, about twice a second; topic `/network`. None is not known.

    `loss` is the share of picture packets lost before repair, `late_ns` how long the link's queue holds a
    packet back, `drift_ppm` how much faster the cell's clock runs than the page's. Pictures then had
    `quarters`/4 of the camera's sides, each `every`-th one was sent, with `share` of the full bit rate;
    `blocked`: none at all.
    """

    t_ns: Nanoseconds
    offset_ns: Offset | None
    offset_error_ns: Nanoseconds | None
    drift_ppm: PartsPerMillion | None
    round_trip_ns: Nanoseconds | None
    jitter_ns: Nanoseconds | None
    late_ns: Nanoseconds | None
    loss: Fraction | None
    allowed_bit_s: BitsPerSecond | None
    sent_bit_s: BitsPerSecond | None
    estimated_bit_s: BitsPerSecond | None
    blocked: bool
    quarters: Annotated[int, Meta(ge=1, le=4)]
    every: Annotated[int, Meta(ge=1, le=100)]
    share: Fraction


class Event(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A puzzle, move, safety or network event; topic `/event`."""

    t_ns: Nanoseconds
    kind: Identifier
    data: dict[str, str | int | float | bool | None]


class SeenPiece(msgspec.Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """Where one picture showed a piece's centre, in the arm's base frame.

    `reprojection_px` is how far from it the corners of its tag lay.
    """

    piece: Identifier
    x_m: float
    y_m: float
    z_m: float
    yaw_rad: float
    reprojection_px: float


class Sighting(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the referee saw in one picture and judged at `t_ns`, at most ten a second; topic `/sighting`.

    A piece that is absent was hidden.
    """

    t_ns: Nanoseconds
    camera: Identifier
    frame_id: Count
    capture_ns: Nanoseconds
    pieces: tuple[SeenPiece, ...]


class Verdict(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """How the turn ended; topic `/verdict`, the last message. Its rules stand here and in the header."""

    t_ns: Nanoseconds
    solved: bool
    reason: Bilingual
    score: Count
    stars: Annotated[int, Meta(ge=0, le=3)]
    time_s: Seconds
    moves: Count
    referee_version: Identifier
    ending: Ending | Literal[""] = ""


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


Message = Observation | Action | Command | Input | Picture | Sent | Network | Event | Sighting | Verdict
JOINTS_TOPIC, GOALS_TOPIC = "/joints", "/goals"
"""The joints of observations and the applied ones of actions once more, as foxglove.JointStates."""
JSON_TOPICS: dict[str, type[msgspec.Struct]] = {
    "/header": Header,
    "/observation": Observation,
    "/action": Action,
    "/command": Command,
    "/input": Input,
    "/picture": PictureNote,
    "/sent": Sent,
    "/network": Network,
    "/event": Event,
    "/sighting": Sighting,
    "/verdict": Verdict,
}


def note_of(picture: Picture) -> PictureNote:
    """What `/picture` says of a picture."""
    return PictureNote(
        picture.camera,
        picture.frame_id,
        picture.capture_ns,
        picture.encoded_ns,
        picture.keyframe,
        picture.encode_begun_ns,
    )
