"""Simulated time: what happens when, in order."""

import heapq
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from link import law
from link.course import Course

MS = 1_000_000


class Clock:
    """Calls what is due in the order of its time; `now_ns` is when it is."""

    def __init__(self) -> None:
        self.now_ns = 0
        self._due: list[tuple[int, int, Callable[..., None], tuple[Any, ...]]] = []
        self._count = 0

    def at(self, when_ns: int, call: Callable[..., None], *arguments: Any) -> None:
        """Calls it then."""
        self._count += 1
        heapq.heappush(self._due, (when_ns, self._count, call, arguments))

    def run(self, until_ns: int) -> None:
        """Lets time pass."""
        while self._due and self._due[0][0] <= until_ns:
            self.now_ns, _, call, arguments = heapq.heappop(self._due)
            call(*arguments)


@dataclass(frozen=True, slots=True)
class Packet:
    """One packet by kind; `size` is all that is on the wire, in bytes."""

    kind: str
    size: int
    data: Any = None


class Way:
    """One direction of the link."""

    def __init__(self, clock: Clock, course: Course, seed: int) -> None:
        self._clock = clock
        self.deliver: Callable[[Packet], None] | None = None
        self._state = law.begin(course, seed, 0)

    def send(self, packet: Packet) -> None:
        """Sends a packet, which may get lost."""
        self._state, fate = law.step(self._state, packet.size, self._clock.now_ns)
        assert self.deliver is not None
        for out_ns in fate.out_ns:
            self._clock.at(out_ns, self.deliver, packet)

    @property
    def queue_ms(self) -> float:
        """How long what is sent now waits before the bottleneck."""
        return max(0, self._state.free_ns - self._clock.now_ns) / MS
