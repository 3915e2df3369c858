"""A browser and a cell over the link that a player across an ocean has."""

import asyncio
import time

from cell_neighbours import until
from link.course import Conditions, steady
from link.relay import hidden, relayed

from teleop.cell.peer import Peer

OCEAN = steady(Conditions(delay_s=0.1, jitter_s=0.005, loss=0.02))
DARK = steady(Conditions(dark=True))


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
