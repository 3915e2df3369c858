"""An episode's messages as numpy arrays: one row per message, in the order of their time.

N, M, K, P count observations, actions, inputs and pictures; J counts joints, the gripper last.
A pose is six numbers: x, y, z in m, pitch, roll in rad, gripper 0 (shut) to 1 (open).
What was absent is NaN in float arrays and -1 in integer arrays.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from robot_bridge.wire.commands import PoseTarget
from teleop.episodes.format import Action, Input, Observation, PictureNote

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
POSE_FIELDS = ("x_m", "y_m", "z_m", "pitch_rad", "roll_rad", "gripper")
_NO_POSE = (float("nan"),) * len(POSE_FIELDS)


@dataclass(frozen=True, slots=True)
class Observations:
    """Measured arm: t_ns, tick (N); positions, velocities, loads and so on (N, J); end_effector (N, 6)."""

    t_ns: Integers
    tick: Integers
    mode: tuple[str, ...]
    cause: tuple[str, ...]
    positions_rad: Floats
    velocities_rad_s: Floats
    loads: Floats
    temperatures_c: Floats
    voltages_v: Floats
    sample_age_ns: Integers
    end_effector: Floats


@dataclass(frozen=True, slots=True)
class Actions:
    """Asked and done: t_ns, tick, sequence, speed_scale, command, applied_ns (M); requested pose (M, 6).

    `requested_rad`, `limited_rad` and `applied_rad` are joints (M, J). `command` is a number in `/command`.
    """

    t_ns: Integers
    tick: Integers
    sequence: Integers
    source: tuple[str, ...]
    requested: Floats
    requested_rad: Floats
    applied_rad: Floats
    limits: tuple[tuple[str, ...], ...]
    speed_scale: Floats
    command: Integers
    limited_rad: Floats
    applied_ns: Integers
    posture: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Inputs:
    """Player inputs: all (K) but pose (K, 6); `offset_ns` is cell clock minus page clock.

    `received_ns`, `echo_ns`, `move_id` and `seen_displayed_ns` are -1, `speed_scale` is NaN where unknown.
    """

    t_ns: Integers
    sequence: Integers
    client_us: Integers
    offset_ns: Integers
    offset_error_ns: Integers
    device: tuple[str, ...]
    hold_to_run: Flags
    stick: Flags
    pose: Floats
    seen_camera: tuple[str | None, ...]
    seen_frame_id: Integers
    seen_error_frames: Integers
    seen_error_ns: Integers
    received_ns: Integers
    echo_ns: Integers
    speed_scale: Floats
    slowed: tuple[tuple[str, ...], ...]
    move_id: Integers
    seen_displayed_ns: Integers


@dataclass(frozen=True, slots=True)
class Pictures:
    """One camera's encoded pictures (P), H.264 Annex B, in the order of their capture.

    `encode_begun_ns` is -1 where it is unknown.
    """

    camera: str
    frame_id: Integers
    capture_ns: Integers
    encoded_ns: Integers
    keyframe: Flags
    annex_b: tuple[bytes, ...]
    encode_begun_ns: Integers


def observation_arrays(rows: Sequence[Observation], joints: int) -> Observations:
    """Observations as arrays; raises ValueError when a row has another number of joints."""
    return Observations(
        t_ns=integers([row.t_ns for row in rows]),
        tick=integers([row.tick for row in rows]),
        mode=tuple(row.mode for row in rows),
        cause=tuple(row.cause for row in rows),
        positions_rad=_matrix([row.positions_rad for row in rows], joints),
        velocities_rad_s=_matrix([row.velocities_rad_s for row in rows], joints),
        loads=_matrix([row.loads for row in rows], joints),
        temperatures_c=_matrix([row.temperatures_c for row in rows], joints),
        voltages_v=_matrix([row.voltages_v for row in rows], joints),
        sample_age_ns=_matrix([row.sample_age_ns for row in rows], joints).astype(np.int64),
        end_effector=_matrix([_pose(row.end_effector) for row in rows], len(POSE_FIELDS)),
    )


def action_arrays(rows: Sequence[Action], joints: int) -> Actions:
    """Actions as arrays; raises ValueError when a row has another number of joints."""
    nothing = (float("nan"),) * joints
    return Actions(
        t_ns=integers([row.t_ns for row in rows]),
        tick=integers([row.tick for row in rows]),
        sequence=integers([row.sequence for row in rows]),
        source=tuple(row.source for row in rows),
        requested=_matrix([_pose(row.requested) for row in rows], len(POSE_FIELDS)),
        requested_rad=_matrix(
            [nothing if row.requested_rad is None else row.requested_rad for row in rows], joints
        ),
        applied_rad=_matrix([row.applied_rad for row in rows], joints),
        limits=tuple(row.limits for row in rows),
        speed_scale=floats([row.speed_scale for row in rows]),
        command=integers([row.command for row in rows]),
        limited_rad=_matrix(
            [nothing if row.limited_rad is None else row.limited_rad for row in rows], joints
        ),
        applied_ns=integers([row.applied_ns for row in rows]),
        posture=tuple(row.posture for row in rows),
    )


def input_arrays(rows: Sequence[Input]) -> Inputs:
    """Inputs as arrays."""
    return Inputs(
        t_ns=integers([row.t_ns for row in rows]),
        sequence=integers([row.sequence for row in rows]),
        client_us=integers([row.client_us for row in rows]),
        offset_ns=integers([row.offset_ns for row in rows]),
        offset_error_ns=integers([row.offset_error_ns for row in rows]),
        device=tuple(row.device for row in rows),
        hold_to_run=np.array([row.hold_to_run for row in rows], dtype=np.bool_),
        stick=np.array([row.stick for row in rows], dtype=np.bool_),
        pose=_matrix([_pose(row.pose) for row in rows], len(POSE_FIELDS)),
        seen_camera=tuple(row.seen_camera for row in rows),
        seen_frame_id=integers([row.seen_frame_id for row in rows]),
        seen_error_frames=integers([row.seen_error_frames for row in rows]),
        seen_error_ns=integers([row.seen_error_ns for row in rows]),
        received_ns=integers([row.received_ns for row in rows]),
        echo_ns=integers([row.echo_ns for row in rows]),
        speed_scale=floats([row.speed_scale for row in rows]),
        slowed=tuple(row.slowed for row in rows),
        move_id=integers([row.move_id for row in rows]),
        seen_displayed_ns=integers([row.seen_displayed_ns for row in rows]),
    )


def picture_arrays(camera: str, notes: Sequence[PictureNote], annex_b: Sequence[bytes]) -> Pictures:
    """One camera's pictures; raises ValueError when notes and pictures do not pair up."""
    if annex_b and len(notes) != len(annex_b):
        raise ValueError(f"camera {camera} has {len(annex_b)} pictures but {len(notes)} notes")
    return Pictures(
        camera=camera,
        frame_id=integers([note.frame_id for note in notes]),
        capture_ns=integers([note.capture_ns for note in notes]),
        encoded_ns=integers([note.encoded_ns for note in notes]),
        keyframe=np.array([note.keyframe for note in notes], dtype=np.bool_),
        annex_b=tuple(annex_b),
        encode_begun_ns=integers([note.encode_begun_ns for note in notes]),
    )


def integers(values: Sequence[int | None]) -> Integers:
    """Whole numbers in their order, -1 where one is absent."""
    return np.array([-1 if value is None else value for value in values], dtype=np.int64)


def floats(values: Sequence[float | None]) -> Floats:
    """Numbers in their order, NaN where one is absent."""
    return np.array([float("nan") if value is None else value for value in values], dtype=np.float64)


def _matrix(rows: Sequence[Sequence[float]], columns: int) -> Floats:
    if any(len(row) != columns for row in rows):
        raise ValueError(f"a row has another number of values than {columns}")
    return np.array(rows, dtype=np.float64).reshape(len(rows), columns)


def _pose(pose: PoseTarget | None) -> tuple[float, ...]:
    if pose is None:
        return _NO_POSE
    return (pose.x_m, pose.y_m, pose.z_m, pose.pitch_rad, pose.roll_rad, pose.gripper)
