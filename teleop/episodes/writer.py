"""Writes an episode while its turn is being played, on a thread of its own."""

import queue
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import msgspec

from teleop.episodes.container import GAP_EVENT, EpisodeFile, Sealed, UnknownCamera, log_time
from teleop.episodes.format import Closing, Event, Header, Message, Picture, Verdict
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
IDLE_FLUSH_S = 0.24


class EpisodeOverflow(RuntimeError):
    """The writer could not keep up: this message is not in the file, and the gap is recorded there."""


class EpisodeFailed(RuntimeError):
    """The writer has stopped (disk full, file gone); what it wrote before waits for recovery."""


@dataclass(frozen=True, slots=True)
class _Close:
    verdict: Verdict | None
    note: str


@dataclass(slots=True)
class _Gap:
    lost: int
    first_ns: int
    last_ns: int


def episode_path(directory: Path, episode_id: str) -> Path:
    """Where an episode of this id lies in a directory of episodes."""
    return directory / f"{episode_id}.mcap"


class EpisodeWriter:
    """Takes messages from the event loop without blocking it and writes them on its own thread.

    Messages of one kind must come in the order of their time. The queue is bounded: a message that
    finds it full is refused loudly, and an event `recording_gap` tells of it in the file.
    """

    def __init__(self, path: Path, header: Header, capacity: int = CAPACITY) -> None:
        """Opens the episode; raises FileExistsError or another OSError when it cannot be created."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = EpisodeFile(path, header)
        self._cameras = frozenset(camera.camera for camera in header.cameras)
        self._queue: queue.Queue[Message | _Close] = queue.Queue(capacity)
        self._gap: _Gap | None = None
        self._lost = 0
        self._failure: Exception | None = None
        self._sealed: Sealed | None = None
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="episode", daemon=True)
        self._thread.start()

    @property
    def lost(self) -> int:
        """How many messages were refused because the queue was full."""
        return self._lost

    @property
    def waiting(self) -> int:
        """How many messages wait to be written, about."""
        return self._queue.qsize()

    def put(self, message: Message) -> None:
        """Hands one message over and returns at once.

        Raises EpisodeOverflow when the queue is full, EpisodeFailed when the writer has stopped or
        is closed, UnknownCamera for a picture of a camera that the header does not name.
        """
        if self._closing or not self._thread.is_alive():
            raise EpisodeFailed(self._complaint()) from self._failure
        if isinstance(message, Picture) and message.camera not in self._cameras:
            raise UnknownCamera(f"{message.camera} is not a camera of {self._file.path.name}")
        try:
            if self._gap is not None:
                self._queue.put_nowait(_gap_event(self._gap))
                self._gap = None
            self._queue.put_nowait(message)
        except queue.Full:
            self._count_lost(log_time(message))
            raise EpisodeOverflow(f"{self._file.path.name}: {self._lost} messages refused so far") from None

    def close(self, verdict: Verdict | None, note: str = "") -> Sealed:
        """Writes what waits, the verdict (None for a turn that was never judged) and the final file.

        Blocks: call it in an executor. Raises EpisodeFailed when the file could not be finished.
        """
        self._closing = True
        if self._gap is not None:
            self._hand_over(_gap_event(self._gap))
            self._gap = None
        self._hand_over(_Close(verdict, note))
        self._thread.join()
        if self._sealed is None:
            raise EpisodeFailed(self._complaint()) from self._failure
        return self._sealed

    def _hand_over(self, item: Message | _Close) -> None:
        while self._thread.is_alive():
            try:
                self._queue.put(item, timeout=0.1)
            except queue.Full:
                continue
            return

    def _count_lost(self, t_ns: int) -> None:
        self._lost += 1
        if self._gap is None:
            self._gap = _Gap(0, t_ns, t_ns)
        self._gap.lost += 1
        self._gap.last_ns = max(self._gap.last_ns, t_ns)

    def _complaint(self) -> str:
        if self._failure is not None:
            return f"{self._file.part} is incomplete: {self._failure}"
        return f"{self._file.path.name} is closed"

    def _run(self) -> None:
        give_way()
        try:
            self._write_until_closed()
        except (OSError, ValueError, msgspec.MsgspecError) as error:
            self._failure = error
            self._file.abandon()

    def _write_until_closed(self) -> None:
        while True:
            try:
                item = self._queue.get(timeout=max(0.0, IDLE_FLUSH_S - self._file.unflushed_s))
            except queue.Empty:
                self._file.flush()
                continue
            if isinstance(item, _Close):
                self._seal(item)
                return
            self._file.add(item)

    def _seal(self, close: _Close) -> None:
        status: Literal["unjudged", "complete"] = "unjudged" if close.verdict is None else "complete"
        self._sealed = self._file.seal(Closing(status, close.note, 0, self._lost, close.verdict))


def _gap_event(gap: _Gap) -> Event:
    return Event(
        gap.first_ns, GAP_EVENT, {"lost": gap.lost, "first_ns": gap.first_ns, "last_ns": gap.last_ns}
    )
