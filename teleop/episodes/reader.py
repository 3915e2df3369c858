"""Everything that reads episodes, under one name: list, arrays, plots, video."""

from teleop.episodes.damage import EpisodeUnreadable
from teleop.episodes.loading import (
    Episode,
    Listing,
    Overview,
    list_episodes,
    median_round_trip_s,
    open_episode,
    open_pictures,
    overview,
)
from teleop.episodes.series import series
from teleop.episodes.video import video_mp4, write_video_mp4

__all__ = [
    "Episode",
    "EpisodeUnreadable",
    "Listing",
    "Overview",
    "list_episodes",
    "median_round_trip_s",
    "open_episode",
    "open_pictures",
    "overview",
    "series",
    "video_mp4",
    "write_video_mp4",
]
