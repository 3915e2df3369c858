"""Keeps datagrams of strangers away from a WebRTC transport.

aioice passes every datagram that is not STUN to DTLS, whoever sent it, so that anyone on the
network can race the handshake. This guard lets such a datagram through only from an address
whose ICE check succeeded (RFC 8445 section 12).
"""

import asyncio
from collections.abc import Callable

from aioice.ice import CandidatePair, Connection, StunProtocol

_STUN_FIRST_BYTE_BELOW = 4
_Address = tuple[str, int]


class GuardedProtocol(asyncio.DatagramProtocol):
    """Stands between a UDP socket and aioice's protocol for it."""

    def __init__(self, inner: StunProtocol, connection: Connection, refused: Callable[[], None]) -> None:
        """`refused` is called for each datagram that was thrown away."""
        self._inner = inner
        self._connection = connection
        self._refused = refused
        self._validated: set[_Address] = set()

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Passes STUN from anyone and the rest from validated addresses only."""
        if data and (data[0] < _STUN_FIRST_BYTE_BELOW or self._is_validated((addr[0], addr[1]))):
            self._inner.datagram_received(data, addr)
        else:
            self._refused()

    def error_received(self, exc: Exception) -> None:
        """Passes a socket error on."""
        self._inner.error_received(exc)

    def connection_lost(self, exc: Exception | None) -> None:
        """Passes the end of the socket on."""
        self._inner.connection_lost(exc)

    def _is_validated(self, address: _Address) -> bool:
        if address not in self._validated:
            self._validated = {
                pair.remote_addr
                for pair in self._connection._check_list
                if pair.state is CandidatePair.State.SUCCEEDED
            }
        return address in self._validated


def guard(connection: Connection, refused: Callable[[], None]) -> None:
    """Puts the guard before every UDP socket of a connection that has gathered its candidates."""
    for protocol in connection._protocols:
        if isinstance(protocol.transport, asyncio.BaseTransport):
            protocol.transport.set_protocol(GuardedProtocol(protocol, connection, refused))
