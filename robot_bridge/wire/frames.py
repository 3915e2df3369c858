"""The frames wire: a shared-memory ring of I420 pictures, and the camera's calibration file.

It lives here because the camera's side and the cell's side share no other package.
One writer, many readers, no lock. Memory, all words 64 bits, little-endian, aligned:

    header   magic "ARMF" + version, slots, width, height, newest frame id, writer pid, ended, spare
    slot     sequence, frame id, capture time (CLOCK_MONOTONIC ns), spare, picture, padding to a word

A slot's sequence is odd while the slot is being written and differs after each writing, so a reader
can tell a torn copy and take a newer slot. Words are stored whole (a memoryview cast to 64 bits), so
that no reader sees half a number. A writer that leaves, or that takes a dead writer's place, marks the
old memory as ended: readers then attach anew. A killed writer is known by its process id.
"""

import contextlib
import os
from dataclasses import dataclass
from multiprocessing import resource_tracker, shared_memory
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from robot_bridge.wire.units import Identifier, Metres

LAYOUT_VERSION = 2
_MAGIC = int.from_bytes(b"ARMF" + LAYOUT_VERSION.to_bytes(4, "little"), "little")
_HEADER_WORDS, _SLOT_WORDS, _WORD = 8, 4, 8
_AT_MAGIC, _AT_SLOTS, _AT_WIDTH, _AT_HEIGHT, _AT_NEWEST, _AT_PID, _AT_ENDED = range(7)


class CameraCalibration(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Pinhole camera in pixels, and its pose.

    point_camera = rotation (row-major) * point_arm + translation_m.

    Camera axes follow OpenCV: x right, y down, z ahead. `mount` names the link that carries the camera.
    """

    version: Literal[1]
    camera: Identifier
    width: Annotated[int, Meta(ge=16, le=4096)]
    height: Annotated[int, Meta(ge=16, le=4096)]
    fx: Annotated[float, Meta(gt=0, le=1e5)]
    fy: Annotated[float, Meta(gt=0, le=1e5)]
    cx: Annotated[float, Meta(ge=-1e4, le=1e4)]
    cy: Annotated[float, Meta(ge=-1e4, le=1e4)]
    rotation: Annotated[
        tuple[Annotated[float, Meta(ge=-1.001, le=1.001)], ...], Meta(min_length=9, max_length=9)
    ]
    translation_m: Annotated[tuple[Metres, ...], Meta(min_length=3, max_length=3)]
    mount: Literal["world", "gripper"] = "world"


def read_calibration(path: Path) -> CameraCalibration:
    """Reads a camera's calibration file (JSON); raises msgspec.ValidationError when it is not one."""
    return msgspec.json.decode(path.read_bytes(), type=CameraCalibration)


def write_calibration(path: Path, calibration: CameraCalibration) -> None:
    """Writes a camera's calibration file (JSON)."""
    path.write_bytes(msgspec.json.format(msgspec.json.encode(calibration)))


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture: planar I420 bytes (width * height * 3 / 2), capture time on CLOCK_MONOTONIC."""

    frame_id: int
    capture_ns: int
    i420: bytes


def _picture_bytes(width: int, height: int) -> int:
    return width * height * 3 // 2


def _slot_words(width: int, height: int) -> int:
    return _SLOT_WORDS + -(-_picture_bytes(width, height) // _WORD)


def _ring_bytes(slots: int, width: int, height: int) -> int:
    return (_HEADER_WORDS + slots * _slot_words(width, height)) * _WORD


def _words(memory: shared_memory.SharedMemory) -> memoryview:
    if memory.buf is None:
        raise ValueError(f"{memory.name} is closed")
    return memory.buf[: len(memory.buf) // _WORD * _WORD].cast("Q")


def _alive(pid: int) -> bool:
    """Whether a process of this number runs; one that we may not signal does."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


class FrameRing:
    """Both ends of the ring; `create` is for the one writer, `attach` for readers."""

    def __init__(self, memory: shared_memory.SharedMemory, owner: bool) -> None:
        """Wraps mapped memory whose header is already written; raises ValueError if it is not a ring."""
        words = _words(memory)
        found = tuple(words[_AT_SLOTS : _AT_HEIGHT + 1]) if len(words) > _HEADER_WORDS else (0, 0, 0)
        fits = all(found) and _ring_bytes(*found) <= words.nbytes
        if not fits or words[_AT_MAGIC] != _MAGIC:
            words.release()
            raise ValueError(f"{memory.name} is not a frame ring of version {LAYOUT_VERSION}")
        self.slots, self.width, self.height = found
        self._memory, self._owner = memory, owner
        self._words, self._bytes = words, words.cast("B")
        self._picture = _picture_bytes(self.width, self.height)

    @classmethod
    def create(cls, name: str, width: int, height: int, writer_pid: int, slots: int = 8) -> "FrameRing":
        """Creates the ring, ending and replacing one that a dead writer left behind."""
        with contextlib.suppress(FileNotFoundError):
            _end(shared_memory.SharedMemory(name))
        memory = shared_memory.SharedMemory(name, create=True, size=_ring_bytes(slots, width, height))
        words = _words(memory)
        words[_AT_SLOTS], words[_AT_WIDTH], words[_AT_HEIGHT] = slots, width, height
        words[_AT_NEWEST], words[_AT_PID], words[_AT_ENDED] = 0, writer_pid, 0
        words[_AT_MAGIC] = _MAGIC  # last: a reader that comes now finds all or nothing
        words.release()
        return cls(memory, owner=True)

    @classmethod
    def attach(cls, name: str) -> "FrameRing":
        """Maps a ring for reading; raises FileNotFoundError while there is none with a living writer."""
        try:
            memory = shared_memory.SharedMemory(name)
        except ValueError as error:  # just created and still without a size
            raise FileNotFoundError(f"{name} is being created") from error
        words = _words(memory)
        blank = len(words) <= _HEADER_WORDS or words[_AT_MAGIC] == 0
        if blank or words[_AT_PID] != os.getpid():
            # Python 3.11 would unlink the writer's memory when this reader exits (bpo-38119).
            resource_tracker.unregister(f"/{memory.name.lstrip('/')}", "shared_memory")
        words.release()
        try:
            if blank:
                raise FileNotFoundError(f"{name} is being created")
            ring = cls(memory, owner=False)
        except (FileNotFoundError, ValueError):
            memory.close()
            raise
        if ring.ended:
            ring.close()
            raise FileNotFoundError(f"the writer of {name} has gone")
        return ring

    @property
    def newest(self) -> int:
        """The newest frame's id; ids start at 1, so 0 says that nothing was written yet."""
        return self._words[_AT_NEWEST]

    @property
    def writer_pid(self) -> int:
        """The process that writes."""
        return self._words[_AT_PID]

    @property
    def ended(self) -> bool:
        """Whether no new picture will ever come: closed, replaced, or the writer died; attach anew."""
        return self._words[_AT_ENDED] != 0 or not _alive(self.writer_pid)

    def write(self, frame_id: int, capture_ns: int, i420: bytes | memoryview) -> None:
        """Publishes one picture; ids must rise by one. Raises ValueError for a wrong size or id."""
        if len(i420) != self._picture:
            raise ValueError(f"picture has {len(i420)} bytes, not {self._picture}")
        if frame_id != self.newest + 1:
            raise ValueError(f"frame {frame_id} does not follow frame {self.newest}")
        words, at = self._words, self._slot(frame_id)
        sequence = words[at] | 1
        words[at] = sequence
        words[at + 1], words[at + 2] = frame_id, capture_ns
        start = (at + _SLOT_WORDS) * _WORD
        self._bytes[start : start + self._picture] = i420
        words[at] = sequence + 1
        words[_AT_NEWEST] = frame_id

    def read(self, frame_id: int) -> Frame | None:
        """Copies one picture out; None when it is gone or was overwritten while being copied."""
        if frame_id <= 0:
            return None
        words, at = self._words, self._slot(frame_id)
        before, found, capture_ns = words[at], words[at + 1], words[at + 2]
        if before & 1 or found != frame_id:
            return None
        start = (at + _SLOT_WORDS) * _WORD
        picture = bytes(self._bytes[start : start + self._picture])
        if words[at] != before:
            return None
        return Frame(frame_id, capture_ns, picture)

    def close(self) -> None:
        """Unmaps the ring; the writer also ends and removes it, unless another writer took its place."""
        removes = self._owner and self._words[_AT_ENDED] == 0
        if removes:
            self._words[_AT_ENDED] = 1
        self._bytes.release()
        self._words.release()
        self._memory.close()
        if removes:
            with contextlib.suppress(FileNotFoundError):
                self._memory.unlink()

    def _slot(self, frame_id: int) -> int:
        return _HEADER_WORDS + (frame_id % self.slots) * _slot_words(self.width, self.height)


def _end(memory: shared_memory.SharedMemory) -> None:
    """Marks left-over memory as ended, for readers that still map it, and removes its name."""
    words = _words(memory)
    if len(words) > _HEADER_WORDS:
        words[_AT_ENDED] = 1
    words.release()
    memory.unlink()
    memory.close()
