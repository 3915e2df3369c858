"""Reads episodes for research: `armcade.open_episode(file or address)`; see docs/reading_episodes.md."""

from teleop.episodes.damage import EpisodeUnreadable
from teleop.episodes.exporting.choice import LeftOut
from teleop.episodes.exporting.pictures import PicturesDamaged
from teleop.episodes.loading import Episode, Listing, Overview, list_episodes
from teleop.episodes.opening import HubRefused, open_episode, pictures, rows
from teleop.episodes.resampling import NoRows

__all__ = [
    "Episode",
    "EpisodeUnreadable",
    "HubRefused",
    "LeftOut",
    "Listing",
    "NoRows",
    "Overview",
    "PicturesDamaged",
    "list_episodes",
    "open_episode",
    "pictures",
    "rows",
]
