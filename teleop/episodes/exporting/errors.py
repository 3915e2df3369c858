"""What putting an episode on rows costs: how old its pictures are, how far its values are off. Pure."""

import numpy as np

from teleop.episodes.arrays import Floats, Integers
from teleop.episodes.exporting.rows import ACTION, in_force_ns, sampled_ns
from teleop.episodes.loading import Episode
from teleop.episodes.resampling import NANOSECONDS, Rows, newest_at_or_before


def resampling_error(episode: Episode, capture_ns: dict[str, Integers], rows: Rows) -> dict[str, float]:
    """Maximum and 95th percentile over rows, by name.

    Of each camera, in s: `picture_age` is row time minus capture, `picture_offset` lies between the capture
    and the moment of which the row tells. `sample_distance` is how far, in s, that moment is from the nearest
    sample of any joint. `held_error` is the greatest difference of any joint, in rad, between the action in
    force and the straight line between the actions around the moment.
    """
    found: dict[str, float] = {}
    for camera, captured in capture_ns.items():
        shown_ns = captured[rows.newest[camera]]
        found |= _worst(f"picture_age_{{}}_s/{camera}", (rows.t_ns - shown_ns) / NANOSECONDS)
        offsets = np.abs(rows.moment_ns - shown_ns) / NANOSECONDS
        found |= _worst(f"picture_offset_{{}}_s/{camera}", offsets)
    far = sample_distance(sampled_ns(episode.observations), rows.moment_ns) / NANOSECONDS
    done = episode.actions
    held = held_error(in_force_ns(done), done.applied_rad, rows.moment_ns, rows.newest[ACTION])
    return found | _worst("sample_distance_{}_s/state", far) | _worst("held_error_{}_rad/action", held)


def sample_distance(times_ns: Integers, at_ns: Integers) -> Floats:
    """Each moment's (R) time to the nearest of the samples (N, J, not falling) of the farthest joint."""
    found = np.zeros(len(at_ns))
    for column in times_ns.T:
        before = np.clip(newest_at_or_before(column, at_ns), 0, None)
        after = np.minimum(before + 1, len(column) - 1)
        nearest = np.minimum(np.abs(at_ns - column[before]), np.abs(at_ns - column[after]))
        found = np.maximum(found, nearest)
    return found


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
