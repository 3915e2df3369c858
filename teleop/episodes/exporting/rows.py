"""One episode as rows at a fixed rate: what was measured, asked, done and seen at each moment. Pure."""

import hashlib

import numpy as np
import numpy.typing as npt

from teleop.episodes.arrays import Integers, Pictures
from teleop.episodes.loading import Episode
from teleop.episodes.resampling import NANOSECONDS, Rows, newest_at_or_before, resample

Columns = dict[str, npt.NDArray[np.generic]]
STATE, ACTION = "state", "action"
_UID_BITS = 52


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


def aligned(episode: Episode, pictures: dict[str, Pictures], fps: int) -> Rows:
    """Rows of an episode, up to its last observation; raises NoRows.

    Streams are `state`, `action` and the camera names, the latter as indices into `pictures`.
    """
    streams = {STATE: episode.observations.t_ns, ACTION: episode.actions.t_ns}
    streams |= {camera: shown.capture_ns for camera, shown in pictures.items()}
    end_ns = int(episode.observations.t_ns[-1]) if len(episode.observations.t_ns) else 0
    return resample(streams, end_ns, fps)


def columns(episode: Episode, pictures: dict[str, Pictures], rows: Rows, fps: int) -> Columns:
    """Every column that the episode itself decides, R rows each; see docs/episode_format.md."""
    seen, done = episode.observations, episode.actions
    state, action = rows.newest[STATE], rows.newest[ACTION]
    asked = done.requested_rad[action]
    valid = np.asarray(~np.isnan(asked).any(axis=1), dtype=np.bool_).reshape(-1)
    applied = done.applied_rad[action]
    last = np.zeros(len(rows.t_ns), dtype=np.bool_)
    last[-1] = True
    solved = episode.verdict is not None and episode.verdict.solved
    number = np.arange(len(rows.t_ns), dtype=np.int64)
    playing = np.array([mode == "play" for mode in seen.mode], dtype=np.bool_)
    found: Columns = {
        "observation.state": seen.positions_rad[state].astype(np.float32),
        "action": applied.astype(np.float32),
        "requested_action": np.where(valid[:, None], asked, applied).astype(np.float32),
        "requested_valid": valid,
        "joint_velocity": seen.velocities_rad_s[state].astype(np.float32),
        "joint_load": seen.loads[state].astype(np.float32),
        "end_effector_pose": seen.end_effector[state].astype(np.float32),
        "playing": playing[state],
        "state_time": _since_start(episode, seen.t_ns[state]),
        "next.done": last,
        "next.success": last & solved,
        "episode_uid": np.full(len(number), episode_uid(episode.header.episode_id), dtype=np.int64),
        "timestamp": (number / fps).astype(np.float32),
        "frame_index": number,
    }
    for camera, shown in pictures.items():
        found[f"capture_time.{camera}"] = _since_start(episode, shown.capture_ns[rows.newest[camera]])
        found[f"frame_id.{camera}"] = shown.frame_id[rows.newest[camera]]
    return found | _what_the_player_saw(episode, rows)


def _what_the_player_saw(episode: Episode, rows: Rows) -> Columns:
    inputs = episode.inputs
    newest = newest_at_or_before(inputs.t_ns, rows.t_ns)
    numbers = {camera.camera: at for at, camera in enumerate(episode.header.cameras)}
    cameras = np.array([numbers.get(name or "", -1) for name in inputs.seen_camera], dtype=np.int64)
    return {
        "seen_camera": _or_minus_one(cameras, newest),
        "seen_frame_id": _or_minus_one(inputs.seen_frame_id, newest),
        "seen_error_frames": _or_minus_one(inputs.seen_error_frames, newest),
        "seen_error_ns": _or_minus_one(inputs.seen_error_ns, newest),
    }


def _or_minus_one(values: Integers, index: Integers) -> Integers:
    out = np.full(len(index), -1, dtype=np.int64)
    out[index >= 0] = values[index[index >= 0]]
    return out


def _since_start(episode: Episode, t_ns: Integers) -> npt.NDArray[np.float64]:
    return (t_ns - episode.header.started_ns) / NANOSECONDS
