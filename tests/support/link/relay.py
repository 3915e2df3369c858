"""A link without privileges: a UDP relay on this machine's own addresses.

Whoever sends to `relay.address` reaches the target through one direction, and its answers come back
through the other. Each sender gets a socket of its own towards the target, as behind a NAT.
"""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

from link.course import Course
from link.direction import Direction

Address = tuple[str, int]
MAX_DATAGRAM_BYTES = 65_536


class Relay:
    """A relay that is open; `there` and `back` tell what each direction did."""

    def __init__(self, target: Address, there: Direction, back: Direction) -> None:
        """Begins to listen on the target's own interface; must be made on a running event loop."""
        self.there, self.back = there, back
        self._target = target
        self._loop = asyncio.get_running_loop()
        self._behind: dict[Address, socket.socket] = {}
        self._sockets: list[socket.socket] = []
        self._front = self._open(self._take)
        self.address: Address = self._front.getsockname()[:2]

    def close(self) -> None:
        """Closes every socket and forgets what is on its way."""
        self.there.close()
        self.back.close()
        for one in self._sockets:
            self._loop.remove_reader(one)
            one.close()

    def _take(self, data: bytes, sender: Address) -> None:
        behind = self._behind.get(sender)
        if behind is None:
            behind = self._behind[sender] = self._open(lambda answer, _: self._answer(answer, sender))
        self.there.send(data, lambda packet: _send(behind, packet, self._target))

    def _answer(self, data: bytes, sender: Address) -> None:
        self.back.send(data, lambda packet: _send(self._front, packet, sender))

    def _open(self, take: Callable[[bytes, Address], None]) -> socket.socket:
        made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._sockets.append(made)
        made.setblocking(False)
        made.bind((self._target[0], 0))
        self._loop.add_reader(made, _read, made, take)
        return made


def _read(source: socket.socket, take: Callable[[bytes, Address], None]) -> None:
    with suppress(BlockingIOError):
        while True:
            data, sender = source.recvfrom(MAX_DATAGRAM_BYTES)
            take(data, sender)


def _send(through: socket.socket, packet: bytes, to: Address) -> None:
    """Sends, or loses the packet as a network does when a socket is full."""
    with suppress(OSError):
        through.sendto(packet, to)


@asynccontextmanager
async def relay(target: Address, there: Course, back: Course, seed: int = 1) -> AsyncIterator[Relay]:
    """Opens a relay to `target` until the block ends."""
    made = Relay(target, Direction(there, seed), Direction(back, seed + 1))
    try:
        yield made
    finally:
        made.close()


def hidden(sdp: str) -> str:
    """A session description that does not tell where its writer is: all must come through the relay."""
    told = ("a=candidate:", "a=end-of-candidates")
    return "\r\n".join(line for line in sdp.splitlines() if not line.startswith(told)) + "\r\n"


@asynccontextmanager
async def relayed(sdp: str, there: Course, back: Course, seed: int = 1) -> AsyncIterator[tuple[str, Relay]]:
    """A session description whose only way in is a relay to its first IPv4 candidate.

    Whoever gets it must have been `hidden` from its writer, who would else take the direct way.
    """
    lines = sdp.splitlines()
    candidates = [line for line in lines if line.startswith("a=candidate:")]
    found = next(line for line in candidates if ":" not in line.split(" ")[4])
    fields = found.split(" ")
    async with relay((fields[4], int(fields[5])), there, back, seed) as made:
        fields[4], fields[5] = made.address[0], str(made.address[1])
        kept = [line for line in lines if line not in candidates or line == found]
        yield "\r\n".join(" ".join(fields) if line == found else line for line in kept) + "\r\n", made
