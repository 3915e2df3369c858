"""Under what circumstances a row came about: limits, source, the player's device, picture and link. Pure."""

from typing import get_args

import numpy as np
import numpy.typing as npt

from robot_bridge.wire.state import Limit
from teleop.episodes.arrays import Floats, Integers
from teleop.episodes.format import Source
from teleop.episodes.loading import Episode
from teleop.episodes.resampling import newest_at_or_before
from teleop.wire.player_in import InputDevice

Columns = dict[str, npt.NDArray[np.generic]]
LIMITS: tuple[str, ...] = get_args(Limit)
SOURCES: tuple[str, ...] = get_args(Source)
DEVICES: tuple[str, ...] = get_args(InputDevice)
NANOSECONDS_A_MICROSECOND = 1000


def what_was_let_pass(episode: Episode, action: Integers) -> Columns:
    """Of the action (R) in force: where the limits let it lead, which of them acted, who it came from."""
    done = episode.actions
    limited = done.limited_rad[action]
    known = np.asarray(~np.isnan(limited).any(axis=1), dtype=np.bool_).reshape(-1)
    acting = np.array([[limit in acted for limit in LIMITS] for acted in done.limits], dtype=np.bool_)
    sources = np.array([SOURCES.index(source) for source in done.source], dtype=np.int64)
    return {
        "limited_action": np.where(known[:, None], limited, done.applied_rad[action]).astype(np.float32),
        "limited_valid": known,
        "limits_acting": acting.reshape(-1, len(LIMITS))[action],
        "speed_scale": done.speed_scale[action].astype(np.float32),
        "source": sources[action],
    }


def what_the_player_did(episode: Episode, at_ns: Integers) -> Columns:
    """Of the newest input by each moment (R): device, how it drove, its age by the page's clock."""
    inputs = episode.inputs
    newest = newest_at_or_before(inputs.t_ns, at_ns)
    devices = np.array([DEVICES.index(device) for device in inputs.device], dtype=np.int64)
    made_ns = inputs.client_us * NANOSECONDS_A_MICROSECOND + inputs.offset_ns
    made = _or_unknown(made_ns, newest)
    return {
        "input_device": _or_unknown(devices, newest),
        "input_stick": _or_unknown(inputs.stick, newest) == 1,
        "hold_to_run": _or_unknown(inputs.hold_to_run, newest) == 1,
        "move_id": _or_unknown(inputs.move_id, newest),
        "input_age_ns": np.where(newest >= 0, at_ns - made, -1),
    }


def what_the_player_saw(episode: Episode, at_ns: Integers) -> Columns:
    """The picture on the player's screen by the newest input before each moment (R), and how old it was."""
    inputs = episode.inputs
    newest = newest_at_or_before(inputs.t_ns, at_ns)
    numbers = {camera.camera: at for at, camera in enumerate(episode.header.cameras)}
    cameras = np.array([numbers.get(name or "", -1) for name in inputs.seen_camera], dtype=np.int64)
    captured = _or_unknown(_seen_capture_ns(episode, cameras), newest)
    return {
        "seen_camera": _or_unknown(cameras, newest),
        "seen_frame_id": _or_unknown(inputs.seen_frame_id, newest),
        "seen_error_frames": _or_unknown(inputs.seen_error_frames, newest),
        "seen_error_ns": _or_unknown(inputs.seen_error_ns, newest),
        "seen_age_ns": np.where(captured >= 0, at_ns - captured, -1),
    }


def what_the_link_was_like(episode: Episode, at_ns: Integers) -> Columns:
    """The player's link as the cell knew it by each moment (R)."""
    link = episode.network
    newest = newest_at_or_before(link.t_ns, at_ns)
    return {
        "network_round_trip_ns": _or_unknown(link.round_trip_ns, newest),
        "network_jitter_ns": _or_unknown(link.jitter_ns, newest),
        "network_late_ns": _or_unknown(link.late_ns, newest),
        "network_loss": _share(link.loss, newest),
        "network_blocked": _or_unknown(link.blocked, newest) == 1,
    }


def _seen_capture_ns(episode: Episode, cameras: Integers) -> Integers:
    """When the picture that each input names was captured; -1 where that is not in the episode."""
    found = np.full(len(cameras), -1, dtype=np.int64)
    for number, camera in enumerate(episode.header.cameras):
        pictures = episode.pictures[camera.camera]
        order = np.argsort(pictures.frame_id, kind="stable")
        ids, mine = pictures.frame_id[order], cameras == number
        wanted = episode.inputs.seen_frame_id[mine]
        place = np.searchsorted(ids, wanted)
        there = np.concatenate([ids, [-1]])[place] == wanted
        captured = np.concatenate([pictures.capture_ns[order], [-1]])[place]
        found[mine] = np.where(there & (wanted >= 0), captured, -1)
    return found


def _or_unknown(values: npt.NDArray[np.generic], index: Integers) -> Integers:
    out = np.full(len(index), -1, dtype=np.int64)
    out[index >= 0] = values[index[index >= 0]]
    return out


def _share(values: Floats, index: Integers) -> npt.NDArray[np.float32]:
    out = np.full(len(index), -1.0, dtype=np.float32)
    out[index >= 0] = np.nan_to_num(values[index[index >= 0]], nan=-1.0)
    return out
