"""An episode as the plots of its page: every array on one time axis."""

import math
from pathlib import Path

import numpy as np

from teleop.episodes.arrays import Floats, Integers
from teleop.episodes.format import Event
from teleop.episodes.loading import Episode, open_episode
from teleop.episodes.resampling import newest_at_or_before
from teleop.wire.browser_out import Series, SeriesEvent

MAX_POINTS = 2000


def series(path: Path, max_points: int = MAX_POINTS) -> Series:
    """Plots of an episode, thinned to at most `max_points` rows; raises EpisodeUnreadable.

    Times are seconds since the header's start. Each row shows what held at its observation's time:
    the newest action at or before it, NaN-free (`requested_rad` has None where nothing was asked).
    """
    episode = open_episode(path, pictures=False)
    seen = episode.observations
    step = max(1, math.ceil(len(seen.t_ns) / max(1, max_points)))
    rows = np.arange(0, len(seen.t_ns), step)
    acting = newest_at_or_before(episode.actions.t_ns, seen.t_ns[rows])
    return Series(
        joint_names=episode.header.joint_names,
        t_s=tuple(((seen.t_ns[rows] - episode.header.started_ns) / 1e9).tolist()),
        positions_rad=_columns(seen.positions_rad[rows]),
        requested_rad=tuple(
            tuple(None if math.isnan(value) else value for value in column)
            for column in _columns(_picked(episode.actions.requested_rad, acting))
        ),
        applied_rad=_columns(_filled(_picked(episode.actions.applied_rad, acting), seen.positions_rad[rows])),
        loads=_columns(seen.loads[rows]),
        modes=tuple(seen.mode[row] for row in rows),
        events=tuple(_event(episode, event) for event in episode.events),
    )


def _picked(values: Floats, index: Integers) -> Floats:
    out = np.full((len(index), values.shape[1]), np.nan)
    out[index >= 0] = values[index[index >= 0]]
    return out


def _filled(values: Floats, instead: Floats) -> Floats:
    return np.where(np.isnan(values), instead, values)


def _columns(values: Floats) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(column) for column in values.T.round(6).tolist())


def _event(episode: Episode, event: Event) -> SeriesEvent:
    text = ", ".join(f"{name} {value}" for name, value in event.data.items())
    return SeriesEvent((event.t_ns - episode.header.started_ns) / 1e9, event.kind, text)
