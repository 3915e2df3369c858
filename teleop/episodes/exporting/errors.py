"""What putting an episode on rows costs: how old its pictures are, how far held values are off. Pure."""

import numpy as np

from teleop.episodes.arrays import Floats, Integers
from teleop.episodes.exporting.rows import ACTION, STATE
from teleop.episodes.loading import Episode
from teleop.episodes.resampling import NANOSECONDS, Rows


def resampling_error(episode: Episode, capture_ns: dict[str, Integers], rows: Rows) -> dict[str, float]:
    """Maximum and 95th percentile over rows, by name.

    `picture_age` is row time minus capture, in s, of each camera; `held_error` is the greatest difference of
    any joint, in rad, between the value that a row holds and the straight line between the samples around it.
    """
    found: dict[str, float] = {}
    for camera, captured in capture_ns.items():
        ages = (rows.t_ns - captured[rows.newest[camera]]) / NANOSECONDS
        found |= _worst(f"picture_age_{{}}_s/{camera}", ages)
    seen, done = episode.observations, episode.actions
    state = held_error(seen.t_ns, seen.positions_rad, rows.t_ns, rows.newest[STATE])
    action = held_error(done.t_ns, done.applied_rad, rows.t_ns, rows.newest[ACTION])
    return found | _worst("held_error_{}_rad/state", state) | _worst("held_error_{}_rad/action", action)


def held_error(times_ns: Integers, values: Floats, at_ns: Integers, held: Integers) -> Floats:
    """For each row the greatest difference over columns; 0 behind the last sample, where no line is known."""
    after = np.minimum(held + 1, len(times_ns) - 1)
    gap_ns = np.maximum(times_ns[after] - times_ns[held], 1)
    part = np.where(after > held, (at_ns - times_ns[held]) / gap_ns, 0.0)
    differences = np.abs(values[after] - values[held]).max(axis=1)
    return np.asarray(differences * part, dtype=np.float64)


def _worst(name: str, values: Floats) -> dict[str, float]:
    return {
        name.format("max"): float(values.max()),
        name.format("p95"): float(np.quantile(values, 0.95)),
    }
