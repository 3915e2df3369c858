"""The filtering stage's look at one episode: how smooth, direct, bounded, and how well known. Pure.

Smoothness is taken in windows of one length and summed up by the median, since measures of a whole turn
mostly tell how long it was.
"""

from collections.abc import Iterator

import numpy as np

from teleop.curation.recipe import Filtering
from teleop.curation.records import Measured, rounded
from teleop.episodes.arrays import Floats
from teleop.episodes.loading import Episode
from teleop.episodes.resampling import NANOSECONDS, newest_at_or_before

FULL_LOAD = 0.95
MOVES_M_S = 0.005
ENOUGH_TICKS = 20
_CUTOFF_HZ, _AMPLITUDE, _PADDING = 10.0, 0.05, 4


def measure(episode: Episode, how: Filtering) -> Measured:
    """All measures of an episode, and samples of what was done in which state."""
    values = _verdict(episode) | _limits(episode) | _clocks(episode) | _video(episode)
    if min(len(episode.observations.t_ns), len(episode.actions.t_ns)) < ENOUGH_TICKS:
        return Measured(_tidy(values), (), ())
    values |= smoothness(tool_path(episode, how.rate_hz), how)
    values["path_efficiency"] = efficiency(episode)
    states, actions = samples(episode, how)
    return Measured(_tidy(values), states, actions)


def _tidy(values: dict[str, float]) -> dict[str, float]:
    return {name: rounded(value) for name, value in sorted(values.items())}


def _verdict(episode: Episode) -> dict[str, float]:
    t_ns = episode.observations.t_ns
    verdict = episode.verdict
    return {
        "solved": float(verdict is not None and verdict.solved),
        "stars": float(verdict.stars if verdict is not None else 0),
        "lost": float(episode.closing.lost),
        "duration_s": float(t_ns.max() - t_ns.min()) / NANOSECONDS if len(t_ns) else 0.0,
    }


def _limits(episode: Episode) -> dict[str, float]:
    acting = [bool(limits) for limits in episode.actions.limits]
    loads = np.abs(episode.observations.loads[:, :-1])
    return {
        "limit_share": float(np.mean(acting)) if acting else 0.0,
        "saturated_share": float(np.mean((loads >= FULL_LOAD).any(axis=1))) if len(loads) else 0.0,
    }


def _clocks(episode: Episode) -> dict[str, float]:
    given = episode.inputs
    if not len(given.t_ns):
        return {}
    late_ns = given.t_ns - given.client_us * 1000 - given.offset_ns
    return {
        "clock_error_s": float(np.median(given.offset_error_ns)) / NANOSECONDS,
        "input_latency_s": float(np.median(late_ns)) / NANOSECONDS,
    }


def _video(episode: Episode) -> dict[str, float]:
    late, gaps = [0.0], [0.0]
    for shown in episode.pictures.values():
        if len(shown.capture_ns) > 1:
            late.append(float(np.quantile(shown.encoded_ns - shown.capture_ns, 0.95)) / NANOSECONDS)
            gaps.append(float(np.diff(shown.capture_ns).max()) / NANOSECONDS)
    empty = sum(not len(shown.frame_id) for shown in episode.pictures.values())
    return {"picture_delay_s": max(late), "picture_gap_s": max(gaps), "cameras_missing": float(empty)}


def tool_path(episode: Episode, rate_hz: float) -> Floats:
    """Where the tool was told to be at a steady rate (R, 3), in m, from the measured pose."""
    seen = episode.observations
    order = np.argsort(seen.t_ns, kind="stable")
    t_s = (seen.t_ns[order] - seen.t_ns[order[0]]) / NANOSECONDS
    steady = np.arange(0.0, t_s[-1], 1 / rate_hz)
    path = np.stack([np.interp(steady, t_s, seen.end_effector[order, axis]) for axis in range(3)], axis=1)
    return _smoothed(path)


def _smoothed(path: Floats) -> Floats:
    """A moving mean of five rows, which takes the encoder's steps off."""
    if len(path) < 5:
        return path
    weights = np.full(5, 0.2)
    return np.stack([np.convolve(column, weights, mode="valid") for column in path.T], axis=1)


def smoothness(path: Floats, how: Filtering) -> dict[str, float]:
    """`ldlj`, `sparc` (both higher is smoother) and `jerk_rms_m_s3`, medians over windows with motion."""
    found = [
        (log_dimensionless_jerk(window, how.rate_hz), spectral_arc(window, how.rate_hz), _jerk(window, how))
        for window in _windows(path, how)
    ]
    if not found:
        return {}
    ldlj, sparc, jerk = np.median(np.array(found), axis=0).tolist()
    return {"ldlj": ldlj, "sparc": sparc, "jerk_rms_m_s3": jerk}


def _windows(path: Floats, how: Filtering) -> Iterator[Floats]:
    width = round(how.window_s * how.rate_hz)
    for first in range(0, len(path) - width + 1, max(1, width // 2)):
        window = path[first : first + width]
        if np.linalg.norm(np.diff(window, axis=0), axis=1).mean() * how.rate_hz > MOVES_M_S:
            yield window


def _jerk(window: Floats, how: Filtering) -> float:
    jerk = np.diff(window, n=3, axis=0) * how.rate_hz**3
    return float(np.sqrt((jerk**2).sum(axis=1).mean()))


def log_dimensionless_jerk(window: Floats, rate_hz: float) -> float:
    """LDLJ of a path (Hogan and Sternad 2009): minus the log of jerk made free of length and speed."""
    speed = np.linalg.norm(np.diff(window, axis=0), axis=1) * rate_hz
    jerk = np.diff(window, n=3, axis=0) * rate_hz**3
    lasted = len(window) / rate_hz
    whole = float((jerk**2).sum()) / rate_hz * lasted**3 / max(float(speed.max()) ** 2, 1e-12)
    return -float(np.log(max(whole, 1e-12)))


def spectral_arc(window: Floats, rate_hz: float) -> float:
    """SPARC of a path's speed (Balasubramanian 2015): minus the length of its normalized spectrum's arc."""
    speed = np.linalg.norm(np.diff(window, axis=0), axis=1)
    count = 2 ** (int(np.ceil(np.log2(len(speed)))) + _PADDING)
    spectrum = np.abs(np.fft.rfft(speed, count))
    spectrum = spectrum / max(float(spectrum.max()), 1e-12)
    frequency = np.arange(len(spectrum)) * rate_hz / count
    inside = np.flatnonzero((frequency <= _CUTOFF_HZ) & (spectrum >= _AMPLITUDE))
    part = slice(int(inside[0]), int(inside[-1]) + 1)
    steps = np.diff(frequency[part]) / max(float(frequency[part][-1] - frequency[part][0]), 1e-12)
    return -float(np.sqrt(steps**2 + np.diff(spectrum[part]) ** 2).sum())


def efficiency(episode: Episode) -> float:
    """How direct the tool went from event to event: straight ways as a share of the way it took, 0 to 1."""
    seen = episode.observations
    places = seen.end_effector[:, :3]
    steps = np.linalg.norm(np.diff(places, axis=0), axis=1)
    inner = [event.t_ns for event in episode.events if event.kind.startswith("piece_")]
    cuts = np.searchsorted(seen.t_ns, np.array(sorted(inner), dtype=np.int64))
    marks = np.unique(np.clip(np.concatenate([[0], cuts, [len(places) - 1]]), 0, len(places) - 1))
    straight = float(np.linalg.norm(np.diff(places[marks], axis=0), axis=1).sum())
    return min(1.0, straight / max(float(steps.sum()), 1e-9))


def samples(
    episode: Episode, how: Filtering
) -> tuple[tuple[tuple[float, ...], ...], tuple[tuple[float, ...], ...]]:
    """States and what was done next in them: joint angles, and how far they were told to go from there."""
    seen, done = episode.observations, episode.actions
    last_ns = int(done.t_ns[-1]) - int(how.ahead_s * NANOSECONDS)
    usable = np.flatnonzero(seen.t_ns <= last_ns)
    if not len(usable):
        return (), ()
    rows = usable[np.unique(np.linspace(0, len(usable) - 1, how.samples).astype(np.int64))]
    at = newest_at_or_before(done.t_ns, seen.t_ns[rows] + int(how.ahead_s * NANOSECONDS))
    states = seen.positions_rad[rows]
    actions = done.applied_rad[at] - states
    return _tuples(states), _tuples(actions)


def _tuples(values: Floats) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(rounded(one) for one in row) for row in values.tolist())
