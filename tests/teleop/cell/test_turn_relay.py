"""A cell asks the TURN server that the hub named, and comes up without it when it does not answer."""

import asyncio
import functools
import socket
from contextlib import asynccontextmanager

import pytest
from aioice import stun
from aioice.ice import Connection
from aioice.turn import make_integrity_key

from teleop.cell.peer import Peer
from teleop.hub.turn_credentials import TurnServer, credential

REALM, NONCE, RELAYED = "armcade.test", b"once", ("192.0.2.7", 50_000)
SECRET = "a-secret-of-coturn"


class TurnDouble(asyncio.DatagramProtocol):
    """Allocates for whoever knows the password of the name they give, as coturn does with a shared secret."""

    def __init__(self) -> None:
        self.refused = 0

    def connection_made(self, transport) -> None:
        self._transport = transport

    def datagram_received(self, data, addr) -> None:
        asked = stun.parse_message(data)
        key = self._key(asked)
        if key is None or not asked.check_message_integrity(key):
            self.refused += 1
            attributes = {"ERROR-CODE": (401, "Unauthorized"), "REALM": REALM, "NONCE": NONCE}
            answer = stun.Message(asked.message_method, stun.Class.ERROR, asked.transaction_id, attributes)
        else:
            attributes = {"LIFETIME": 600, "XOR-RELAYED-ADDRESS": RELAYED, "XOR-MAPPED-ADDRESS": addr}
            answer = stun.Message(asked.message_method, stun.Class.RESPONSE, asked.transaction_id, attributes)
            answer.add_message_integrity(key)
        self._transport.sendto(bytes(answer), addr)

    def _key(self, asked: stun.Message) -> bytes | None:
        name = asked.attributes.get("USERNAME")
        if name is None:
            return None
        expiry, _, subject = name.partition(":")
        password = credential(TurnServer(("turn:x",), SECRET, 0), subject, int(expiry)).credential
        return make_integrity_key(name, REALM, password)


class Listener:
    def on_message(self, channel, data) -> None: ...

    def on_connected(self) -> None: ...

    def on_gone(self) -> None: ...

    def on_stranger(self) -> None: ...


@asynccontextmanager
async def turn_server():
    loop = asyncio.get_running_loop()
    transport, double = await loop.create_datagram_endpoint(TurnDouble, local_addr=("127.0.0.1", 0))
    try:
        yield double, f"turn:127.0.0.1:{transport.get_extra_info('sockname')[1]}"
    finally:
        transport.close()


@pytest.mark.parametrize(("secret", "relays"), [(SECRET, 1), ("another-secret-here", 0)])
async def test_a_cell_with_the_right_password_offers_a_relay(browser, secret, relays):
    async with turn_server() as (double, url):
        server = credential(TurnServer((url,), secret, 600), "home", 1_900_000_000)
        peer = Peer([], Listener(), [server])
        answer = await peer.answer(await browser(0).offer())
        await peer.close()
    candidates = [line for line in answer.splitlines() if line.startswith("a=candidate:")]
    assert sum("192.0.2.7 50000 typ relay" in line for line in candidates) == relays
    assert any("typ host" in line for line in candidates)
    assert double.refused == 2 - relays


async def test_a_server_that_never_answers_keeps_nobody_from_connecting(browser, monkeypatch):
    patient = Connection.get_component_candidates
    monkeypatch.setattr(Connection, "get_component_candidates", functools.partialmethod(patient, timeout=0.2))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as dumb:
        dumb.bind(("127.0.0.1", 0))
        url = f"turn:127.0.0.1:{dumb.getsockname()[1]}"
        peer = Peer([], Listener(), [credential(TurnServer((url,), SECRET, 600), "home", 0)])
        page = browser(0)
        await page.take(await peer.answer(await page.offer()))
        async with asyncio.timeout(20):
            await page.opened()
        await peer.close()
