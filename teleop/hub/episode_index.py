"""The cards of a folder's episodes: each recording is read once, and its card kept over a restart.

Blocking, for worker threads, one at a time. What lies on the disk is a cache: it may be deleted at any time.
"""

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import msgspec

from teleop.annotation.store import SUFFIX
from teleop.hub.annotation_index import AnnotationIndex, states_in
from teleop.hub.catalogue import Catalogue, catalogue_of
from teleop.wire.browser_out import EpisodeCard

RECORDING = ".mcap"
VERSION = 1  # raised when a card says more, or something else


class EpisodeFault(Exception):
    """An episode that cannot be read; the text says what is wrong with it."""


class Entry(msgspec.Struct, frozen=True):
    """A file as it was when it was read, and its card; None for one that cannot be read."""

    changed_ns: int
    size: int
    card: EpisodeCard | None


class Saved(msgspec.Struct, frozen=True):
    """The index on disk, by file name."""

    version: int
    entries: dict[str, Entry]


class EpisodeIndex:
    """Cards by file; `read` makes one and may raise EpisodeFault, `saved_in` keeps them (None: nowhere)."""

    def __init__(self, folder: Path, read: Callable[[Path], EpisodeCard], saved_in: Path | None) -> None:
        self._folder, self._read, self._saved_in = folder, read, saved_in
        self._entries = _load(saved_in)
        self._annotations = AnnotationIndex(folder)
        self._catalogue: Catalogue | None = None
        self._unsaved = False

    def refresh(self, at_most: int | None) -> int:
        """Forgets files that are gone, reads new ones, and answers how many are still to be read.

        Raises OSError when the folder cannot be looked through.
        """
        found = _files(self._folder)
        if self._annotations.refresh(states_in(found.items())):
            self._catalogue = None
        there = {name: state for name, state in found.items() if name.endswith(RECORDING)}
        gone = self._entries.keys() - there.keys()
        for name in gone:
            del self._entries[name]
        new = [name for name in sorted(there, reverse=True) if self._known(name) != there[name]]
        now = new[:at_most]
        for name in now:
            self._entries[name] = Entry(*there[name], self._card_or_none(self._folder / name))
        if gone or now:
            self._catalogue, self._unsaved = None, True
        left = len(new) - len(now)
        if self._unsaved and (gone or not left):
            self._save()
        return left

    def catalogue(self) -> Catalogue:
        """All cards that could be read, ready to be searched."""
        if self._catalogue is None:
            cards = (one.card for one in self._entries.values() if one.card is not None)
            self._catalogue = catalogue_of(cards, self._annotations.noted())
        return self._catalogue

    def card(self, path: Path) -> EpisodeCard:
        """One episode's card; raises EpisodeFault."""
        state = _state(path.stat())
        entry = self._entries.get(path.name)
        if entry is not None and entry.card is not None and self._known(path.name) == state:
            return entry.card
        card = self._read(path)
        self._entries[path.name] = Entry(*state, card)
        self._catalogue, self._unsaved = None, True
        return card

    def _known(self, name: str) -> tuple[int, int] | None:
        entry = self._entries.get(name)
        return None if entry is None else (entry.changed_ns, entry.size)

    def _card_or_none(self, path: Path) -> EpisodeCard | None:
        try:
            return self._read(path)
        except EpisodeFault:
            return None  # `armcade episodes list` names the damaged ones

    def _save(self) -> None:
        self._unsaved = False
        if self._saved_in is None:
            return
        begun = self._saved_in.with_name(f"{self._saved_in.name}.part")
        try:
            begun.write_bytes(msgspec.msgpack.encode(Saved(VERSION, self._entries)))
            begun.replace(self._saved_in)
        except OSError:
            self._unsaved = True  # only a cache: the next refresh tries again


def _files(folder: Path) -> dict[str, tuple[int, int]]:
    """Time of the last change, in ns, and size of every recording and annotation; none where no folder is."""
    found: dict[str, tuple[int, int]] = {}
    if not folder.is_dir():
        return found
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.endswith((RECORDING, SUFFIX)):
                with suppress(FileNotFoundError):  # erased while the folder was looked through
                    found[entry.name] = _state(entry.stat())
    return found


def _state(facts: os.stat_result) -> tuple[int, int]:
    return facts.st_mtime_ns, facts.st_size


def _load(saved_in: Path | None) -> dict[str, Entry]:
    try:
        data = saved_in.read_bytes() if saved_in is not None else b""
        saved = msgspec.msgpack.decode(data, type=Saved) if data else Saved(VERSION, {})
    except (OSError, msgspec.MsgspecError):
        return {}
    return saved.entries if saved.version == VERSION else {}
