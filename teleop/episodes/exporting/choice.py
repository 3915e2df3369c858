"""Loads an episode for export, or says why it cannot be exported."""

from dataclasses import dataclass
from pathlib import Path

from teleop.episodes.arrays import Pictures
from teleop.episodes.exporting.rows import aligned, decodable, in_time_order
from teleop.episodes.format import Verdict
from teleop.episodes.loading import Episode, open_episode
from teleop.episodes.resampling import Rows


class LeftOut(Exception):
    """An episode that can be read but does not belong into a dataset; the text says why."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """An episode fit for export, on its rows.

    `pictures` are each camera's from its first key frame on; `rows.newest` holds indices into them, and
    into the episode's observations and actions.
    """

    episode: Episode
    verdict: Verdict
    pictures: dict[str, Pictures]
    rows: Rows


def choose(path: Path, fps: int) -> Chosen:
    """An episode with its rows at `fps` a second; raises LeftOut, NoRows and EpisodeUnreadable."""
    episode = in_time_order(open_episode(path))
    if episode.closing.lost:
        raise LeftOut(f"{episode.closing.lost} messages were lost while it was recorded")
    if episode.verdict is None:
        raise LeftOut(f"it has no verdict ({episode.closing.status})")
    pictures = {name: decodable(shown) for name, shown in episode.pictures.items()}
    return Chosen(episode, episode.verdict, pictures, aligned(episode, pictures, fps))
