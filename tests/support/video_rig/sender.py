"""One side of the rig: sends a ring's pictures to whoever offers.

python -m video_rig.sender cell|aiortc|aiortc-h264 RING
Reads an offer as a JSON line, writes the answer as one; at the end of its input it writes what it sent.
`cell` is the cell's own media path; the others are aiortc as its documentation shows it.
"""

import asyncio
import json
import struct
import sys
import time
from collections.abc import Awaitable, Callable
from fractions import Fraction
from typing import Any, Protocol

import numpy as np
from aiortc import RTCConfiguration, RTCPeerConnection, RTCRtpSender, RTCSessionDescription
from aiortc.mediastreams import MediaStreamTrack
from av import VideoFrame
from rtp_stamp import read_stamp

from robot_bridge.wire.frames import Frame, FrameRing
from teleop.cell.cameras import Camera
from teleop.cell.peer import Peer
from teleop.cell.rate_control import RateControl
from teleop.cell.rtp import CLOCK_RATE_HZ, media_time
from teleop.metrics import CellMetrics


class Sender(Protocol):
    """What the rig needs of a sender; `captures` are (media time, capture time)."""

    captures: list[tuple[int, int]]

    async def answer(self, offer: str) -> str: ...

    def origin(self) -> int | None: ...

    async def close(self) -> None: ...


class CellSender:
    """The cell's camera, encoder and peer."""

    def __init__(self, ring: str) -> None:
        self.captures: list[tuple[int, int]] = []
        metrics = CellMetrics()
        self._camera = Camera("overview", ring, metrics)
        self._camera.listen(lambda picture: self.captures.append((picture.pts, picture.capture_ns)))
        self._camera.start()
        self._peer = Peer([self._camera.stream], self)
        self._rates = RateControl([self._camera], metrics)
        self._watch = asyncio.create_task(self._look())

    async def answer(self, offer: str) -> str:
        return await self._peer.answer(offer)

    def origin(self) -> int | None:
        return self._peer.rtp_origins[0]

    async def close(self) -> None:
        self._watch.cancel()
        await self._peer.close()
        await self._camera.close()

    def on_message(self, channel: str, data: bytes | str) -> None: ...

    def on_connected(self) -> None: ...

    def on_gone(self) -> None: ...

    def on_stranger(self) -> None: ...

    async def _look(self) -> None:
        """As the cell does, fifty times a second; what it tells the browser is when it was told."""
        while True:
            await asyncio.sleep(0.02)
            now_ns = time.monotonic_ns()
            self._peer.silent(now_ns)
            self._rates.tick([(True, self._peer)], now_ns)
            self._peer.send("control", struct.pack("<d", now_ns / 1e6))


class RingTrack(MediaStreamTrack):
    """The ring's pictures for aiortc to encode."""

    kind = "video"

    def __init__(self, ring: str, captures: list[tuple[int, int]]) -> None:
        super().__init__()
        self._ring, self._captures, self._newest = FrameRing.attach(ring), captures, 0

    async def recv(self) -> VideoFrame:
        found = await self._next()
        shape = (self._ring.height * 3 // 2, self._ring.width)
        picture = VideoFrame.from_ndarray(np.frombuffer(found.i420, np.uint8).reshape(shape), "yuv420p")
        picture.pts, picture.time_base = media_time(found.capture_ns), Fraction(1, CLOCK_RATE_HZ)
        self._captures.append((picture.pts, found.capture_ns))
        return picture

    def close(self) -> None:
        """Lets go of the ring; only when nobody waits in `recv` any more."""
        self.stop()
        self._ring.close()

    async def _next(self) -> Frame:
        while True:
            found = self._ring.read(self._ring.newest) if self._ring.newest != self._newest else None
            if found is not None:
                self._newest = found.frame_id
                return found
            await asyncio.sleep(0.002)


class PlainSender:
    """aiortc with its defaults, but for the codec where one is asked for."""

    def __init__(self, ring: str, codec: str | None) -> None:
        self.captures: list[tuple[int, int]] = []
        self._codec = codec
        self._origin: int | None = None
        self._connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self._track = RingTrack(ring, self.captures)

    async def answer(self, offer: str) -> str:
        sender = self._connection.addTrack(self._track)
        if self._codec is not None:
            known = RTCRtpSender.getCapabilities("video").codecs
            wanted = [one for one in known if one.mimeType in (self._codec, "video/rtx")]
            self._connection.getTransceivers()[0].setCodecPreferences(wanted)
        await self._connection.setRemoteDescription(RTCSessionDescription(offer, "offer"))
        await self._connection.setLocalDescription()
        vars(sender.transport)["_send_rtp"] = self._listen(sender.transport._send_rtp)
        return self._connection.localDescription.sdp

    def origin(self) -> int | None:
        return self._origin

    async def close(self) -> None:
        await self._connection.close()
        self._track.close()

    def _listen(self, send: Callable[[bytes], Awaitable[None]]) -> Callable[[bytes], Awaitable[None]]:
        async def heard(data: bytes) -> None:
            stamp = read_stamp(data)
            if stamp is not None and self._origin is None:
                self._origin = (stamp.timestamp - self.captures[0][0]) % 2**32
            await send(data)

        return heard


def made(kind: str, ring: str) -> Sender:
    """A sender by its name."""
    if kind == "cell":
        return CellSender(ring)
    return PlainSender(ring, "video/H264" if kind == "aiortc-h264" else None)


async def main(kind: str, ring: str) -> None:
    """Answers one offer and sends until its input ends."""
    sender = made(kind, ring)
    offer = json.loads(await asyncio.to_thread(sys.stdin.readline))
    print(json.dumps(await sender.answer(offer)), flush=True)
    begun_s, used_s = time.monotonic(), time.process_time()
    await asyncio.to_thread(sys.stdin.read)
    share = (time.process_time() - used_s) / (time.monotonic() - begun_s)
    report: dict[str, Any] = {"captures": sender.captures, "origin": sender.origin(), "cpu": share}
    await sender.close()
    print(json.dumps(report), flush=True)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2]))
