"""Strangers' datagrams do not keep browsers from connecting and never reach aioice; the pulse is felt."""

import asyncio
import contextlib
import socket
import time

import pytest
from aioice import stun
from aioice.ice import Connection
from cell_neighbours import until
from hypothesis import given
from hypothesis import strategies as st

from teleop.cell.ice_guard import IceGuard
from teleop.cell.peer import Peer
from teleop.cell.pulse import SILENT_NS

CLIENT_HELLO = bytes((22, 254, 253)) + bytes(60)
HALF_STUN = b"\x00\x01\x00\x04\x21\x12\xa4\x42" + bytes(12)
STRANGER = ("10.1.2.3", 4567)
ALONE = IceGuard(Connection(ice_controlling=False), lambda: None)


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


def ways_in(answer: str) -> list[tuple[str, int]]:
    """The IPv4 addresses of an answer."""
    fields = [line.split(" ") for line in answer.splitlines() if line.startswith("a=candidate:")]
    return [(one[4], int(one[5])) for one in fields if ":" not in one[4]]


async def spray(stranger: socket.socket, places: list[tuple[str, int]]) -> None:
    while True:
        for place in places:
            for datagram in (CLIENT_HELLO, HALF_STUN, b""):
                with contextlib.suppress(OSError):
                    stranger.sendto(datagram, place)
        await asyncio.sleep(0.002)


async def test_twelve_of_twelve_browsers_connect_while_a_stranger_sends_handshakes(browser):
    """Without the guard none does: the stranger's handshake is answered first."""
    for _ in range(12):
        listener, page = Listener(), browser(0)
        peer = Peer([], listener)
        answer = await peer.answer(await page.offer())
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
            sending = asyncio.create_task(spray(stranger, ways_in(answer)))
            try:
                await page.take(answer)
                async with asyncio.timeout(20):
                    await page.opened()
                    await listener.connected.wait()
                assert listener.strangers > 0
            finally:
                sending.cancel()
                await page.close()
                await peer.close()


@pytest.fixture
async def gathered():
    """An ICE connection with sockets, one stranger's datagram already in it, and its guard."""
    connection = Connection(ice_controlling=False)
    await connection.gather_candidates()
    connection.data_received(CLIENT_HELLO, 1)
    listener = Listener()
    guard = IceGuard(connection, listener.on_stranger)
    yield connection, guard, listener
    await connection.close()


async def test_what_came_before_the_guard_is_thrown_away(gathered):
    connection, _, listener = gathered
    assert connection._queue.empty() and listener.strangers == 1


async def test_a_relay_is_guarded_like_a_socket(gathered):
    connection, _, listener = gathered
    for protocol in connection._protocols:
        protocol.datagram_received(CLIENT_HELLO, STRANGER)  # as a TURN client hands it over
        protocol.datagram_received(CLIENT_HELLO, (*STRANGER, 0, 0))
    assert connection._queue.empty() and listener.strangers == 1 + 2 * len(connection._protocols)


def binding(length: int = 0, tail: bytes = b"") -> bytes:
    """A binding request's header that promises so many bytes, and whatever follows."""
    return b"\x00\x01" + length.to_bytes(2, "big") + b"\x21\x12\xa4\x42" + bytes(12) + tail


@given(st.binary(max_size=60) | st.binary(max_size=60).map(lambda tail: binding(len(tail), tail)))
def test_no_datagram_of_a_stranger_ever_becomes_media_or_an_error(data):
    if ALONE.admits(data, STRANGER):
        stun.parse_message(data)
        assert data[0] < 4


async def test_who_stops_answering_is_missed_and_heard_again(browser):
    listener, page = Listener(), browser(0)
    peer = Peer([], listener)
    assert not peer.silent(0)
    await page.take(await peer.answer(await page.offer()))
    await page.opened()
    await listener.connected.wait()
    ends = [vars(way) for way in page.connection.sctp.transport.transport._connection._protocols]
    await until(lambda: not peer.silent(time.monotonic_ns()) and peer._guard._pulse.round_trip_ns, "pulse")
    for end in ends:
        end["datagram_received"] = lambda data, addr: None
    await until(lambda: peer.silent(time.monotonic_ns()), "silence noticed")
    for end in ends:
        del end["datagram_received"]
    await until(lambda: not peer.silent(time.monotonic_ns()), "life noticed")
    await peer.close()
    assert peer.silent(time.monotonic_ns() + SILENT_NS)
