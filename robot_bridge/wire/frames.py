"""The frames wire: a shared-memory ring of I420 pictures, and the camera's calibration file.

It lives here because the camera's side and the cell's side share no other package.
One writer, many readers, no lock: each slot carries a sequence number that is odd while
the slot is being written, so that a reader can tell a torn copy and take a newer slot.
"""

import struct
from dataclasses import dataclass
from multiprocessing import resource_tracker, shared_memory
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from robot_bridge.wire.units import Identifier, Metres

MAGIC = b"ARMF"
LAYOUT_VERSION = 1
_HEADER = struct.Struct("<4sHHIIQQ")  # magic, version, slots, width, height, newest frame id, writer pid
_SLOT = struct.Struct("<QQQ")  # seqlock, frame id, capture time in CLOCK_MONOTONIC ns


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


def _mapped(memory: shared_memory.SharedMemory) -> memoryview:
    if memory.buf is None:
        raise ValueError(f"{memory.name} is closed")
    return memory.buf


class FrameRing:
    """Both ends of the ring; `create` is for the one writer, `attach` for readers."""

    def __init__(self, memory: shared_memory.SharedMemory, owner: bool) -> None:
        """Wraps mapped memory whose header is already written; raises ValueError if it is not a ring."""
        buffer = _mapped(memory)
        magic, version, slots, width, height, _, _ = _HEADER.unpack_from(buffer, 0)
        if magic != MAGIC or version != LAYOUT_VERSION:
            raise ValueError(f"{memory.name} is not a frame ring of version {LAYOUT_VERSION}")
        self.width, self.height, self.slots = int(width), int(height), int(slots)
        self._memory, self._buffer, self._owner = memory, buffer, owner
        self._stride = _SLOT.size + _picture_bytes(self.width, self.height)

    @classmethod
    def create(cls, name: str, width: int, height: int, writer_pid: int, slots: int = 8) -> "FrameRing":
        """Creates the ring, replacing one that a dead writer left behind."""
        size = _HEADER.size + slots * (_SLOT.size + _picture_bytes(width, height))
        try:
            memory = shared_memory.SharedMemory(name, create=True, size=size)
        except FileExistsError:
            stale = shared_memory.SharedMemory(name)
            stale.unlink()
            stale.close()
            memory = shared_memory.SharedMemory(name, create=True, size=size)
        _HEADER.pack_into(_mapped(memory), 0, MAGIC, LAYOUT_VERSION, slots, width, height, 0, writer_pid)
        return cls(memory, owner=True)

    @classmethod
    def attach(cls, name: str) -> "FrameRing":
        """Maps an existing ring for reading; raises FileNotFoundError while there is none."""
        memory = shared_memory.SharedMemory(name)
        # Python 3.11 would unlink the writer's memory when this reader exits (bpo-38119).
        resource_tracker.unregister(f"/{memory.name.lstrip('/')}", "shared_memory")
        return cls(memory, owner=False)

    @property
    def newest(self) -> int:
        """The newest frame's id; ids start at 1, so 0 says that nothing was written yet."""
        return int(_HEADER.unpack_from(self._buffer, 0)[5])

    def write(self, frame_id: int, capture_ns: int, i420: bytes | memoryview) -> None:
        """Publishes one picture; ids must rise by one. Raises ValueError for a wrong size."""
        if len(i420) != _picture_bytes(self.width, self.height):
            raise ValueError(f"picture has {len(i420)} bytes, not {_picture_bytes(self.width, self.height)}")
        at = self._offset(frame_id)
        lock = int(_SLOT.unpack_from(self._buffer, at)[0]) | 1
        _SLOT.pack_into(self._buffer, at, lock, frame_id, capture_ns)
        self._buffer[at + _SLOT.size : at + self._stride] = i420
        _SLOT.pack_into(self._buffer, at, lock + 1, frame_id, capture_ns)
        struct.pack_into("<Q", self._buffer, 16, frame_id)

    def read(self, frame_id: int) -> Frame | None:
        """Copies one picture out; None when it is gone or was overwritten while being copied."""
        if frame_id <= 0:
            return None
        at = self._offset(frame_id)
        before, found, capture_ns = _SLOT.unpack_from(self._buffer, at)
        if before & 1 or found != frame_id:
            return None
        picture = bytes(self._buffer[at + _SLOT.size : at + self._stride])
        after = _SLOT.unpack_from(self._buffer, at)[0]
        return Frame(frame_id, int(capture_ns), picture) if after == before else None

    def close(self) -> None:
        """Unmaps the ring; the writer also removes it."""
        self._buffer.release()
        self._memory.close()
        if self._owner:
            self._memory.unlink()

    def _offset(self, frame_id: int) -> int:
        return _HEADER.size + (frame_id % self.slots) * self._stride
