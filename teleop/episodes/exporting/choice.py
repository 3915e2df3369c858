"""Loads an episode for export, or says why it cannot be exported."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from teleop.annotation.standing import NOTHING, Standing
from teleop.episodes.arrays import Integers, Pictures
from teleop.episodes.exporting.rows import Columns, aligned, columns, decodable, in_time_order
from teleop.episodes.exporting.subtasks import numbered
from teleop.episodes.exporting.taking import WHOLE, Taken, segments
from teleop.episodes.format import Header, Verdict
from teleop.episodes.loading import Episode, open_episode
from teleop.episodes.resampling import Rows
from teleop.wire.browser_in import Language


class LeftOut(Exception):
    """An episode that can be read but does not belong into a dataset; the text says why."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """An episode fit for export, on its rows.

    `pictures` are each camera's from its first key frame on; `rows.newest` holds indices into them, and
    into the episode's observations and actions. Where only ranges of it are taken, the other rows are not
    there, and `segment` (R) tells the range of each; `first_ns` is the first row before anything was cut.
    `standing` has the sub-tasks that people saved.
    """

    episode: Episode
    verdict: Verdict
    pictures: dict[str, Pictures]
    rows: Rows
    taken: Taken
    segment: Integers
    first_ns: int
    standing: Standing = NOTHING

    @property
    def task(self) -> str:
        """The puzzle's prompt in the language that was asked for."""
        return task_of(self.episode.header, self.taken.language)


def task_of(header: Header, language: Language) -> str:
    """The task of an episode in a language."""
    return header.prompt.en if language == "en" else header.prompt.zh


def choose(path: Path, fps: int, taken: Taken = WHOLE, standing: Standing = NOTHING) -> Chosen:
    """An episode with its rows at `fps` a second; raises LeftOut, NoRows and EpisodeUnreadable."""
    episode = in_time_order(open_episode(path))
    if episode.closing.lost:
        raise LeftOut(f"{episode.closing.lost} messages were lost while it was recorded")
    if episode.verdict is None:
        raise LeftOut(f"it has no verdict ({episode.closing.status})")
    pictures = {name: decodable(shown) for name, shown in episode.pictures.items()}
    rows = aligned(episode, pictures, fps)
    segment = segments(taken, rows.moment_ns)
    if (segment < 0).all():
        raise LeftOut("no row of it lies in a range that the selection keeps")
    first_ns, stays = int(rows.t_ns[0]), segment >= 0
    newest = {name: index[stays] for name, index in rows.newest.items()}
    rows = Rows(rows.t_ns[stays], rows.moment_ns[stays], newest)
    return Chosen(episode, episode.verdict, pictures, rows, taken, segment[stays], first_ns, standing)


def columns_of(chosen: Chosen, fps: int) -> Columns:
    """Every column of an episode that is exported, R rows each."""
    weight = np.full(len(chosen.segment), chosen.taken.weight, dtype=np.float32)
    found = columns(chosen.episode, chosen.pictures, chosen.rows, fps)
    since_ns = chosen.rows.moment_ns - chosen.episode.header.started_ns
    own: Columns = {"segment": chosen.segment, "weight": weight}
    return found | own | numbered(chosen.standing.segments, since_ns)
