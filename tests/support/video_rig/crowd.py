"""Viewers made of aiortc that count pictures instead of decoding them.

python -m video_rig.crowd    obeys JSON lines: `"join"` answers with an offer and takes its answer as the next
line; `{"count": seconds, "talk": true}` answers with how many pictures came to each in that time. With `talk`
each pings as a page does; what the arm's states and the pongs say is not read.
"""

import asyncio
import json
import sys
import time
from typing import Any

import msgspec
from aiortc import RTCBundlePolicy, RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.rtcrtpreceiver import StreamStatistics
from aiortc.rtp import RtpPacket

from teleop.wire.player_in import Ping

CLOCK_RATE_HZ = 90_000
CONNECT_S = 40.0
PING_PAUSE_S = 0.1


class Onlooker:
    """One viewer."""

    def __init__(self) -> None:
        self._times: set[int] = set()
        self._watching = asyncio.Event()
        configuration = RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE)
        self.connection = RTCPeerConnection(configuration)
        receiver = self.connection.addTransceiver("video", direction="recvonly").receiver
        receiver._handle_rtp_packet = self._count
        # What the receiver tells about in its reports: a sender repairs more for who says nothing.
        self._statistics: dict[int, StreamStatistics] = vars(receiver)["_RTCRtpReceiver__remote_streams"]
        self._control = self.connection.createDataChannel("control", ordered=False, maxRetransmits=0)
        self.connection.createDataChannel("events")

    @property
    def pictures(self) -> int:
        """How many came, however often each of their packets did."""
        return len(self._times)

    async def join(self, take: Any) -> None:
        """Offers and is answered."""
        await self.connection.setLocalDescription()
        print(json.dumps(self.connection.localDescription.sdp), flush=True)
        await self.connection.setRemoteDescription(RTCSessionDescription(await take(), "answer"))
        async with asyncio.timeout(CONNECT_S):
            await self._watching.wait()

    async def ping(self) -> None:
        """Pings as a page does, until cancelled."""
        while True:
            self._control.send(msgspec.msgpack.encode(Ping(1, time.monotonic_ns() // 1000, 0, 0)))
            await asyncio.sleep(PING_PAUSE_S)

    async def _count(self, packet: RtpPacket, arrival_time_ms: int) -> None:
        statistics = self._statistics.get(packet.ssrc)
        if statistics is None:
            statistics = self._statistics[packet.ssrc] = StreamStatistics(CLOCK_RATE_HZ)
        statistics.add(packet)
        self._times.add(packet.timestamp)
        self._watching.set()


async def main() -> None:
    """Obeys until the input ends."""
    crowd: list[Onlooker] = []

    async def take() -> Any:
        line = await asyncio.to_thread(sys.stdin.readline)
        return json.loads(line) if line else None

    while (order := await take()) is not None:
        if order == "join":
            crowd.append(Onlooker())
            await crowd[-1].join(take)
            print(json.dumps("joined"), flush=True)
        else:
            before = [one.pictures for one in crowd]
            talking = [asyncio.create_task(one.ping()) for one in crowd if order.get("talk")]
            await asyncio.sleep(order["count"])
            for task in talking:
                task.cancel()
            print(json.dumps([one.pictures - b for one, b in zip(crowd, before, strict=True)]), flush=True)
    await asyncio.gather(*(one.connection.close() for one in crowd))


if __name__ == "__main__":
    asyncio.run(main())
