"""The relay puts real datagrams under the law, and leaves nothing behind."""

import asyncio
from contextlib import asynccontextmanager

from cell_neighbours import until
from link.course import Conditions, steady
from link.relay import relay, relayed

SLOW = steady(Conditions(delay_s=0.04, jitter_s=0.01))


class Ends(asyncio.DatagramProtocol):
    """A socket that keeps what it hears, and sends it back when told to."""

    def __init__(self, echoes: bool) -> None:
        self.heard: list[bytes] = []
        self._echoes = echoes

    def connection_made(self, transport) -> None:
        self.transport = transport

    def datagram_received(self, data, addr) -> None:
        self.heard.append(data)
        if self._echoes:
            self.transport.sendto(data, addr)


@asynccontextmanager
async def end(echoes: bool = False):
    made = Ends(echoes)
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(lambda: made, local_addr=("127.0.0.1", 0))
    try:
        yield made, transport.get_extra_info("sockname")
    finally:
        transport.close()
        await asyncio.sleep(0)


async def heard(one: Ends, count: int) -> None:
    await until(lambda: len(one.heard) >= count, f"{count} datagrams")


async def test_datagrams_go_there_and_back_in_order_and_take_their_time():
    async with end(echoes=True) as (_, target), end() as (near, _), end() as (other, _):
        async with relay(target, SLOW, SLOW) as made:
            for index in range(20):
                near.transport.sendto(bytes([index]), made.address)
                other.transport.sendto(b"other", made.address)
            await heard(near, 20)
            await heard(other, 20)
        assert near.heard == [bytes([index]) for index in range(20)]
        assert other.heard == [b"other"] * 20
        for record in (made.there.record, made.back.record):
            assert record.packets == 40 and record.loss == 0.0
            assert min(record.took_ms) >= 30
            assert min(record.late_ms) >= 0


async def test_what_the_law_loses_never_arrives():
    lossy = steady(Conditions(loss=0.5))
    async with end() as (far, target), end() as (near, _):
        async with relay(target, lossy, lossy, seed=4) as made:
            for index in range(200):
                near.transport.sendto(bytes([index]), made.address)
                await asyncio.sleep(0)
            await heard(far, 200 - made.there.record.lost["random"])
        assert 60 < made.there.record.lost["random"] < 140
        assert len(far.heard) == 200 - made.there.record.lost["random"]
        assert "lost " in str(made.there.record)


async def test_a_description_is_rewritten_to_lead_through_the_relay():
    async with end() as (far, target), end() as (near, _):
        candidate = "a=candidate:1 1 udp 1 {} {} typ host"
        lines = [
            "v=0",
            candidate.format("::1", 9),
            candidate.format(*target),
            candidate.format("10.0.0.1", 9),
        ]
        async with relayed("\r\n".join(lines), SLOW, SLOW) as (sdp, made):
            assert sdp.splitlines() == ["v=0", candidate.format(*made.address)]
            near.transport.sendto(b"hello", made.address)
            await heard(far, 1)
