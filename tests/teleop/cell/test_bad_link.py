"""A browser and a cell over the link that a player across an ocean has."""

import asyncio
import time

from cell_neighbours import until
from link.course import Conditions, steady
from link.relay import hidden, relayed

from teleop.cell.cameras import Camera
from teleop.cell.peer import Peer
from teleop.metrics import CellMetrics

OCEAN = steady(Conditions(delay_s=0.1, jitter_s=0.005, loss=0.02))
DARK = steady(Conditions(dark=True))
CLEAR = steady(Conditions())
LOSSY = steady(Conditions(loss=0.2))


class Listener:
    def __init__(self) -> None:
        self.heard: list[bytes] = []
        self.connected = asyncio.Event()

    def on_message(self, channel, data) -> None:
        self.heard.append(data)

    def on_connected(self) -> None:
        self.connected.set()

    def on_gone(self) -> None: ...

    def on_stranger(self) -> None: ...


async def test_a_browser_across_an_ocean_connects_and_is_missed_while_the_link_is_dark(browser):
    listener, page = Listener(), browser(0)
    peer = Peer([], listener)

    def silent() -> bool:
        return peer.silent(time.monotonic_ns())

    answer = await peer.answer(hidden(await page.offer()))
    async with relayed(answer, OCEAN, OCEAN, seed=3) as (sdp, relay):
        await page.take(sdp)
        async with asyncio.timeout(30):
            await page.opened()
            await listener.connected.wait()
        for number in range(20):
            page.say("events", bytes([number]))
        await until(lambda: len(listener.heard) == 20, "every reliable message")
        assert listener.heard == [bytes([number]) for number in range(20)]
        await until(lambda: not silent() and peer._guard._pulse.round_trip_ns, "pulse")
        assert peer._guard._pulse.round_trip_ns >= 190_000_000
        relay.there.change(DARK)
        await until(silent, "silence")
        relay.there.change(OCEAN)
        await until(lambda: not silent(), "life")
    await peer.close()


async def test_lost_packets_come_again_without_being_asked_for(browser, synthetic_camera):
    """The browser's own voice is cut off, so that nothing it could ask for is heard."""
    listener, page = Listener(), browser(1)
    camera = Camera("overview", synthetic_camera().name, CellMetrics())
    camera.start()
    peer = Peer([camera.stream], listener)
    first, again = heard(page)
    answer = await peer.answer(hidden(await page.offer()))
    async with relayed(answer, CLEAR, CLEAR, seed=3) as (sdp, relay):
        await page.take(sdp)
        async with asyncio.timeout(20):
            await listener.connected.wait()
        await until(lambda: len(first) > 5, "pictures")
        relay.there.change(DARK)
        relay.back.change(LOSSY)
        await until(lambda: max(first) - min(first) > 90, "pictures over the lossy link")
    await peer.close()
    await camera.close()
    lost = set(range(min(first), max(first) - 2)) - first
    assert len(lost) > 5 and len(lost & again) > len(lost) / 2


def heard(page) -> tuple[set[int], set[int]]:
    """The numbers of the packets that come first, and of those that come again, from now on."""
    first: set[int] = set()
    again: set[int] = set()
    receiver = page.connection.getTransceivers()[0].receiver
    take = receiver._handle_rtp_packet
    sources: list[int] = []

    async def listen(packet, arrival_time_ms) -> None:
        sources.append(packet.ssrc)
        if packet.ssrc == sources[0]:
            first.add(packet.sequence_number)
        else:
            again.add(int.from_bytes(packet.payload[:2], "big"))
        await take(packet, arrival_time_ms)

    receiver._handle_rtp_packet = listen
    return first, again
