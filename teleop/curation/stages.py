"""The stages that look at one episode: capture, annotation, normalization. Pure."""

import hashlib
from collections import Counter

import numpy as np

from teleop.annotation.standing import NOTHING, Standing
from teleop.curation.recipe import Annotation, Capture, Normalization
from teleop.curation.records import Annotated, Captured, Normalized, Spread, rounded
from teleop.episodes.arrays import Flags, Floats, Integers
from teleop.episodes.loading import Episode
from teleop.episodes.resampling import NANOSECONDS, newest_at_or_before, row_times

RETRIES = frozenset({"piece_dropped", "move_failed"})


def capture(episode: Episode, how: Capture) -> Captured:
    """Where the episode comes from, how long and how late it was, and where the tool has been."""
    about, seen, given = episode.header, episode.observations, episode.inputs
    spans = np.floor(seen.end_effector[:, :3] / how.place_m).astype(np.int64)
    places = sorted({(int(x), int(y), int(z)) for x, y, z in np.unique(spans, axis=0)})
    late_ns = given.t_ns - given.client_us * 1000 - given.offset_ns
    digest = hashlib.sha256()
    for values in (seen.t_ns - about.started_ns, seen.positions_rad, episode.actions.applied_rad):
        digest.update(np.ascontiguousarray(values).tobytes())
    lasted_ns = int(seen.t_ns.max()) - about.started_ns if len(seen.t_ns) else 0
    devices = Counter(given.device)
    return Captured(
        episode_id=about.episode_id,
        contributor=about.pseudonym,
        cell=about.cell_id,
        puzzle=about.puzzle_id,
        arm=about.arm,
        device=max(sorted(devices), key=lambda name: devices[name], default="none"),
        source=about.source,
        duration_s=rounded(lasted_ns / NANOSECONDS),
        latency_s=rounded(float(np.median(late_ns)) / NANOSECONDS) if len(late_ns) else 0.0,
        started_utc_ns=about.started_utc_ns,
        places=tuple(places),
        digest=digest.hexdigest(),
    )


def annotate(episode: Episode, how: Annotation, saved: Standing = NOTHING) -> Annotated:
    """Labels of the whole turn and of its saved sub-tasks; the ranges in which the arm was told to move."""
    t_ns, idle = idle_rows(episode, how)
    kept = active_ranges(idle, how)
    ranges = tuple((int(t_ns[first]), int(t_ns[last])) for first, last in kept)
    share = float(idle.mean()) if len(idle) else 1.0
    labels = tuple(sorted({*_labels(episode), *_saved_labels(saved)}))
    return Annotated(labels, ranges, rounded(share), None if saved.kappa is None else rounded(saved.kappa))


def idle_rows(episode: Episode, how: Annotation) -> tuple[Integers, Flags]:
    """Times of rows at the recipe's rate, and whether no joint was told to move until the next."""
    done = episode.actions
    if len(done.t_ns) < 2:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.bool_)
    t_ns = row_times(int(done.t_ns[0]), int(done.t_ns[-1]), max(1, round(how.rate_hz)))
    told = done.applied_rad[newest_at_or_before(done.t_ns, t_ns)]
    still = (np.abs(np.diff(told, axis=0)) < how.idle_rad).all(axis=1)
    return t_ns, np.concatenate([still, [True]])


def active_ranges(idle: Flags, how: Annotation) -> list[tuple[int, int]]:
    """First and last row of every range that is kept, by the rule that `Annotation` tells."""
    dropped = np.zeros(len(idle), dtype=np.bool_)
    for first, last in _runs(idle):
        dropped[first : last + 1] = last - first + 1 >= how.idle_rows
    return [
        (first, last - how.cut_rows)
        for first, last in _runs(~dropped)
        if last - first + 1 >= how.active_rows and last - how.cut_rows >= first
    ]


def _runs(flags: Flags) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate([[0], flags.astype(np.int8), [0]])))
    return [(int(first), int(last) - 1) for first, last in zip(edges[::2], edges[1::2], strict=True)]


def _labels(episode: Episode) -> set[str]:
    labels = {f"by_{source}" for source in episode.actions.source}
    kinds = {event.kind for event in episode.events}
    if episode.verdict is None:
        labels.add("unjudged")
    elif episode.verdict.solved:
        labels.add("success")
        labels |= {"recovery"} if kinds & RETRIES else set()
    else:
        labels.add("failure")
    if episode.closing.status == "interrupted":
        labels.add("interrupted")
    if "latched" in episode.observations.mode:
        labels.add("stopped")
    return labels


def _saved_labels(saved: Standing) -> set[str]:
    labels = {f"subtask_{one.label}" for one in saved.segments}
    labels |= {"annotated"} if saved.segments else set()
    return labels | ({"reviewed"} if saved.state in ("accepted", "corrected") else set())


def normalize(episode: Episode, how: Normalization, ranges: tuple[tuple[int, int], ...]) -> Normalized:
    """Statistics of state and action, of the active ranges only where the recipe says so."""
    seen, done = episode.observations, episode.actions
    inside = [_inside(t_ns, ranges if how.active_only else None) for t_ns in (seen.t_ns, done.t_ns)]
    return Normalized(spread(seen.positions_rad[inside[0]]), spread(done.applied_rad[inside[1]]))


def _inside(t_ns: Integers, ranges: tuple[tuple[int, int], ...] | None) -> Flags:
    if ranges is None:
        return np.ones(len(t_ns), dtype=np.bool_)
    inside = np.zeros(len(t_ns), dtype=np.bool_)
    for first, last in ranges:
        inside |= (t_ns >= first) & (t_ns <= last)
    return inside


def spread(values: Floats) -> Spread:
    """Statistics of rows (N, J); empty tuples for no rows."""
    if not len(values):
        return Spread(0, (), (), (), (), (), (), ())
    low, middle, high = np.quantile(values, (0.01, 0.5, 0.99), axis=0)
    mean = values.mean(axis=0)
    deviation = ((values - mean) ** 2).sum(axis=0)
    columns = (mean, deviation, values.min(axis=0), values.max(axis=0), low, middle, high)
    return Spread(len(values), *(tuple(rounded(one) for one in column.tolist()) for column in columns))


def pooled(spreads: tuple[Spread, ...]) -> Spread:
    """Statistics of several episodes together: exact but for percentiles, which are weighted means."""
    some = [one for one in spreads if one.count]
    if not some:
        return spread(np.zeros((0, 0)))
    counts = np.array([one.count for one in some], dtype=np.float64)
    share = counts / counts.sum()
    means = np.array([one.mean for one in some])
    mean = share @ means
    within = np.array([one.deviation for one in some]).sum(axis=0)
    deviation = within + (counts[:, None] * (means - mean) ** 2).sum(axis=0)
    least = np.array([one.least for one in some]).min(axis=0)
    most = np.array([one.most for one in some]).max(axis=0)
    marks = [share @ np.array([getattr(one, name) for one in some]) for name in ("q01", "q50", "q99")]
    columns = (mean, deviation, least, most, *marks)
    rows = (tuple(rounded(one) for one in column.tolist()) for column in columns)
    return Spread(int(counts.sum()), *rows)
