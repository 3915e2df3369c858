"""Finding instruction frames in a byte stream, as every servo does whatever its protocol."""

from abc import ABC, abstractmethod
from typing import Generic, TypeVar

QUIET_NS = 20_000_000
"""A frame that pauses longer than this is given up."""

_Frame = TypeVar("_Frame")


class FrameFinder(ABC, Generic[_Frame]):
    """Gathers bytes and hands out the frames that they complete; a protocol says where a frame ends."""

    def __init__(self) -> None:
        """Starts with nothing received."""
        self._pending = b""
        self._last_ns = 0

    def feed(self, data: bytes, now_ns: int) -> tuple[_Frame, ...]:
        """Returns the frames that these bytes complete."""
        if now_ns - self._last_ns > QUIET_NS:
            self._pending = b""
        self._last_ns = now_ns
        self._pending += data
        found: list[_Frame] = []
        while (frame := self._next()) is not None:
            found.append(frame)
        return tuple(found)

    @abstractmethod
    def _next(self) -> _Frame | None:
        """Takes the first whole frame out of what is pending; None when there is none yet."""
