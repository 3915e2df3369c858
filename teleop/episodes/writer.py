"""Writes an episode while its turn is being played, on a thread of its own."""

import secrets
import threading
import time
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import msgspec

from teleop.episodes.container import GAP_EVENT, Sealed, UnknownCamera, log_time
from teleop.episodes.format import Closing, Event, Header, Message, Picture, Verdict
from teleop.episodes.journal.codec import PayloadTooLong
from teleop.episodes.journal.compaction import compact
from teleop.episodes.journal.entries import Entry
from teleop.episodes.journal.file import JournalFile, journal_path
from teleop.episodes.journal.rhythm import Rhythm, begin, rest_s
from teleop.episodes.ticks import Tick
from teleop.urgency import give_way

__all__ = [
    "CAPACITY",
    "EpisodeFailed",
    "EpisodeOverflow",
    "EpisodeWriter",
    "Sealed",
    "UnknownCamera",
    "episode_path",
]

CAPACITY = 4096
BATCH = 64
"""Messages encoded at a time: about 0.2 ms in which no other thread runs Python."""


class EpisodeOverflow(RuntimeError):
    """The writer could not keep up: this message is not in the file, and the gap is recorded there."""


class EpisodeFailed(RuntimeError):
    """The writer has stopped (disk full, file gone); what it wrote before waits for recovery."""


@dataclass(slots=True)
class _Gap:
    lost: int
    first_ns: int
    last_ns: int


def episode_path(directory: Path, episode_id: str) -> Path:
    """Where an episode of this id lies in a directory of episodes."""
    return directory / f"{episode_id}.mcap"


class EpisodeWriter:
    """Takes messages from the event loop without blocking it; its thread encodes them and waits for the disk.

    Messages of one kind must come in the order of their time. Only one thread may put. What waits is
    bounded: a message that finds it full is refused loudly, and an event `recording_gap` tells of it.
    """

    def __init__(self, path: Path, header: Header, capacity: int = CAPACITY) -> None:
        """Starts the episode; raises FileExistsError when it is there. What the disk refuses, `put` tells."""
        if path.exists():
            raise FileExistsError(f"{path} exists: an episode is never overwritten")
        self._path, self._header, self._capacity = path, header, capacity
        self._cameras = frozenset(camera.camera for camera in header.cameras)
        self._waiting: deque[Message | Tick] = deque()
        self._gap: _Gap | None = None
        self._lost = 0
        self._failure: Exception | None = None
        self._last: tuple[Entry, ...] = ()
        self._closing = False
        # Held until the end: waiting for a lock costs the thread half of what waiting for an event does.
        self._running = threading.Lock()
        self._running.acquire()
        self._thread = threading.Thread(target=self._run, name="episode", daemon=True)
        self._thread.start()

    @property
    def lost(self) -> int:
        """How many messages were refused because too many waited."""
        return self._lost

    @property
    def waiting(self) -> int:
        """How many messages wait to be written, about."""
        return len(self._waiting)

    @property
    def failed(self) -> bool:
        """Whether the disk has refused: nothing more is recorded."""
        return self._failure is not None

    def put(self, message: Message | Tick) -> None:
        """Hands one message, or the two of a tick, over and returns at once.

        Raises EpisodeOverflow when too many wait, EpisodeFailed when the writer has stopped or is
        closed, UnknownCamera for a picture of a camera that the header does not name.
        """
        if self._failure is not None or self._closing:
            raise EpisodeFailed(self._complaint()) from self._failure
        if type(message) is Picture and message.camera not in self._cameras:
            raise UnknownCamera(f"{message.camera} is not a camera of {self._path.name}")
        if len(self._waiting) >= self._capacity - (self._gap is not None):
            self._count_lost(message)
            raise EpisodeOverflow(f"{self._path.name}: {self._lost} messages refused so far")
        if self._gap is not None:
            self._end_gap()
        self._waiting.append(message)

    def finish(self, verdict: Verdict | None, note: str = "") -> Path:
        """Writes what waits and how the turn ended (None: never judged); the disk then keeps the journal.

        Blocks for some milliseconds: call it in an executor. Raises EpisodeFailed when the disk refused.
        """
        if not self._closing:
            self._end_gap()
            status: Literal["unjudged", "complete"] = "unjudged" if verdict is None else "complete"
            closing = Closing(status, note, 0, self._lost, verdict)
            self._last = (closing,) if verdict is None else (verdict, closing)
            self._closing = True
            self._running.release()
        self._thread.join()
        if self._failure is not None:
            raise EpisodeFailed(self._complaint()) from self._failure
        return journal_path(self._path)

    def close(self, verdict: Verdict | None, note: str = "") -> Sealed:
        """Finishes the journal and makes the episode of it at once, which takes seconds for a long turn.

        Raises EpisodeFailed when the disk refused.
        """
        journal = self.finish(verdict, note)
        try:
            made = compact(journal, self._path, wait=True)
        except OSError as error:
            raise EpisodeFailed(f"{journal.name} waits for recovery: {error}") from error
        if made is None or made.sealed is None:
            raise EpisodeFailed(f"{journal.name} is no episode")
        return made.sealed

    def _end_gap(self) -> None:
        gap, self._gap = self._gap, None
        if gap is not None:
            facts = {"lost": gap.lost, "first_ns": gap.first_ns, "last_ns": gap.last_ns}
            self._waiting.append(Event(gap.first_ns, GAP_EVENT, dict(facts)))

    def _count_lost(self, message: Message | Tick) -> None:
        t_ns, count = (message.state.now_ns, 2) if isinstance(message, Tick) else (log_time(message), 1)
        self._lost += count
        if self._gap is None:
            self._gap = _Gap(0, t_ns, t_ns)
        self._gap.lost += count
        self._gap.last_ns = max(self._gap.last_ns, t_ns)

    def _complaint(self) -> str:
        if self._failure is not None:
            return f"{journal_path(self._path).name} is incomplete: {self._failure}"
        return f"{self._path.name} is closed"

    def _run(self) -> None:
        give_way()
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            journal = JournalFile(journal_path(self._path), self._header, secrets.randbits(32))
            try:
                self._write_until_closed(journal)
            finally:
                journal.close()
        except (OSError, PayloadTooLong, msgspec.MsgspecError) as error:
            self._failure = error

    def _write_until_closed(self, journal: JournalFile) -> None:
        now_ns = time.monotonic_ns()
        rhythm = Rhythm(now_ns, now_ns)
        while not self._running.acquire(timeout=rest_s(rhythm, time.monotonic_ns())):
            rhythm, sync = begin(rhythm, time.monotonic_ns())
            self._write(journal)
            if sync:
                journal.sync()
        self._write(journal)
        journal.append(self._last)
        journal.sync()

    def _write(self, journal: JournalFile) -> None:
        take = self._waiting.popleft
        while self._waiting:
            entries: list[Entry] = []
            for one in [take() for _ in range(min(BATCH, len(self._waiting)))]:
                if isinstance(one, Tick):
                    entries += one.messages()
                else:
                    entries.append(one)
            journal.append(entries)
