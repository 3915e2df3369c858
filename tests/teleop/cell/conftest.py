"""What the cell's tests share: a synthetic camera ring, and a browser made of aiortc."""

import asyncio
import contextlib
import os
import threading
import time
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from multiprocessing import resource_tracker

import msgspec
import numpy as np
import pytest
from aiortc import (
    MediaStreamTrack,
    RTCBundlePolicy,
    RTCConfiguration,
    RTCDataChannel,
    RTCPeerConnection,
    RTCRtpReceiver,
    RTCSessionDescription,
)
from aiortc.rtp import RtpPacket
from av import VideoFrame

from robot_bridge.wire.frames import FrameRing


class SyntheticCamera:
    """Writes a moving pattern into a ring at 30 pictures a second, in a thread."""

    def __init__(self, width: int = 160, height: int = 120) -> None:
        self.name = f"armcade-test-{uuid.uuid4().hex[:12]}"
        self.captures: dict[int, int] = {}
        self._ring = FrameRing.create(self.name, width, height, os.getpid())
        self._shape = (height * 3 // 2, width)
        self._stop = threading.Event()
        self._paused = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def pause(self) -> None:
        self._paused.set()

    def resume(self) -> None:
        self._paused.clear()

    def close(self) -> None:
        self._stop.set()
        self._thread.join()
        # A reader in this same process took the name off the tracker's list (see FrameRing.attach).
        resource_tracker.register(f"/{self.name}", "shared_memory")
        self._ring.close()

    def _run(self) -> None:
        frame_id = 0
        ramp = np.arange(self._shape[1], dtype=np.uint8)[None, :] + np.zeros(self._shape, dtype=np.uint8)
        while not self._stop.wait(1 / 30):
            if self._paused.is_set():
                continue
            frame_id += 1
            capture_ns = time.monotonic_ns()
            self.captures[frame_id] = capture_ns
            self._ring.write(frame_id, capture_ns, np.roll(ramp, frame_id, axis=1).tobytes())


class Browser:
    """The page's side of the connection, made of aiortc: two channels and receive-only video."""

    def __init__(self, videos: int) -> None:
        self.connection = RTCPeerConnection(
            RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE)
        )
        self.tracks: list[MediaStreamTrack] = []
        self.connection.add_listener("track", self.tracks.append)
        self.rtp_times: list[list[int]] = []
        for _ in range(videos):
            self._listen_to_rtp(self.connection.addTransceiver("video", direction="recvonly").receiver)
        self.control = self.connection.createDataChannel("control", ordered=False, maxRetransmits=0)
        self.events = self.connection.createDataChannel("events")
        self._control_open, self._events_open = asyncio.Event(), asyncio.Event()
        self.control.add_listener("open", self._control_open.set)
        self.events.add_listener("open", self._events_open.set)
        self.received: dict[str, asyncio.Queue[bytes]] = {
            "control": asyncio.Queue(),
            "events": asyncio.Queue(),
        }
        self.control.add_listener("message", self.received["control"].put_nowait)
        self.events.add_listener("message", self.received["events"].put_nowait)

    async def offer(self) -> str:
        await self.connection.setLocalDescription()
        return self.connection.localDescription.sdp

    async def take(self, answer: str) -> None:
        await self.connection.setRemoteDescription(RTCSessionDescription(answer, "answer"))

    async def opened(self) -> None:
        await self._control_open.wait()
        await self._events_open.wait()

    async def picture(self, video: int = 0) -> VideoFrame:
        frame = await self.tracks[video].recv()
        assert isinstance(frame, VideoFrame)
        return frame

    async def picture_time(self, video: int = 0) -> int:
        """Waits for a picture and returns its RTP time stamp, which a real browser gives to the page."""
        frame = await self.picture(video)
        return (self.rtp_times[video][0] + frame.pts) % 2**32

    def _listen_to_rtp(self, receiver: RTCRtpReceiver) -> None:
        times: list[int] = []
        self.rtp_times.append(times)
        handle = receiver._handle_rtp_packet

        async def listen(packet: RtpPacket, arrival_time_ms: int) -> None:
            times.append(packet.timestamp)
            await handle(packet, arrival_time_ms)

        receiver._handle_rtp_packet = listen

    def say(self, channel: str, message: msgspec.Struct | bytes) -> None:
        data = message if isinstance(message, bytes) else msgspec.msgpack.encode(message)
        found: RTCDataChannel = self.control if channel == "control" else self.events
        found.send(data)

    async def close(self) -> None:
        await self.connection.close()


@pytest.fixture
def synthetic_camera() -> Iterator[Callable[[], SyntheticCamera]]:
    cameras: list[SyntheticCamera] = []

    def make() -> SyntheticCamera:
        cameras.append(SyntheticCamera())
        return cameras[-1]

    yield make
    for camera in cameras:
        camera.close()


@pytest.fixture
async def browser() -> AsyncIterator[Callable[[int], Browser]]:
    browsers: list[Browser] = []

    def make(videos: int) -> Browser:
        browsers.append(Browser(videos))
        return browsers[-1]

    yield make
    for made in browsers:
        with contextlib.suppress(ConnectionError):
            await made.close()
