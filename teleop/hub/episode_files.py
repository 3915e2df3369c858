"""Episodes on disk as pages ask for them; reading is done in threads, videos are kept for their ranges.

The readers (numpy, PyAV) are imported with the first request: a hub without researchers never pays for them.
"""

import asyncio
import importlib
import re
from collections import OrderedDict
from pathlib import Path

from teleop.wire.browser_out import EpisodeCard, Series

EPISODE_ID = re.compile(r"^[A-Za-z0-9_.:-]{1,64}$")
READING = "teleop.hub.episode_reading"
MAX_KEPT_VIDEO_BYTES = 96 * 1024 * 1024
MAX_KEPT_CARDS = 10_000  # about a kilobyte each


class EpisodeFault(Exception):
    """An episode that cannot be read; the text says what is wrong with it."""


class EpisodeFiles:
    """The episodes of one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._videos: OrderedDict[tuple[str, str, int], bytes] = OrderedDict()
        self._cards: OrderedDict[tuple[str, int, int], EpisodeCard] = OrderedDict()
        self._one_at_a_time = asyncio.Lock()

    def path(self, episode_id: str) -> Path | None:
        """The file of an episode; None when there is none by this id."""
        if EPISODE_ID.match(episode_id) is None:
            return None
        path = self._folder / f"{episode_id}.mcap"
        return path if path.is_file() else None

    async def cards(self) -> tuple[EpisodeCard, ...]:
        """All episodes that can be read, newest first."""
        async with self._one_at_a_time:
            return await asyncio.to_thread(self._read_cards)

    async def card(self, path: Path) -> EpisodeCard:
        """One episode's card; raises EpisodeFault."""
        async with self._one_at_a_time:
            return await asyncio.to_thread(self._card, path)

    async def plots(self, path: Path) -> Series:
        """One episode's plots; raises EpisodeFault."""
        async with self._one_at_a_time:
            return await asyncio.to_thread(_plots, path)

    async def video(self, path: Path, camera: str) -> bytes:
        """One camera's pictures as MP4; raises EpisodeFault."""
        async with self._one_at_a_time:
            key = (path.name, camera, (await asyncio.to_thread(path.stat)).st_mtime_ns)
            if key not in self._videos:
                self._videos[key] = await asyncio.to_thread(_video, path, camera)
            self._videos.move_to_end(key)
            while len(self._videos) > 1 and sum(map(len, self._videos.values())) > MAX_KEPT_VIDEO_BYTES:
                self._videos.popitem(last=False)
            return self._videos[key]

    def _read_cards(self) -> tuple[EpisodeCard, ...]:
        found: list[EpisodeCard] = []
        for path in self._folder.glob("*.mcap"):
            try:
                found.append(self._card(path))
            except EpisodeFault:
                continue  # `armcade episodes list` names the damaged ones
        return tuple(sorted(found, key=lambda card: (-card.started_utc_ns, card.episode_id)))

    def _card(self, path: Path) -> EpisodeCard:
        """Reads a card once per state of its file; those asked for last are kept."""
        facts = path.stat()
        key = (path.name, facts.st_mtime_ns, facts.st_size)
        if key not in self._cards:
            card: EpisodeCard = importlib.import_module(READING).card(path)
            self._cards[key] = card
            while len(self._cards) > MAX_KEPT_CARDS:
                self._cards.popitem(last=False)
        self._cards.move_to_end(key)
        return self._cards[key]


def _plots(path: Path) -> Series:
    plots: Series = importlib.import_module(READING).plots(path)
    return plots


def _video(path: Path, camera: str) -> bytes:
    video: bytes = importlib.import_module(READING).video(path, camera)
    return video
