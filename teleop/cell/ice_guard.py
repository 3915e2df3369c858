"""Keeps datagrams of strangers away from a WebRTC transport, and feels the pulse of who is at its other end.

aioice passes every datagram that is not STUN to DTLS, whoever sent it, so that anyone on the
network can race the handshake. This guard lets such a datagram through only from an address
whose ICE check succeeded (RFC 8445 section 12), by whatever way it came, TURN relays included.
aioice itself takes half a minute to notice that nobody answers; the guard asks seven times a second.
"""

import asyncio
import struct
import time
from collections.abc import Callable

from aioice import stun
from aioice.ice import CandidatePair, Connection, StunProtocol

from teleop.cell import pulse

_STUN_FIRST_BYTE_BELOW = 4
_STUN_COOKIE = b"\x21\x12\xa4\x42"
_UNREADABLE = (ArithmeticError, LookupError, ValueError, struct.error)
_Address = tuple[str, int]


class IceGuard:
    """Guards one connection that has gathered its candidates."""

    def __init__(self, connection: Connection, refused: Callable[[], None]) -> None:
        """`refused` is called for each datagram that was thrown away, also for those that came before."""
        self._connection, self._refused = connection, refused
        self._validated: set[_Address] = set()
        self._pulse = pulse.PulseState()
        self.closely = False
        for protocol in connection._protocols:
            # Sockets and TURN relays alike look this up for each datagram.
            vars(protocol)["datagram_received"] = _Way(self, protocol).datagram_received
        while not connection._queue.empty():
            connection._queue.get_nowait()
            refused()

    @property
    def pulse(self) -> pulse.PulseState:
        """What the answers of who is at the other end tell."""
        return self._pulse

    def silent(self, now_ns: int) -> bool:
        """Whether a connected browser gave no sign of life for 700 ms; call often: it also asks for one."""
        self._ask(now_ns)
        return pulse.silent(self._pulse, now_ns)

    def admits(self, data: bytes, address: _Address) -> bool:
        """Whether a datagram may pass: well-formed STUN from anyone, the rest from validated addresses."""
        if not data or data[0] >= _STUN_FIRST_BYTE_BELOW:
            return bool(data) and self._is_validated(address)
        message = _read(data)
        if message is None:
            return False
        if message.message_class is stun.Class.RESPONSE:
            self._pulse = pulse.answer(self._pulse, message.transaction_id, time.monotonic_ns())
        return True

    def refuse(self) -> None:
        """Counts a datagram that was thrown away."""
        self._refused()

    def _ask(self, now_ns: int) -> None:
        connection = self._connection
        pair = next(iter(connection._nominated.values()), None)
        if (
            pair is None
            or connection.remote_password is None
            or not pulse.due(self._pulse, now_ns, self.closely)
        ):
            return
        if (
            isinstance(pair.protocol.transport, asyncio.BaseTransport)
            and pair.protocol.transport.is_closing()
        ):
            return
        question = connection.build_request(pair, nominate=False)
        question.add_message_integrity(connection.remote_password.encode())
        self._pulse = pulse.ask(self._pulse, question.transaction_id, now_ns)
        pair.protocol.send_stun(question, pair.remote_addr)

    def _is_validated(self, address: _Address) -> bool:
        if address not in self._validated:
            self._validated = {
                pair.remote_addr
                for pair in self._connection._check_list
                if pair.state is CandidatePair.State.SUCCEEDED
            }
        return address in self._validated


class _Way:
    """Stands before one of the ways by which datagrams reach aioice."""

    def __init__(self, guard: IceGuard, inner: StunProtocol) -> None:
        self._guard, self._inner = guard, inner

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        if self._guard.admits(data, (addr[0], addr[1])):
            StunProtocol.datagram_received(self._inner, data, addr)
        else:
            self._guard.refuse()


def _read(data: bytes) -> stun.Message | None:
    """The STUN message, or None for what aioice would take for media because it cannot read it."""
    if data[4:8] != _STUN_COOKIE:
        return None
    try:
        return stun.parse_message(data)
    except _UNREADABLE:
        return None
