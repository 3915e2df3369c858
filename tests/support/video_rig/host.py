"""The cell's media path for many viewers at once, with all that it does for each of them.

python -m video_rig.host RING WIDTH HEIGHT BIT_S    obeys JSON lines: `{"offer": sdp}` is answered with an
answer, and `{"measure": seconds, "talk": true}` with the processor's and the camera's work in that time.
Their connections, rate control and overdue ones are looked at as the cell looks at them. With `talk` each is
told of the arm too, and its pings are answered; the first one is the player.
"""

import asyncio
import itertools
import json
import sys
import time
from types import SimpleNamespace
from typing import Any

from injected_truth import arm_state

from teleop.cell.broadcast import PLAYER_HZ, StateBroadcast
from teleop.cell.cameras import Camera
from teleop.cell.driving import TICK_S
from teleop.cell.quality import Quality, Size, bit_rate_for
from teleop.cell.rate_control import RateControl
from teleop.cell.recorder import SentSetpoints
from teleop.cell.visitor import Ear, Visitor
from teleop.cell.visitors import Visitors
from teleop.metrics import CellMetrics
from teleop.tickets import Ticket
from teleop.wire.hub_to_cell import Offer


class Host:
    """One camera and whoever comes to watch it."""

    def __init__(self, ring: str, size: Size, bit_s: int) -> None:
        metrics = CellMetrics()
        self._camera = Camera("overview", ring, metrics)
        self._camera.quality = Quality(share=min(1.0, bit_s / bit_rate_for(size)))
        self._numbers, self._player = itertools.count(), None
        self._visitors = Visitors(
            [self._camera.stream], Ear(metrics, lambda visitor, message: None), metrics, lambda visitor: None
        )
        # The benchmark keeps its bit rate, whatever rate control would have.
        self._watched = SimpleNamespace(newest=None, size=size, quality=None)
        self._rates = RateControl([self._watched], metrics)
        bridge = SimpleNamespace(last_state=arm_state(1, 1, 1, 0), state=lambda now_ns: bridge.last_state)
        self._broadcast = StateBroadcast(bridge, self._visitors, SentSetpoints(), metrics)
        self._talks = False
        self._pictures = self._bytes = self._keyframes = 0
        self._camera.listen(self._count)
        self._camera.start()

    async def obey(self, order: dict[str, Any]) -> object:
        """Carries out one line."""
        if "offer" in order:
            return await self._let_in(f"viewer-{next(self._numbers)}", order["offer"])
        self._talks = order.get("talk", False)
        before = (self._pictures, self._bytes, self._keyframes)
        begun_s, used_s, looped_s = time.monotonic(), time.process_time(), time.thread_time()
        await asyncio.sleep(order["measure"])
        took_s = time.monotonic() - begun_s
        return {
            "cpu": (time.process_time() - used_s) / took_s,
            "loop": (time.thread_time() - looped_s) / took_s,
            "pictures_s": (self._pictures - before[0]) / took_s,
            "bit_s": 8 * (self._bytes - before[1]) / took_s,
            "keyframes": self._keyframes - before[2],
        }

    async def look(self) -> None:
        """As the cell does, fifty times a second."""
        while True:
            await asyncio.sleep(TICK_S)
            now_ns = time.monotonic_ns()
            for visitor, _ in self._visitors._peers.values():
                self._greet(visitor, now_ns)
            self._visitors.close_overdue(now_ns)
            self._watched.newest = self._camera.newest
            self._rates.tick(self._visitors.links(self._player), now_ns)

    async def tell(self) -> None:
        """Tells of the arm, as the cell does."""
        while True:
            await self._broadcast.keep_time(1 / PLAYER_HZ)
            if self._talks:
                self._broadcast.send(None)

    async def close(self) -> None:
        """Lets everybody go."""
        await self._visitors.close_all()
        await self._camera.close()

    async def _let_in(self, name: str, sdp: str) -> str:
        answer = await self._visitors.answer(Offer(1, name, sdp, name, seat_kept=True))
        return answer.sdp

    def _greet(self, visitor: Visitor, now_ns: int) -> None:
        """Who comes needs no ticket, and who says nothing stays."""
        if not self._talks:
            visitor.heard_ns = now_ns
        if visitor.ticket is None:
            first = self._player is None
            self._player = visitor if first else self._player
            role = "player" if first else "viewer"
            visitor.ticket = Ticket(role, "bench", visitor.subject, None, None, 10**10)

    def _count(self, picture: Any) -> None:
        self._pictures += 1
        self._bytes += len(picture.data)
        self._keyframes += picture.keyframe


async def main(ring: str, size: Size, bit_s: int) -> None:
    """Obeys until the input ends."""
    host = Host(ring, size, bit_s)
    working = [asyncio.create_task(work) for work in (host.look(), host.tell())]
    while line := await asyncio.to_thread(sys.stdin.readline):
        print(json.dumps(await host.obey(json.loads(line))), flush=True)
    for task in working:
        task.cancel()
    await host.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Size(int(sys.argv[2]), int(sys.argv[3])), int(sys.argv[4])))
