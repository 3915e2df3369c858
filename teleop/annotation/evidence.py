"""What an episode tells its annotators: events as happenings, when it begins to move, what was seen. Pure.

Times are since the episode's start.
"""

from dataclasses import dataclass
from itertools import zip_longest

import numpy as np

from teleop.annotation.prompts import Names
from teleop.annotation.proposal import Happening, propose
from teleop.episodes.arrays import Flags, Floats, Integers
from teleop.episodes.format import Event
from teleop.episodes.loading import Episode
from teleop.wire.annotation_in import Segment
from teleop.wire.annotation_out import LimitSpan, Tracks

MOVED_RAD = 0.02  # of any joint, told: far above what holding still comes to
RISEN_M = 0.015  # as much as the cell takes for lifting
HEIGHT = 2  # of a pose
MAX_POINTS = 2000
SECOND_NS = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that the pages of one episode need besides its plots."""

    length_ns: int
    proposal: tuple[Segment, ...]
    pieces: tuple[str, ...]
    slots: tuple[str, ...]
    frames_ns: tuple[int, ...]
    tracks: Tracks


def evidence_of(episode: Episode, names: Names) -> Evidence:
    """Everything at once, so that the file is read once."""
    start_ns = episode.header.started_ns
    ends = [int(times[-1]) for times in (episode.observations.t_ns, episode.actions.t_ns) if len(times)]
    length_ns = max(0, max(ends, default=start_ns) - start_ns)
    happenings = tuple(happening_of(event, start_ns) for event in episode.events)
    seen = episode.observations
    rises = risings(happenings, seen.t_ns - start_ns, seen.end_effector[:, HEIGHT])
    motion_ns = first_motion_ns(episode.actions.t_ns - start_ns, episode.actions.applied_rad)
    return Evidence(
        length_ns=length_ns,
        proposal=propose((*happenings, *rises), length_ns, motion_ns, names),
        pieces=tuple(sorted({one.piece for one in happenings if one.piece})),
        slots=tuple(sorted({one.slot for one in happenings if one.slot})),
        frames_ns=_frames_ns(episode),
        tracks=_tracks(episode, happenings, motion_ns),
    )


def happening_of(event: Event, start_ns: int) -> Happening:
    """An event as the proposal takes it; a grasp counts from when the jaws began to push."""
    data = event.data
    since_ns = data.get("since_ns")
    begun_ns = since_ns if event.kind == "grasp" and isinstance(since_ns, int) else event.t_ns
    return Happening(
        begun_ns - start_ns,
        event.kind,
        piece=_text(data.get("piece")),
        slot=_text(data.get("slot")),
        lifted=data.get("lifted") is True,
    )


def risings(happenings: tuple[Happening, ...], t_ns: Integers, height_m: Floats) -> tuple[Happening, ...]:
    """When the tool has first risen after each grasp, as long as it held."""
    ordered = sorted(
        (one for one in happenings if one.kind in ("grasp", "release")), key=lambda one: one.at_ns
    )
    found: list[Happening] = []
    for one, following in zip_longest(ordered, ordered[1:]):
        first = int(np.searchsorted(t_ns, one.at_ns))
        until = len(t_ns) if following is None else int(np.searchsorted(t_ns, following.at_ns))
        if one.kind == "grasp" and first < until:
            up = height_m[first:until] >= height_m[first] + RISEN_M
            found += [Happening(int(t_ns[first + int(up.argmax())]), "risen")] if up.any() else []
    return tuple(found)


def first_motion_ns(t_ns: Integers, told_rad: Floats) -> int | None:
    """When the arm was first told to be elsewhere than at the beginning; None when it never was."""
    if not len(t_ns):
        return None
    moved = (np.abs(told_rad - told_rad[0]) > MOVED_RAD).any(axis=1)
    return int(t_ns[int(moved.argmax())]) if moved.any() else None


def limit_spans(t_s: Floats, limits: tuple[tuple[str, ...], ...]) -> tuple[LimitSpan, ...]:
    """Stretches in which each limit acted, in the order of their beginning; each ends with its last tick."""
    found: list[LimitSpan] = []
    for name in sorted({name for acting in limits for name in acting}):
        acting = np.array([name in one for one in limits], dtype=np.bool_)
        found += [LimitSpan(name, float(t_s[first]), float(t_s[last])) for first, last in _runs(acting)]
    return tuple(sorted(found, key=lambda span: (span.from_s, span.name)))


def _tracks(episode: Episode, happenings: tuple[Happening, ...], motion_ns: int | None) -> Tracks:
    start_ns = episode.header.started_ns
    made_ns, seen_ns, error_ns = _seen(episode)
    rows = slice(None, None, max(1, -(-len(made_ns) // MAX_POINTS)))
    grasps = [one.at_ns for one in happenings if one.kind == "grasp"]
    t_s = (episode.actions.t_ns - start_ns) / SECOND_NS
    return Tracks(
        t_s=_seconds(made_ns[rows] - start_ns),
        seen_s=_seconds(seen_ns[rows] - start_ns),
        error_s=_seconds(error_ns[rows]),
        unseen=len(episode.inputs.t_ns) - len(made_ns),
        limits=limit_spans(t_s, episode.actions.limits),
        motion_s=None if motion_ns is None else motion_ns / SECOND_NS,
        grasp_s=min(grasps) / SECOND_NS if grasps else None,
    )


def _seen(episode: Episode) -> tuple[Integers, Integers, Integers]:
    """When each input was made, when the picture then on screen was taken, and how sure that is.

    Inputs that name no picture, or one that is not in the file, are left out.
    """
    given = episode.inputs
    taken = {
        (camera, int(frame)): int(capture)
        for camera, shown in episode.pictures.items()
        for frame, capture in zip(shown.frame_id, shown.capture_ns, strict=True)
    }
    found: list[tuple[int, int, int]] = []
    for row, (camera, frame) in enumerate(zip(given.seen_camera, given.seen_frame_id.tolist(), strict=True)):
        capture_ns = None if camera is None else taken.get((camera, frame))
        if capture_ns is None:
            continue
        made_ns = int(given.client_us[row]) * 1000 + int(given.offset_ns[row])
        unsure_ns = max(0, int(given.seen_error_ns[row])) + int(given.offset_error_ns[row])
        found.append((made_ns, capture_ns, unsure_ns))
    found.sort()
    table = np.array(found, dtype=np.int64).reshape(len(found), 3)
    return table[:, 0], table[:, 1], table[:, 2]


def _frames_ns(episode: Episode) -> tuple[int, ...]:
    """When the first camera's pictures were taken."""
    for camera in episode.header.cameras:
        shown = episode.pictures[camera.camera]
        if len(shown.capture_ns):
            return tuple((shown.capture_ns - episode.header.started_ns).tolist())
    return ()


def _runs(flags: Flags) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate([[0], flags.astype(np.int8), [0]])))
    return [(int(first), int(last) - 1) for first, last in zip(edges[::2], edges[1::2], strict=True)]


def _seconds(times_ns: Integers) -> tuple[float, ...]:
    return tuple((times_ns / SECOND_NS).round(6).tolist())


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
