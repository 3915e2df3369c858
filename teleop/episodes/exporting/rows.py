"""One episode as rows at a fixed rate: what was measured, asked, done and seen at each moment. Pure."""

import hashlib
from collections.abc import Sequence
from dataclasses import fields, replace
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from teleop.episodes.arrays import POSE_FIELDS, Actions, Floats, Inputs, Integers, Observations, Pictures
from teleop.episodes.exporting.circumstances import (
    Columns,
    what_the_link_was_like,
    what_the_player_did,
    what_the_player_saw,
    what_was_let_pass,
)
from teleop.episodes.loading import Episode
from teleop.episodes.resampling import NANOSECONDS, Rows, interpolated, newest_at_or_before, resample

_Stream = TypeVar("_Stream", Observations, Actions, Inputs)
__all__ = ["Columns"]
STATE, ACTION = "state", "action"
_UID_BITS = 52
_TURNS = [POSE_FIELDS.index("pitch_rad"), POSE_FIELDS.index("roll_rad")]


def episode_uid(episode_id: str) -> int:
    """A number below 2**52 that stands for the episode in every row, whatever happens to its index."""
    digest = hashlib.sha256(episode_id.encode()).digest()
    return int.from_bytes(digest[:8], "big") >> (64 - _UID_BITS)


def decodable(pictures: Pictures) -> Pictures:
    """The pictures from the first key frame on; none when there is no key frame."""
    found = np.flatnonzero(pictures.keyframe)
    first = int(found[0]) if len(found) else len(pictures.keyframe)
    return Pictures(
        camera=pictures.camera,
        frame_id=pictures.frame_id[first:],
        capture_ns=pictures.capture_ns[first:],
        encoded_ns=pictures.encoded_ns[first:],
        keyframe=pictures.keyframe[first:],
        annex_b=pictures.annex_b[first:],
        encode_begun_ns=pictures.encode_begun_ns[first:],
    )


def in_time_order(episode: Episode) -> Episode:
    """The episode with its observations, actions and inputs by time, not as they may have arrived."""
    return replace(
        episode,
        observations=_ordered(episode.observations),
        actions=_ordered(episode.actions),
        inputs=_ordered(episode.inputs),
    )


def _ordered(stream: _Stream) -> _Stream:
    order = np.argsort(stream.t_ns, kind="stable")
    if (np.diff(order) == 1).all():
        return stream
    moved = {field.name: getattr(stream, field.name) for field in fields(stream)}
    for name, values in moved.items():
        is_array = isinstance(values, np.ndarray)
        moved[name] = values[order] if is_array else tuple(values[at] for at in order.tolist())
    return replace(stream, **moved)


def aligned(episode: Episode, pictures: dict[str, Pictures], fps: int) -> Rows:
    """Rows of an episode whose streams are in the order of time, up to its last observation; raises NoRows.

    A row tells of the moment at which its pictures were taken: of two cameras, of the middle between the two.
    Streams are `state`, `action` and the camera names, the latter as indices into `pictures`.
    """
    seen, done = episode.observations, episode.actions
    acting_ns = in_force_ns(done)
    base = {STATE: seen.t_ns, ACTION: acting_ns}
    begin_ns = max((int(times_ns[0]) for times_ns in base.values() if len(times_ns)), default=0)
    first = {name: int(np.searchsorted(shown.capture_ns, begin_ns)) for name, shown in pictures.items()}
    taken = {name: shown.capture_ns[first[name] :] for name, shown in pictures.items()}
    end_ns = int(seen.t_ns[-1]) if len(seen.t_ns) else 0
    rows = resample(base | taken, end_ns, fps)
    newest = {name: rows.newest[name] + first[name] for name in pictures}
    captured = [shown.capture_ns[newest[name]] for name, shown in pictures.items()]
    moment_ns = _middle(captured) if captured else rows.t_ns
    told = {name: newest_at_or_before(times_ns, moment_ns) for name, times_ns in base.items()}
    return Rows(rows.t_ns, moment_ns, told | newest)


def in_force_ns(done: Actions) -> Integers:
    """When each action (M) went to the servos, or was decided where that is not known; does not fall."""
    return np.maximum.accumulate(np.where(done.applied_ns >= 0, done.applied_ns, done.t_ns))


def sampled_ns(seen: Observations) -> Integers:
    """When each joint of each observation (N, J) was measured; does not fall."""
    return np.maximum.accumulate(seen.t_ns[:, None] - seen.sample_age_ns, axis=0)


def columns(episode: Episode, pictures: dict[str, Pictures], rows: Rows, fps: int) -> Columns:
    """Every column that the episode itself decides, R rows each; see docs/episode_format.md."""
    done = episode.actions
    state, action = rows.newest[STATE], rows.newest[ACTION]
    asked = done.requested_rad[action]
    valid = np.asarray(~np.isnan(asked).any(axis=1), dtype=np.bool_).reshape(-1)
    applied = done.applied_rad[action]
    last = np.zeros(len(rows.t_ns), dtype=np.bool_)
    last[-1] = True
    solved = episode.verdict is not None and episode.verdict.solved
    number = np.arange(len(rows.t_ns), dtype=np.int64)
    playing = np.array([mode == "play" for mode in episode.observations.mode], dtype=np.bool_)
    found: Columns = measured(episode.observations, rows.moment_ns) | {
        "action": applied.astype(np.float32),
        "requested_action": np.where(valid[:, None], asked, applied).astype(np.float32),
        "requested_valid": valid,
        "playing": playing[state],
        "state_time": _since_start(episode, rows.moment_ns),
        "applied_time": _since_start(episode, in_force_ns(done)[action]),
        "next.done": last,
        "next.success": last & solved,
        "episode_uid": np.full(len(number), episode_uid(episode.header.episode_id), dtype=np.int64),
        "timestamp": (number / fps).astype(np.float32),
        "frame_index": number,
    }
    for camera, shown in pictures.items():
        captured_ns = shown.capture_ns[rows.newest[camera]]
        found[f"capture_time.{camera}"] = _since_start(episode, captured_ns)
        found[f"frame_id.{camera}"] = shown.frame_id[rows.newest[camera]]
        if len(pictures) > 1:
            found |= _at_capture(episode, camera, captured_ns)
    found |= what_was_let_pass(episode, action) | what_the_player_saw(episode, rows.moment_ns)
    return (
        found | what_the_player_did(episode, rows.moment_ns) | what_the_link_was_like(episode, rows.moment_ns)
    )


def _at_capture(episode: Episode, camera: str, captured_ns: Integers) -> Columns:
    """The joints measured and in force when each of one camera's pictures was taken."""
    done = episode.actions
    held = newest_at_or_before(in_force_ns(done), captured_ns)
    seen = joints_at(episode.observations, episode.observations.positions_rad[:, :, None], captured_ns)
    return {
        f"state_at.{camera}": seen[:, :, 0].astype(np.float32),
        f"applied_at.{camera}": done.applied_rad[held].astype(np.float32),
    }


def joints_at(seen: Observations, values: Floats, at_ns: Integers) -> Floats:
    """Values of each joint (N, J, V) at these moments, on straight lines between its samples' true times."""
    sampled = sampled_ns(seen)
    joints = [interpolated(sampled[:, joint], values[:, joint], at_ns) for joint in range(values.shape[1])]
    return np.stack(joints, axis=1)


def measured(seen: Observations, at_ns: Integers) -> Columns:
    """The measured arm at these moments, on straight lines between the samples' true times."""
    sampled = sampled_ns(seen)
    values = np.stack([seen.positions_rad, seen.velocities_rad_s, seen.loads], axis=2)
    position, velocity, load = joints_at(seen, values, at_ns).astype(np.float32).transpose(2, 0, 1)
    pose = seen.end_effector.copy()
    pose[:, _TURNS] = np.unwrap(pose[:, _TURNS], axis=0)
    poses = interpolated(sampled.mean(axis=1).astype(np.int64), pose, at_ns)
    poses[:, _TURNS] = (poses[:, _TURNS] + np.pi) % (2 * np.pi) - np.pi
    return {
        "observation.state": position,
        "joint_velocity": velocity,
        "joint_load": load,
        "end_effector_pose": poses.astype(np.float32),
    }


def _middle(captured: Sequence[Integers]) -> Integers:
    earliest, latest = np.min(captured, axis=0), np.max(captured, axis=0)
    return np.asarray(earliest + (latest - earliest) // 2, dtype=np.int64)


def _since_start(episode: Episode, t_ns: Integers) -> npt.NDArray[np.float64]:
    return (t_ns - episode.header.started_ns) / NANOSECONDS
