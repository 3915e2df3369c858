"""What format 2 adds to an episode, as numpy arrays: setpoints, pictures as sent, and the player's link.

What was absent is NaN in float arrays and -1 in integer arrays, like in `teleop.episodes.arrays`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from robot_bridge.wire.commands import JointTarget, PoseTarget
from teleop.episodes.arrays import Flags, Floats, Integers, floats, integers
from teleop.episodes.format import Command, Network, Sent


@dataclass(frozen=True, slots=True)
class Commands:
    """Setpoints as they left for the bridge (C), in the order of `sequence`, which actions name."""

    t_ns: Integers
    sequence: Integers
    input_sequence: Integers
    source: tuple[str, ...]
    target: tuple[PoseTarget | JointTarget, ...]
    speed_scale: Floats
    deadline_ns: Integers
    move_id: Integers


@dataclass(frozen=True, slots=True)
class SentPictures:
    """One camera's pictures as the player was sent them (S); sizes in pixels, `bytes` of the picture."""

    camera: str
    t_ns: Integers
    frame_id: Integers
    capture_ns: Integers
    encode_begun_ns: Integers
    encoded_ns: Integers
    width: Integers
    height: Integers
    bytes: Integers
    keyframe: Flags
    codec: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Networks:
    """The player's link, about twice a second (L).

    `offset_ns` counts only where `offset_error_ns` is not -1.
    """

    t_ns: Integers
    offset_ns: Integers
    offset_error_ns: Integers
    drift_ppm: Floats
    round_trip_ns: Integers
    jitter_ns: Integers
    late_ns: Integers
    loss: Floats
    allowed_bit_s: Floats
    sent_bit_s: Floats
    estimated_bit_s: Floats
    blocked: Flags
    quarters: Integers
    every: Integers
    share: Floats


def command_arrays(rows: Sequence[Command]) -> Commands:
    """Setpoints as arrays."""
    return Commands(
        t_ns=integers([row.t_ns for row in rows]),
        sequence=integers([row.sequence for row in rows]),
        input_sequence=integers([row.input_sequence for row in rows]),
        source=tuple(row.source for row in rows),
        target=tuple(row.target for row in rows),
        speed_scale=floats([row.speed_scale for row in rows]),
        deadline_ns=integers([row.deadline_ns for row in rows]),
        move_id=integers([row.move_id for row in rows]),
    )


def sent_arrays(camera: str, rows: Sequence[Sent]) -> SentPictures:
    """One camera's pictures as sent; rows of other cameras are left out."""
    mine = [row for row in rows if row.camera == camera]
    return SentPictures(
        camera=camera,
        t_ns=integers([row.t_ns for row in mine]),
        frame_id=integers([row.frame_id for row in mine]),
        capture_ns=integers([row.capture_ns for row in mine]),
        encode_begun_ns=integers([row.encode_begun_ns for row in mine]),
        encoded_ns=integers([row.encoded_ns for row in mine]),
        width=integers([row.width for row in mine]),
        height=integers([row.height for row in mine]),
        bytes=integers([row.bytes for row in mine]),
        keyframe=np.array([row.keyframe for row in mine], dtype=np.bool_),
        codec=tuple(row.codec for row in mine),
    )


def network_arrays(rows: Sequence[Network]) -> Networks:
    """The player's link as arrays."""
    return Networks(
        t_ns=integers([row.t_ns for row in rows]),
        offset_ns=integers([row.offset_ns for row in rows]),
        offset_error_ns=integers([row.offset_error_ns for row in rows]),
        drift_ppm=floats([row.drift_ppm for row in rows]),
        round_trip_ns=integers([row.round_trip_ns for row in rows]),
        jitter_ns=integers([row.jitter_ns for row in rows]),
        late_ns=integers([row.late_ns for row in rows]),
        loss=floats([row.loss for row in rows]),
        allowed_bit_s=floats([row.allowed_bit_s for row in rows]),
        sent_bit_s=floats([row.sent_bit_s for row in rows]),
        estimated_bit_s=floats([row.estimated_bit_s for row in rows]),
        blocked=np.array([row.blocked for row in rows], dtype=np.bool_),
        quarters=integers([row.quarters for row in rows]),
        every=integers([row.every for row in rows]),
        share=floats([row.share for row in rows]),
    )
