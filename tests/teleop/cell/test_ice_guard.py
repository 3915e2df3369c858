"""A stranger's datagrams do not keep a browser from connecting, and are thrown away."""

import asyncio
import contextlib
import socket

from teleop.cell.peer import Peer


class Listener:
    def __init__(self) -> None:
        self.connected = asyncio.Event()
        self.strangers = 0

    def on_message(self, channel, data) -> None:
        pass

    def on_connected(self) -> None:
        self.connected.set()

    def on_gone(self) -> None:
        pass

    def on_stranger(self) -> None:
        self.strangers += 1


async def test_a_browser_connects_while_a_stranger_sends_handshakes(browser):
    listener, page = Listener(), browser(0)
    peer = Peer([], listener)
    answer = await peer.answer(await page.offer())
    places = [line.split(" ") for line in answer.splitlines() if line.startswith("a=candidate:")]
    stranger = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    handshake = bytes((22, 254, 253)) + bytes(60)

    async def send() -> None:
        while True:
            for place in places:
                if ":" not in place[4]:
                    with contextlib.suppress(OSError):
                        stranger.sendto(handshake, (place[4], int(place[5])))
            await asyncio.sleep(0.002)

    sending = asyncio.create_task(send())
    try:
        await page.take(answer)
        async with asyncio.timeout(20):
            await page.opened()
            await listener.connected.wait()
        assert listener.strangers > 0
    finally:
        sending.cancel()
        stranger.close()
        await peer.close()
