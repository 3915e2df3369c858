"""A browser made of aiortc receives pictures and exchanges messages with a peer over loopback."""

import asyncio

import pytest

from teleop.cell.cameras import Camera
from teleop.cell.peer import Peer
from teleop.cell.sdp import OfferRefused
from teleop.metrics import CellMetrics


class Listener:
    def __init__(self) -> None:
        self.messages: asyncio.Queue[tuple[str, bytes | str]] = asyncio.Queue()
        self.connected = asyncio.Event()
        self.gone = asyncio.Event()
        self.strangers = 0

    def on_message(self, channel: str, data: bytes | str) -> None:
        self.messages.put_nowait((channel, data))

    def on_connected(self) -> None:
        self.connected.set()

    def on_gone(self) -> None:
        self.gone.set()

    def on_stranger(self) -> None:
        self.strangers += 1


async def test_pictures_and_messages_pass_and_each_picture_is_named_by_its_rtp_time(
    synthetic_camera, browser
):
    sources = [synthetic_camera(), synthetic_camera()]
    cameras = [Camera(f"camera{i}", source.name, CellMetrics()) for i, source in enumerate(sources)]
    for camera in cameras:
        camera.start()
    listener = Listener()
    page = browser(2)
    peer = Peer([camera.stream for camera in cameras], listener)
    try:
        await page.take(await peer.answer(await page.offer()))
        async with asyncio.timeout(20):
            await page.opened()
            await listener.connected.wait()
            page.say("control", b"drive")
            page.say("events", b"hello")
            heard = {await listener.messages.get(), await listener.messages.get()}
            assert heard == {("control", b"drive"), ("events", b"hello")}
            assert peer.send("control", b"state")
            assert peer.send("events", b"welcome")
            assert await page.received["control"].get() == b"state"
            assert await page.received["events"].get() == b"welcome"
            for video, source in enumerate(sources):
                found = set()
                for _ in range(10):
                    seen = peer.seen_picture(f"camera{video}", await page.picture_time(video))
                    assert seen is not None
                    assert source.captures[seen.frame_id] == seen.capture_ns
                    found.add(seen.frame_id)
                assert len(found) == 10
    finally:
        await peer.close()
        for camera in cameras:
            await camera.close()
    assert not cameras[0].stream.watched


async def test_an_offer_that_is_not_ours_is_refused(browser):
    peer = Peer([], Listener())
    with pytest.raises(OfferRefused):
        await peer.answer("v=0\r\nnonsense")
    await peer.close()
