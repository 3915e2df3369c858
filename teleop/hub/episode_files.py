"""Episodes on disk as pages ask for them; reading is done in threads, videos are kept for their ranges.

The readers (numpy, PyAV) are imported with the first request: a hub without researchers never pays for them.
"""

import asyncio
import importlib
import re
from collections import OrderedDict
from pathlib import Path

import structlog

from teleop.hub.catalogue import cards_in, chosen, found, narrowing
from teleop.hub.episode_index import EpisodeIndex
from teleop.wire.browser_in import Search
from teleop.wire.browser_out import EpisodeCard, Found, Series

EPISODE_ID = re.compile(r"^[A-Za-z0-9_.:-]{1,64}$")
READING = "teleop.hub.episode_reading"
MAX_KEPT_VIDEO_BYTES = 96 * 1024 * 1024
log = structlog.get_logger("teleop.hub.episodes")
READ_AT_ONCE = 32  # recordings that one search looks into: a second of work at most
TIDY_S = 60.0


class EpisodeFiles:
    """The episodes of one folder; `index` is the file that keeps their cards over a restart."""

    def __init__(self, folder: Path, index: Path | None = None) -> None:
        self._folder = folder
        self._videos: OrderedDict[tuple[str, str, int], bytes] = OrderedDict()
        self._index = EpisodeIndex(folder, _read_card, index)
        self._one_at_a_time = asyncio.Lock()

    async def run(self) -> None:
        """Forgets every minute what was erased, until cancelled."""
        while True:
            try:
                await self.forget_gone()
            except OSError as error:
                log.error("the index of episodes is not up to date", error=str(error))
            await asyncio.sleep(TIDY_S)

    async def forget_gone(self) -> None:
        """Keeps nothing more of recordings that were erased: no card, no video; raises OSError."""
        async with self._one_at_a_time:
            for key in [one for one in self._videos if not (self._folder / one[0]).is_file()]:
                del self._videos[key]
            await asyncio.to_thread(self._index.refresh, 0)

    def path(self, episode_id: str) -> Path | None:
        """The file of an episode; None when there is none by this id."""
        if EPISODE_ID.match(episode_id) is None:
            return None
        path = self._folder / f"{episode_id}.mcap"
        return path if path.is_file() else None

    async def cards(self) -> tuple[EpisodeCard, ...]:
        """All episodes that can be read, newest first."""
        async with self._one_at_a_time:
            await asyncio.to_thread(self._index.refresh, None)
            return (await asyncio.to_thread(self._index.catalogue)).cards

    async def card(self, path: Path) -> EpisodeCard:
        """One episode's card; raises EpisodeFault."""
        async with self._one_at_a_time:
            return await asyncio.to_thread(self._index.card, path)

    async def chosen(self, search: Search) -> tuple[str, ...]:
        """The ids of all episodes that fit, oldest first, whatever the search's page and order."""
        async with self._one_at_a_time:
            await asyncio.to_thread(self._index.refresh, READ_AT_ONCE)
            catalogue = await asyncio.to_thread(self._index.catalogue)
        members = await asyncio.to_thread(lambda: cards_in(catalogue, chosen(narrowing(catalogue, search))))
        return tuple(card.episode_id for card in reversed(members))

    async def search(self, search: Search) -> Found:
        """The episodes that fit; looks into some new recordings and says how many are left."""
        async with self._one_at_a_time:
            unread = await asyncio.to_thread(self._index.refresh, READ_AT_ONCE)
            catalogue = await asyncio.to_thread(self._index.catalogue)
        return await asyncio.to_thread(found, catalogue, search, unread)

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


def _read_card(path: Path) -> EpisodeCard:
    card: EpisodeCard = importlib.import_module(READING).card(path)
    return card


def _plots(path: Path) -> Series:
    plots: Series = importlib.import_module(READING).plots(path)
    return plots


def _video(path: Path, camera: str) -> bytes:
    video: bytes = importlib.import_module(READING).video(path, camera)
    return video
