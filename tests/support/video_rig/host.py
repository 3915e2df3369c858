"""The cell's media path for many viewers at once.

python -m video_rig.host RING WIDTH HEIGHT BIT_S    obeys JSON lines: `{"offer": sdp}` is answered with an
answer, and `{"measure": seconds}` with the processor's and the camera's work in that time.
"""

import asyncio
import json
import sys
import time
from typing import Any

from teleop.cell.cameras import Camera
from teleop.cell.peer import Peer
from teleop.cell.quality import Quality, Size, bit_rate_for
from teleop.metrics import CellMetrics


class Listener:
    """Hears nothing."""

    def on_message(self, channel: str, data: bytes | str) -> None: ...

    def on_connected(self) -> None: ...

    def on_gone(self) -> None: ...

    def on_stranger(self) -> None: ...


class Host:
    """One camera and whoever comes to watch it."""

    def __init__(self, ring: str, size: Size, bit_s: int) -> None:
        self._camera = Camera("overview", ring, CellMetrics())
        self._camera.quality = Quality(share=min(1.0, bit_s / bit_rate_for(size)))
        self._peers = list[Peer]()
        self._pictures = self._bytes = self._keyframes = 0
        self._camera.listen(self._count)
        self._camera.start()

    async def obey(self, order: dict[str, Any]) -> object:
        """Carries out one line."""
        if "offer" in order:
            self._peers.append(Peer([self._camera.stream], Listener()))
            return await self._peers[-1].answer(order["offer"])
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
            await asyncio.sleep(0.02)
            for peer in self._peers:
                peer.silent(time.monotonic_ns())

    async def close(self) -> None:
        """Lets everybody go."""
        await asyncio.gather(*(peer.close() for peer in self._peers))
        await self._camera.close()

    def _count(self, picture: Any) -> None:
        self._pictures += 1
        self._bytes += len(picture.data)
        self._keyframes += picture.keyframe


async def main(ring: str, size: Size, bit_s: int) -> None:
    """Obeys until the input ends."""
    host = Host(ring, size, bit_s)
    looking = asyncio.create_task(host.look())
    while line := await asyncio.to_thread(sys.stdin.readline):
        print(json.dumps(await host.obey(json.loads(line))), flush=True)
    looking.cancel()
    await host.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Size(int(sys.argv[2]), int(sys.argv[3])), int(sys.argv[4])))
