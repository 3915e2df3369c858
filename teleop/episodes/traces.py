"""What format 2 adds to an episode, as numpy arrays: setpoints, pictures as sent, and the player's link.

What was absent is NaN in float arrays and -1 in integer arrays, like in `teleop.episodes.arrays`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from robot_bridge.wire.commands import JointTarget, PoseTarget
from teleop.episodes.arrays import Flags, Floats, Integers
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
        t_ns=_integers([row.t_ns for row in rows]),
        sequence=_integers([row.sequence for row in rows]),
        input_sequence=_integers([row.input_sequence for row in rows]),
        source=tuple(row.source for row in rows),
        target=tuple(row.target for row in rows),
        speed_scale=_floats([row.speed_scale for row in rows]),
        deadline_ns=_integers([row.deadline_ns for row in rows]),
        move_id=_integers([row.move_id for row in rows]),
    )


def sent_arrays(camera: str, rows: Sequence[Sent]) -> SentPictures:
    """One camera's pictures as sent; rows of other cameras are left out."""
    mine = [row for row in rows if row.camera == camera]
    return SentPictures(
        camera=camera,
        t_ns=_integers([row.t_ns for row in mine]),
        frame_id=_integers([row.frame_id for row in mine]),
        capture_ns=_integers([row.capture_ns for row in mine]),
        encode_begun_ns=_integers([row.encode_begun_ns for row in mine]),
        encoded_ns=_integers([row.encoded_ns for row in mine]),
        width=_integers([row.width for row in mine]),
        height=_integers([row.height for row in mine]),
        bytes=_integers([row.bytes for row in mine]),
        keyframe=np.array([row.keyframe for row in mine], dtype=np.bool_),
        codec=tuple(row.codec for row in mine),
    )


def network_arrays(rows: Sequence[Network]) -> Networks:
    """The player's link as arrays."""
    return Networks(
        t_ns=_integers([row.t_ns for row in rows]),
        offset_ns=_integers([row.offset_ns for row in rows]),
        offset_error_ns=_integers([row.offset_error_ns for row in rows]),
        drift_ppm=_floats([row.drift_ppm for row in rows]),
        round_trip_ns=_integers([row.round_trip_ns for row in rows]),
        jitter_ns=_integers([row.jitter_ns for row in rows]),
        late_ns=_integers([row.late_ns for row in rows]),
        loss=_floats([row.loss for row in rows]),
        allowed_bit_s=_floats([row.allowed_bit_s for row in rows]),
        sent_bit_s=_floats([row.sent_bit_s for row in rows]),
        estimated_bit_s=_floats([row.estimated_bit_s for row in rows]),
        blocked=np.array([row.blocked for row in rows], dtype=np.bool_),
        quarters=_integers([row.quarters for row in rows]),
        every=_integers([row.every for row in rows]),
        share=_floats([row.share for row in rows]),
    )


def _integers(values: Sequence[int | None]) -> Integers:
    return np.array([-1 if value is None else value for value in values], dtype=np.int64)


def _floats(values: Sequence[float | None]) -> Floats:
    return np.array([float("nan") if value is None else value for value in values], dtype=np.float64)
