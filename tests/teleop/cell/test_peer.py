"""A browser made of aiortc receives pictures and exchanges messages with a peer over loopback."""

import asyncio
import re
import struct
import time
from copy import copy
from pathlib import Path
from random import Random

import pytest
from aiortc import RTCRtpReceiver
from aiortc.rtp import (
    RtcpPacket,
    RtcpSenderInfo,
    RtcpSrPacket,
    RtpPacket,
    is_rtcp,
    unwrap_rtx,
)
from cell_neighbours import until

from teleop.cell.cameras import Camera
from teleop.cell.feedback import Feedback
from teleop.cell.peer import WINDOW_BYTES, Peer
from teleop.cell.picture_path import PictureTransport
from teleop.cell.sdp import OfferRefused
from teleop.cell.streams import PictureStream
from teleop.metrics import CellMetrics
from teleop.wire.player_in import SeenFrame


def named(camera: str, rtp: int) -> SeenFrame:
    """A page that is sure of what it shows."""
    return SeenFrame(camera, rtp, rtp, rtp, 1, 1)


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


def reported(peer: Peer, camera: str) -> bool:
    """Whether the browser said that it lost nothing, and how long its answer took."""
    feedback = peer.feedback(camera, time.monotonic_ns())
    return feedback.loss == 0.0 and feedback.round_trip_s is not None and feedback.round_trip_s < 1.0


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
            association = peer._connection.sctp
            association._cwnd = 1200  # as after a packet that came late
            assert peer.send("control", b"state")
            assert association._cwnd == WINDOW_BYTES
            assert peer.send("events", b"welcome")
            assert await page.received["control"].get() == b"state"
            assert await page.received["events"].get() == b"welcome"
            for video, source in enumerate(sources):
                found = set()
                for _ in range(10):
                    seen = peer.sight(named(f"camera{video}", await page.picture_time(video)))
                    assert seen is not None and (seen.error_frames, seen.error_ns) == (0, 0)
                    assert source.captures[seen.picture.frame_id] == seen.picture.capture_ns
                    found.add(seen.picture.frame_id)
                assert len(found) == 10
            for camera in cameras:
                await until(lambda name=camera.name: reported(peer, name), "reports of the browser's")
            assert peer.feedback("no such camera", time.monotonic_ns()) == Feedback()
    finally:
        await peer.close()
        for camera in cameras:
            await camera.close()
    assert not cameras[0].stream.watched


@pytest.mark.parametrize("kind", ["video/VP8", "video/H264"])
async def test_a_browser_gets_the_codec_that_it_decodes(synthetic_camera, browser, kind):
    camera = Camera("overview", synthetic_camera().name, CellMetrics())
    camera.start()
    page = browser(1)
    known = RTCRtpReceiver.getCapabilities("video").codecs
    wanted = [one for one in known if one.mimeType in (kind, "video/rtx")]
    page.connection.getTransceivers()[0].setCodecPreferences(wanted)
    peer = Peer([camera.stream], Listener())
    try:
        await page.take(await peer.answer(await page.offer()))
        async with asyncio.timeout(20):
            await page.opened()
            seen = [peer.sight(named("overview", await page.picture_time())) for _ in range(3)]
        assert camera.stream.codecs == {kind.removeprefix("video/").lower()}
        assert None not in seen
        peer.pause(True)
        assert not camera.stream.watched
    finally:
        await peer.close()
        await camera.close()


class LosingOne:
    """Loses one packet of the pictures, and keeps what is sent again; nothing is repaired in advance."""

    def __init__(self, transport: PictureTransport, ssrc: int) -> None:
        self.lost: int | None = None
        self.again: list[RtpPacket] = []
        self.told: list[tuple[RtcpSenderInfo, RtcpSenderInfo]] = []
        self._sent = RtcpSenderInfo(0, 0, 0, 0)
        self._send, self._ssrc = transport._inner._send_rtp, ssrc
        transport._inner._send_rtp = self._pass
        transport._send_repairs = self._nothing

    async def _nothing(self, *what: object) -> None:
        pass

    async def _pass(self, data: bytes) -> None:
        if is_rtcp(data):
            reports = [one for one in RtcpPacket.parse(data) if isinstance(one, RtcpSrPacket)]
            self.told += [(one.sender_info, copy(self._sent)) for one in reports if self._sent.packet_count]
            return await self._send(data)
        packet = RtpPacket.parse(data)
        if packet.ssrc == self._ssrc:
            self._sent.packet_count += 1
            self._sent.octet_count += len(packet.payload)
            self._sent.rtp_timestamp = packet.timestamp
        if packet.ssrc == self._ssrc and self.lost is None and packet.sequence_number % 16 == 8:
            self.lost = packet.sequence_number
            return None
        if packet.ssrc != self._ssrc:
            self.again.append(packet)
        return await self._send(data)


async def test_what_a_browser_misses_is_sent_again_and_the_reports_tell_of_what_was_sent(
    synthetic_camera, browser
):
    camera = Camera("overview", synthetic_camera().name, CellMetrics())
    camera.start()
    page = browser(1)
    peer = Peer([camera.stream], Listener())
    try:
        await page.take(await peer.answer(await page.offer()))
        transport = peer._transports["overview"]
        link = LosingOne(transport, transport.ways.ssrc)
        async with asyncio.timeout(20):
            await page.opened()
            await until(lambda: bool(link.again), "an answer to the browser's asking")
            await page.picture_time()
            await until(lambda: bool(link.told), "a report of the cell's")
    finally:
        await peer.close()
        await camera.close()
    assert link.lost is not None and transport.ways.retransmission is not None
    again = unwrap_rtx(link.again[0], payload_type=96, ssrc=transport.ways.ssrc)
    assert (link.again[0].payload_type, link.again[0].ssrc) == transport.ways.retransmission
    assert again.sequence_number == link.lost and again.payload
    told, true = link.told[-1]
    assert told.packet_count == true.packet_count and told.octet_count == true.octet_count
    assert told.rtp_timestamp == true.rtp_timestamp


async def test_chromium_is_promised_the_parity_that_it_offers_to_read():
    offer = (Path(__file__).parent / "chromium_offer.sdp").read_text()
    streams = [PictureStream(name, lambda: None) for name in ("one", "two")]
    peer = Peer(streams, Listener())
    answer = await peer.answer(offer)
    await peer.close()
    for section in answer.split("m=video ")[1:]:
        assert section.split("\r\n")[0].endswith(" 49") and "a=rtpmap:49 flexfec-03/90000\r\n" in section
        assert len(re.findall(r"a=ssrc-group:FEC-FR \d+ \d+\r\n", section)) == 1
    assert peer.wire_factor("one") == peer.wire_factor("no such camera") == 1.0


async def test_an_offer_that_is_not_ours_is_refused(browser):
    peer = Peer([], Listener())
    with pytest.raises(OfferRefused):
        await peer.answer("v=0\r\nnonsense")
    await peer.close()


def damaged(offer: str, random: Random) -> str:
    """An offer with one line changed: cut, doubled, moved, or with a number that is out of all bounds."""
    lines = offer.split("\r\n")[:-1]
    at = random.randrange(len(lines))
    match random.randrange(5):
        case 0:
            del lines[at]
        case 1:
            lines.insert(at, lines[random.randrange(len(lines))])
        case 2:
            lines[at] = lines[at][: random.randrange(len(lines[at]) + 1)]
        case 3:
            lines[at] = re.sub(r"\d+", random.choice(("99999", "0", "4294967296")), lines[at], count=1)
        case _:
            lines[at] = re.sub(
                r"[0-9a-zA-Z]", random.choice("0:/ z"), lines[at], count=random.randrange(1, 9)
            )
    return "\r\n".join(lines) + "\r\n"


async def test_a_damaged_offer_is_answered_or_refused_and_nothing_else(browser):
    offer = await browser(2).offer()
    streams = [PictureStream(name, lambda: None) for name in ("one", "two")]
    outcomes = set()
    for seed in range(30):
        peer = Peer(streams, Listener())
        try:
            outcomes.add((await peer.answer(damaged(offer, Random(seed))))[:3])
        except OfferRefused as refused:
            outcomes.add(str(refused))
        finally:
            await peer.close()
    assert "v=0" in outcomes and len(outcomes) >= 6
    assert not any(stream.watched for stream in streams)


@pytest.mark.parametrize("error", [OSError(24, "Too many open files"), OverflowError(), struct.error()])
async def test_what_fails_inside_the_library_is_a_refusal(browser, monkeypatch, error):
    async def fail(self: Peer, offer: str) -> None:
        raise error

    monkeypatch.setattr(Peer, "_negotiate", fail)
    peer = Peer([], Listener())
    with pytest.raises(OfferRefused, match=f"unusable: {type(error).__name__}"):
        await peer.answer(await browser(0).offer())
    await peer.close()
