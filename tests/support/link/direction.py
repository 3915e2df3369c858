"""One direction of a link on an event loop: asks the law, keeps packets until they are due, hands them on."""

import asyncio
import heapq
import time
from collections.abc import Callable
from dataclasses import replace

from link import law
from link.course import Course
from link.record import Record


def everything(packet: bytes) -> bool:
    """Lets every packet onto the link."""
    return bool(packet)


class Direction:
    """Takes packets with `send`; hands each copy to its `deliver` in the order in which they are due."""

    def __init__(self, course: Course, seed: int) -> None:
        """The course begins now; must be made on a running event loop."""
        self.record = Record()
        self.passes: Callable[[bytes], bool] = everything
        self._loop = asyncio.get_running_loop()
        self._state = law.begin(course, seed, time.monotonic_ns())
        self._due: list[tuple[int, int, int, bytes, Callable[[bytes], None]]] = []
        self._count = 0
        self._timer: asyncio.TimerHandle | None = None

    def send(self, packet: bytes, deliver: Callable[[bytes], None]) -> None:
        """Puts a packet on the link, unless it is one that shall not pass."""
        if not self.passes(packet):
            return
        now_ns = time.monotonic_ns()
        self._state, fate = law.step(self._state, len(packet), now_ns)
        self.record.sent(len(packet), fate)
        for out_ns in fate.out_ns:
            self._count += 1
            heapq.heappush(self._due, (out_ns, self._count, now_ns, packet, deliver))
        self._release()

    def change(self, course: Course) -> None:
        """Begins another course now; what is on its way stays on its way."""
        self._state = replace(self._state, course=course, begun_ns=time.monotonic_ns())

    def close(self) -> None:
        """Forgets what is on its way."""
        self._due.clear()
        if self._timer is not None:
            self._timer.cancel()

    def _release(self) -> None:
        now_ns = time.monotonic_ns()
        while self._due and self._due[0][0] <= now_ns:
            due_ns, _, sent_ns, packet, deliver = heapq.heappop(self._due)
            self.record.came_out(len(packet), sent_ns, due_ns, now_ns)
            deliver(packet)
        if self._timer is not None:
            self._timer.cancel()
        rest_s = (self._due[0][0] - now_ns) / 1e9 if self._due else None
        self._timer = None if rest_s is None else self._loop.call_later(rest_s, self._release)
