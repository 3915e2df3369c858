"""What a recording for Rerun shows of an episode: curves, notes and pictures, in plain arrays. Pure.

`rerun_writer.py` makes the recording of them, in whichever Python has Rerun's library.
"""

from dataclasses import dataclass

import msgspec
import numpy as np

from teleop.annotation.evidence import limit_spans
from teleop.episodes.arrays import POSE_FIELDS, Floats, Integers
from teleop.episodes.exporting.choice import Chosen
from teleop.episodes.exporting.subtasks import lines_of
from teleop.episodes.loading import Episode
from teleop.episodes.resampling import NANOSECONDS

APPLICATION = "armcade"


class Note(msgspec.Struct, frozen=True):
    """A line of text at a moment in ns since the episode's start, below an entity of Rerun."""

    place: str
    t_ns: int
    text: str
    level: str = "INFO"


class About(msgspec.Struct, frozen=True):
    """What the writer needs beside the arrays; `curves` are names of arrays, `<name>@` their times."""

    application: str
    recording_id: str
    started_utc_ns: int
    document: str
    joints: tuple[str, ...]
    cameras: tuple[str, ...]
    curves: tuple[str, ...]
    notes: tuple[Note, ...]


@dataclass(frozen=True, slots=True)
class Curve:
    """Values over ns since the episode's start; where there is none, no point is drawn."""

    name: str
    t_ns: Integers
    values: Floats


def curves_of(episode: Episode) -> list[Curve]:
    """Joints as measured, applied and asked for (rad), tool (m, rad), loads, speed, number of limits."""
    seen, done, start_ns = episode.observations, episode.actions, episode.header.started_ns
    seen_ns, done_ns = seen.t_ns - start_ns, done.t_ns - start_ns
    found: list[Curve] = []
    for at, joint in enumerate(episode.header.joint_names):
        sampled_ns = seen_ns - seen.sample_age_ns[:, at]
        found.append(Curve(f"joints/{joint}/measured", sampled_ns, seen.positions_rad[:, at]))
        found.append(Curve(f"joints/{joint}/applied", done_ns, done.applied_rad[:, at]))
        found.append(Curve(f"joints/{joint}/requested", done_ns, done.requested_rad[:, at]))
        found.append(Curve(f"loads/{joint}", sampled_ns, seen.loads[:, at]))
    for at, name in enumerate(POSE_FIELDS):
        found.append(Curve(f"tool/{name}", seen_ns, seen.end_effector[:, at]))
    acting = np.array([len(limits) for limits in done.limits], dtype=np.float64)
    found.append(Curve("limits/acting", done_ns, acting))
    found.append(Curve("limits/speed_scale", done_ns, done.speed_scale))
    return [_told(one) for one in found if len(one.t_ns)]


def _told(curve: Curve) -> Curve:
    known = ~np.isnan(curve.values)
    return Curve(curve.name, curve.t_ns[known], curve.values[known].astype(np.float64))


def notes_of(chosen: Chosen) -> tuple[Note, ...]:
    """Events, limits that begin, and saved sub-tasks, each as text at its time."""
    episode = chosen.episode
    start_ns = episode.header.started_ns
    events = [
        Note("events", event.t_ns - start_ns, f"{event.kind} {msgspec.json.encode(event.data).decode()}")
        for event in episode.events
    ]
    t_s = (episode.actions.t_ns - start_ns) / NANOSECONDS
    limits = [
        Note("events", round(span.from_s * NANOSECONDS), f"limit {span.name} until {span.to_s:.2f} s", "WARN")
        for span in limit_spans(t_s, episode.actions.limits)
    ]
    segments = lines_of(episode.header.episode_id, chosen.standing, chosen.taken.language)
    subtasks = [Note("subtasks", one.start_ns, f"{one.label}: {one.subtask}") for one in segments]
    return tuple(sorted((*events, *limits, *subtasks), key=lambda note: (note.t_ns, note.place)))


def about(chosen: Chosen, curves: list[Curve]) -> About:
    """All but the arrays."""
    header, verdict = chosen.episode.header, chosen.verdict
    document = "\n\n".join(
        (
            f"# {header.episode_id}",
            chosen.task,
            f"{'solved' if verdict.solved else 'not solved'}: {verdict.reason.en} ({verdict.time_s:.1f} s, "
            f"{verdict.stars} stars)",
            f"arm {header.arm}, cell {header.cell_id}, player {header.pseudonym}, {header.source}",
            f"sub-tasks: {chosen.standing.state}",
        )
    )
    return About(
        application=APPLICATION,
        recording_id=header.episode_id,
        started_utc_ns=header.started_utc_ns,
        document=document,
        joints=header.joint_names,
        cameras=tuple(name for name, shown in chosen.pictures.items() if len(shown.capture_ns)),
        curves=tuple(one.name for one in curves if len(one.t_ns)),
        notes=notes_of(chosen),
    )
