"""The annotations of a folder of episodes: read, saved, compared; the work is done in threads.

Episodes are read by `annotation_reading`, which is imported with the first request.
"""

import asyncio
import importlib
from collections import OrderedDict
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from teleop.annotation.agreement import Comparison, agreement, compare
from teleop.annotation.revisions import Revision, next_revision, reviewed
from teleop.annotation.store import (
    SUFFIX,
    AnnotationsBroken,
    annotations_path,
    read_revisions,
    write_revisions,
)
from teleop.wire.annotation_in import SaveAnnotation
from teleop.wire.annotation_out import Agreement, AnnotationSet

if TYPE_CHECKING:
    from teleop.annotation.evidence import Evidence
    from teleop.annotation.things import Things

READING = "teleop.hub.annotation_reading"
MAX_KEPT = 32  # about a tenth of a megabyte each
MAX_KEPT_COMPARISONS = 10_000


@dataclass(frozen=True, slots=True)
class Standing:
    """What is saved of one episode: how many revisions, and its newest review against what that reviews."""

    revisions: int
    comparison: Comparison | None
    blind: bool


class Annotating:
    """The annotations beside the episodes of one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._evidence: OrderedDict[tuple[str, int, int], tuple[Evidence, Things]] = OrderedDict()
        self._standings: OrderedDict[tuple[str, int, int], Standing] = OrderedDict()
        self._one_at_a_time = asyncio.Lock()

    async def evidence(self, path: Path) -> "tuple[Evidence, Things]":
        """What an episode tells its annotators; raises EpisodeFault."""
        async with self._one_at_a_time:
            return await asyncio.to_thread(self._look, path)

    async def history(self, path: Path) -> tuple[Revision, ...]:
        """The saved revisions of an episode, oldest first; raises AnnotationsBroken."""
        return await asyncio.to_thread(read_revisions, path)

    async def save(
        self, path: Path, wish: SaveAnnotation, author: str, now_utc_ns: int
    ) -> tuple[Revision, ...]:
        """Adds a revision; gives all. Raises NotSaved, AnnotationsBroken, EpisodeFault, FileNotFoundError."""
        async with self._one_at_a_time:
            length_ns = (await asyncio.to_thread(self._look, path))[0].length_ns
            history = await asyncio.to_thread(read_revisions, path)
            whole = (*history, next_revision(history, wish, author, now_utc_ns, length_ns))
            await asyncio.to_thread(write_revisions, path, whole)
            return whole

    async def of_set(self, episode_ids: Collection[str]) -> AnnotationSet:
        """How much of these episodes is annotated and reviewed, and how far people agree."""
        async with self._one_at_a_time:
            return await asyncio.to_thread(self._of_set, episode_ids)

    def _of_set(self, episode_ids: Collection[str]) -> AnnotationSet:
        standings = [
            standing
            for episode_id in sorted(episode_ids)
            if (standing := self._standing(self._folder / f"{episode_id}.mcap")) is not None
        ]
        compared = [one for one in standings if one.comparison is not None]
        return AnnotationSet(
            episodes=len(episode_ids),
            annotated=len(standings),
            reviewed=len(compared),
            all=agreement(one.comparison for one in compared if one.comparison is not None),
            blind=agreement(one.comparison for one in compared if one.comparison is not None and one.blind),
        )

    def _look(self, path: Path) -> "tuple[Evidence, Things]":
        facts = path.stat()
        key = (path.name, facts.st_mtime_ns, facts.st_size)
        if key not in self._evidence:
            self._evidence[key] = importlib.import_module(READING).evidence(path)
            while len(self._evidence) > MAX_KEPT:
                self._evidence.popitem(last=False)
        self._evidence.move_to_end(key)
        return self._evidence[key]

    def _standing(self, episode: Path) -> Standing | None:
        """What is saved of an episode, read once per state of its file; None where nothing is, or broken."""
        path = annotations_path(episode)
        try:
            facts = path.stat()
        except FileNotFoundError:
            return None
        key = (path.name.removesuffix(SUFFIX), facts.st_mtime_ns, facts.st_size)
        if key not in self._standings:
            try:
                self._standings[key] = standing_of(read_revisions(episode))
            except AnnotationsBroken:
                return None  # the episode's own page names it
            while len(self._standings) > MAX_KEPT_COMPARISONS:
                self._standings.popitem(last=False)
        self._standings.move_to_end(key)
        return self._standings[key]


def standing_of(history: tuple[Revision, ...]) -> Standing:
    """What a history comes to."""
    pair = reviewed(history)
    if pair is None:
        return Standing(len(history), None, False)
    reviewed_one, review = pair
    comparison = compare(reviewed_one.segments, review.segments)
    return Standing(len(history), comparison, review.begun_from == "proposal")


def agreement_of(history: tuple[Revision, ...]) -> Agreement | None:
    """The figures of an episode's newest review; None without one."""
    comparison = standing_of(history).comparison
    return None if comparison is None else agreement((comparison,))
