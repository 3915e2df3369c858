"""Rules about what is there at all, and about time. Pure."""

import numpy as np

from teleop.episodes.arrays import Integers
from teleop.episodes.loading import Episode
from teleop.episodes.validation.evidence import (
    ENOUGH_TICKS,
    NANOSECONDS,
    Evidence,
    Findings,
    finding,
    moment,
    paired,
    span,
)

SHORTEST_S = 1.0
START_S, END_S = 1.0, 1.0
EVENTS_BEFORE_S, EVENTS_AFTER_S = 1.0, 2.0
STEP_S = 0.25
GAP_S, MISSING_SHARE = 0.12, 0.02
PAIR_S, UNPAIRED = 0.02, 2
CLOCK_ERROR_S, CLOCK_STEP_S = 0.05, 0.03
SAMPLE_AGE_S = 0.25


def whole(evidence: Evidence) -> Findings:
    """`lost`, `interrupted`, `empty`: is everything there?"""
    episode = evidence.episode
    if episode.closing.lost:
        yield finding("lost", "closing", episode.closing.lost, 0, "messages were lost while recording")
    if episode.closing.status != "complete" or episode.verdict is None:
        text = f"it has no verdict ({episode.closing.status})"
        yield finding("interrupted", "closing", 0, 1, text)
    for name, t_ns in (("/observation", episode.observations.t_ns), ("/action", episode.actions.t_ns)):
        lasts_s = float(t_ns[-1] - t_ns[0]) / NANOSECONDS if len(t_ns) else 0.0
        if len(t_ns) < ENOUGH_TICKS or 0 <= lasts_s < SHORTEST_S:
            yield finding("empty", name, lasts_s, SHORTEST_S, "there is too little of it")


def header(evidence: Evidence) -> Findings:
    """`header`: does the header fit itself and the arm that it names?"""
    about = evidence.episode.header
    cameras = [one.camera for one in about.cameras]
    for name, values in (("joint_names", list(about.joint_names)), ("cameras", cameras)):
        if len(set(values)) != len(values):
            yield finding("header", name, len(values), len(set(values)), "a name stands there twice")
    model = evidence.model
    if model is not None and len(model.joints) != len(about.joint_names):
        text = f"arm {about.arm} has other joints"
        yield finding("header", "joint_names", len(about.joint_names), len(model.joints), text)


def ends(evidence: Evidence) -> Findings:
    """`start`, `end`, `events_outside`: does the log reach from the turn's start to its verdict?"""
    episode = evidence.episode
    t_ns, started_ns = episode.observations.t_ns, episode.header.started_ns
    if not len(t_ns):
        return
    late_s = (int(t_ns[0]) - started_ns) / NANOSECONDS
    if abs(late_s) > START_S:
        yield finding("start", "/observation", late_s, START_S, "it begins long after the turn, or before it")
    last_ns = int(t_ns.max())
    if episode.verdict is not None and abs(short_s := (episode.verdict.t_ns - last_ns) / NANOSECONDS) > END_S:
        yield finding("end", "/observation", short_s, END_S, "it does not end with the verdict")
    for event in episode.events:
        at_s = (event.t_ns - started_ns) / NANOSECONDS
        after_s = (event.t_ns - last_ns) / NANOSECONDS
        if at_s < -EVENTS_BEFORE_S or after_s > EVENTS_AFTER_S:
            text = f"event {event.kind} lies outside of the turn"
            yield finding("events_outside", f"/event {at_s:.2f} s", at_s, EVENTS_AFTER_S, text)


def ticks(evidence: Evidence) -> Findings:
    """`tick_order`, `clock_step`, `missing_ticks`, `sample_age`: one tick after another, at its time?"""
    episode = evidence.episode
    seen = episode.observations
    if len(seen.t_ns) < ENOUGH_TICKS:
        return
    order = np.argsort(seen.tick, kind="stable")
    t_ns = seen.t_ns[order]
    rises, waits = np.diff(seen.tick[order]), np.diff(t_ns)
    twice = np.flatnonzero(rises == 0)
    if len(twice):
        where = moment(episode, int(t_ns[twice[0] + 1]))
        yield finding("tick_order", where, float(len(twice)), 0, "ticks stand there twice")
    yield from _steps(episode, t_ns, rises)
    gone = np.maximum(rises - 1, 0)
    worst = int(np.argmax(waits * (gone > 0)))
    share = float(gone.sum()) / float(max(1, gone.sum() + len(t_ns)))
    if share > MISSING_SHARE or (gone[worst] and waits[worst] > GAP_S * NANOSECONDS):
        where = span(episode, int(t_ns[worst]), int(t_ns[worst + 1]))
        yield finding("missing_ticks", where, float(gone.sum()), 0, "ticks are missing")
    oldest = int(seen.sample_age_ns.max(initial=0))
    if oldest > SAMPLE_AGE_S * NANOSECONDS:
        row = int(np.argmax(seen.sample_age_ns.max(axis=1)))
        where = moment(episode, int(seen.t_ns[row]))
        yield finding("sample_age", where, oldest / NANOSECONDS, SAMPLE_AGE_S, "a measurement was old")


def _steps(episode: Episode, t_ns: Integers, rises: Integers) -> Findings:
    waits = np.diff(t_ns)
    period = float(np.median(waits / np.maximum(rises, 1)))
    excess_s = (waits - rises * period) / NANOSECONDS
    for row in np.flatnonzero((waits < 0) | (excess_s > STEP_S))[:3]:
        where = moment(episode, int(t_ns[row]))
        text = "the clock went back" if waits[row] < 0 else "time passed that no tick accounts for"
        yield finding("clock_step", where, float(waits[row]) / NANOSECONDS, STEP_S, text)


def pairs(evidence: Evidence) -> Findings:
    """`tick_pairs`: has every observation its action, at one time?"""
    episode = evidence.episode
    if not evidence.judgeable:
        return
    seen, done = paired(episode)
    alone = len(np.setxor1d(episode.observations.tick, episode.actions.tick))
    if alone > UNPAIRED:
        yield finding("tick_pairs", "/action", alone, UNPAIRED, "ticks have only one of state and action")
    apart = np.abs(episode.observations.t_ns[seen] - episode.actions.t_ns[done])
    if len(apart) and np.median(apart) > PAIR_S * NANOSECONDS:
        value = float(np.median(apart)) / NANOSECONDS
        yield finding("tick_pairs", "/action", value, PAIR_S, "state and action of one tick are apart")


def page(evidence: Evidence) -> Findings:
    """`inputs`, `clock_uncertain`, `page_clock_step`: what is known of the player's side?"""
    episode = evidence.episode
    given, done = episode.inputs, episode.actions
    if not len(given.t_ns):
        driven = sum(
            number > 0 and source == "player"
            for number, source in zip(done.sequence.tolist(), done.source, strict=True)
        )
        if driven:
            yield finding("inputs", "/input", 0, driven, "a player drove, but no input was recorded")
        return
    error_s = float(np.median(given.offset_error_ns)) / NANOSECONDS
    if error_s > CLOCK_ERROR_S:
        text = "the page's clock is hardly known"
        yield finding("clock_uncertain", "/input", error_s, CLOCK_ERROR_S, text)
    jumps = np.abs(np.diff(given.offset_ns))
    allowed = CLOCK_STEP_S * NANOSECONDS + given.offset_error_ns[1:] + given.offset_error_ns[:-1]
    for row in np.flatnonzero(jumps > allowed)[:3]:
        where = moment(episode, int(given.t_ns[row + 1]))
        text = "the page's clock stepped"
        yield finding("page_clock_step", where, float(jumps[row]) / NANOSECONDS, CLOCK_STEP_S, text)


def seen_pictures(evidence: Evidence) -> Findings:
    """`seen`: could the player have seen what is named as seen?"""
    episode = evidence.episode
    given = episode.inputs
    for camera, shown in episode.pictures.items():
        ids = shown.frame_id
        if not len(ids) or np.any(np.diff(ids) <= 0):
            continue
        named = np.array([name == camera for name in given.seen_camera], dtype=np.bool_)
        rows = np.flatnonzero(named & (given.seen_frame_id >= ids[0]))
        at = np.searchsorted(ids, given.seen_frame_id[rows], side="right") - 1
        ahead_ns = shown.capture_ns[at] - given.t_ns[rows]
        if len(rows) and ahead_ns.max() > 0:
            worst = int(np.argmax(ahead_ns))
            where = f"camera {camera}, {moment(episode, int(given.t_ns[rows[worst]]))}"
            text = "the player is said to have seen it before it was taken"
            yield finding("seen", where, float(ahead_ns[worst]) / NANOSECONDS, 0, text)
