"""Rules about pictures: all there, in order, on time, and showing what the arm does. Pure."""

import numpy as np

from teleop.episodes.arrays import Flags, Floats, Integers, Pictures
from teleop.episodes.loading import Episode
from teleop.episodes.validation.evidence import (
    NANOSECONDS,
    Evidence,
    Findings,
    Watched,
    finding,
    longest,
    moment,
    span,
)

GAP_S, GAP_TIMES = 0.35, 6.0
BEGINS_S, ENDS_S = 1.0, 0.6
LATE_S, EARLY_S = 0.2, -0.005
DRIFT, DRIFT_S = 0.012, 0.05
BLANK, BLANK_S = 4.0, 0.3
FROZEN_S, FROZEN_LEVELS, FROZEN_M = 0.5, 2, 0.04
CUT, CUT_M = 0.45, 0.03


def streams(evidence: Evidence) -> Findings:
    """`no_pictures`, `undecodable`, `picture_notes`, `picture_size`, `frame_order` of every camera."""
    sizes = {one.camera: (one.width, one.height) for one in evidence.episode.header.cameras}
    for camera, shown in evidence.episode.pictures.items():
        place = f"camera {camera}"
        if not len(shown.frame_id):
            yield finding("no_pictures", place, 0, 1, "it recorded nothing")
            continue
        seen = evidence.watched[camera]
        if seen.broken:
            where = f"{place}, {moment(evidence.episode, int(shown.capture_ns[seen.broken[0]]))}"
            yield finding("undecodable", where, len(seen.broken), 0, "pictures cannot be decoded")
        odd = int(np.sum(shown.keyframe & ~seen.starts))
        if odd:
            yield finding("picture_notes", place, odd, 0, "what is noted as key frame is none")
        if seen.size not in (None, sizes[camera]):
            width = 0 if seen.size is None else seen.size[0]
            text = "its pictures have another size than its calibration"
            yield finding("picture_size", place, width, sizes[camera][0], text)
        back = np.flatnonzero((np.diff(shown.frame_id) <= 0) | (np.diff(shown.capture_ns) <= 0))
        if len(back):
            where = f"{place}, {moment(evidence.episode, int(shown.capture_ns[back[0] + 1]))}"
            yield finding("frame_order", where, len(back), 0, "ids or times of its pictures do not rise")


def clocks(evidence: Evidence) -> Findings:
    """`video_gap`, `video_ends`, `late_video`, `capture_clock`, `picture_drift` of every camera."""
    for camera, shown in evidence.episode.pictures.items():
        if len(shown.capture_ns) > 1:
            yield from _gaps(evidence.episode, shown, f"camera {camera}")
            yield from _delays(evidence.episode, shown, f"camera {camera}")


def _gaps(episode: Episode, shown: Pictures, place: str) -> Findings:
    waits = np.diff(shown.capture_ns) / NANOSECONDS
    bound = max(GAP_S, GAP_TIMES * float(np.median(waits)))
    worst = int(np.argmax(waits))
    if waits[worst] > bound:
        where = f"{place}, {span(episode, *shown.capture_ns[worst : worst + 2].tolist())}"
        yield finding("video_gap", where, float(waits[worst]), bound, "pictures are missing")
    t_ns = episode.observations.t_ns
    if not len(t_ns):
        return
    late_s = (int(shown.capture_ns[0]) - int(t_ns[0])) / NANOSECONDS
    short_s = (int(t_ns.max()) - int(shown.capture_ns[-1])) / NANOSECONDS
    for value, bound, text in ((late_s, BEGINS_S, "begins late"), (short_s, ENDS_S, "ends early")):
        if value > max(bound, 2 * GAP_TIMES * float(np.median(waits)) / 3):
            yield finding("video_ends", place, value, bound, f"its video {text}")


def _delays(episode: Episode, shown: Pictures, place: str) -> Findings:
    delays = (shown.encoded_ns - shown.capture_ns) / NANOSECONDS
    typical = float(np.median(delays))
    if typical > LATE_S:
        yield finding("late_video", place, typical, LATE_S, "its pictures come late into the log")
    if delays.min() < EARLY_S:
        row = int(np.argmin(delays))
        where = f"{place}, {moment(episode, int(shown.capture_ns[row]))}"
        yield finding("capture_clock", where, float(delays[row]), EARLY_S, "encoded before it was taken")
    quarter = max(1, len(delays) // 4)
    grew = float(np.median(delays[-quarter:]) - np.median(delays[:quarter]))
    lasted = float(shown.capture_ns[-1] - shown.capture_ns[0]) / NANOSECONDS * 0.75
    if abs(grew) > max(DRIFT_S, DRIFT * lasted):
        yield finding("picture_drift", place, grew / max(lasted, 1e-9), DRIFT, "its clock drifts")


def contents(evidence: Evidence) -> Findings:
    """`dark`, `frozen`, `cut`: does every camera show what the arm does?"""
    for camera, seen in evidence.watched.items():
        shown = evidence.episode.pictures[camera]
        if len(seen.rows) < 2:
            continue
        times = shown.capture_ns[seen.rows]
        thumbs = seen.thumbs.astype(np.float64)
        plain = thumbs.std(axis=(1, 2)) < BLANK
        yield from _blank(evidence.episode, f"camera {camera}", times, plain)
        if len(evidence.episode.observations.t_ns) < 2:
            continue
        tool = _tool_at(evidence.episode, times)
        yield from _frozen(evidence.episode, f"camera {camera}", times, (seen, tool))
        yield from _cuts(evidence.episode, f"camera {camera}", times, (thumbs, tool, plain))


def _blank(episode: Episode, place: str, times: Integers, plain: Flags) -> Findings:
    found = longest(plain, times)
    if found is not None and found[2] >= BLANK_S:
        where = f"{place}, {span(episode, int(times[found[0]]), int(times[found[1]]))}"
        yield finding("dark", where, found[2], BLANK_S, "it shows nothing")


def _tool_at(episode: Episode, times: Integers) -> Floats:
    """Where the tool was when each picture was taken (P, 3)."""
    t_ns, places = episode.observations.t_ns, episode.observations.end_effector[:, :3]
    return np.stack([np.interp(times, t_ns, column) for column in places.T], axis=1)


def _frozen(episode: Episode, place: str, times: Integers, shows: tuple[Watched, Floats]) -> Findings:
    thumbs, tool = shows[0].thumbs.astype(np.int16), shows[1]
    first = 0
    for row in range(1, len(times) + 1):
        changed = row == len(times) or int(np.abs(thumbs[row] - thumbs[first]).max()) > FROZEN_LEVELS
        if not changed:
            continue
        went = float(np.linalg.norm(tool[first:row] - tool[first], axis=1).max())
        lasted = float(times[row - 1] - times[first]) / NANOSECONDS
        if lasted >= FROZEN_S and went > FROZEN_M:
            where = f"{place}, {span(episode, int(times[first]), int(times[row - 1]))}"
            yield finding("frozen", where, went, FROZEN_M, "its picture stands while the tool moves")
        first = row


def _cuts(episode: Episode, place: str, times: Integers, shows: tuple[Floats, Floats, Flags]) -> Findings:
    thumbs, tool, plain = shows
    flat = thumbs.reshape(len(thumbs), -1)
    flat = flat - flat.mean(axis=1, keepdims=True)
    norms = np.maximum(np.linalg.norm(flat, axis=1), 1e-9)
    alike = (flat[1:] * flat[:-1]).sum(axis=1) / (norms[1:] * norms[:-1])
    went = np.linalg.norm(np.diff(tool, axis=0), axis=1)
    sudden = (alike < CUT) & (went < CUT_M) & ~plain[1:] & ~plain[:-1]
    if sudden.any():
        row = int(np.argmin(np.where(sudden, alike, np.inf)))
        where = f"{place}, {moment(episode, int(times[row + 1]))}"
        yield finding("cut", where, float(alike[row]), CUT, "its view changes at once")
