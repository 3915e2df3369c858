"""The bridge's Unix datagram socket: commands in, messages out to whoever lives."""

import contextlib
import os
import socket
import stat
from pathlib import Path

import msgspec

from robot_bridge.inbox import Malformed, read_command
from robot_bridge.wire.commands import MAX_DATAGRAM_BYTES, Command, Heartbeat
from robot_bridge.wire.state import Upward

LISTENER_NS = 1_000_000_000
MAX_LISTENERS = 4
_DRAIN = 512


class CellSocket:
    """Bound for its owner alone; sends to each address whose heartbeat is at most a second old."""

    def __init__(self, path: Path) -> None:
        """Binds the socket, replacing one that a dead bridge left behind."""
        self._path = path
        with contextlib.suppress(FileNotFoundError):
            if stat.S_ISSOCK(path.stat().st_mode):
                path.unlink()
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        before = os.umask(0o177)
        try:
            self._socket.bind(str(path))
        except OSError:
            self._socket.close()
            raise
        finally:
            os.umask(before)
        self._encoder = msgspec.msgpack.Encoder()
        self._listeners: dict[str, int] = {}
        self.received = 0
        self.unsent = 0

    def drain(self, now_ns: int) -> tuple[Command | Malformed, ...]:
        """Every datagram that has come, oldest first."""
        commands: list[Command | Malformed] = []
        while len(commands) < _DRAIN:
            try:
                data, address = self._socket.recvfrom(MAX_DATAGRAM_BYTES + 1)
            except BlockingIOError:
                break
            command = read_command(data)
            commands.append(command)
            if isinstance(command, Heartbeat) and isinstance(address, str) and address:
                self._hear(address, now_ns)
        self.received += len(commands)
        return tuple(commands)

    def send(self, messages: tuple[Upward, ...], now_ns: int) -> None:
        """Sends to every listener; one that is full misses out, one that is gone is forgotten."""
        self._listeners = {a: at for a, at in self._listeners.items() if now_ns - at <= LISTENER_NS}
        if not self._listeners:
            return
        for data in [self._encoder.encode(message) for message in messages]:
            for address in tuple(self._listeners):
                self._send_one(data, address)

    def close(self) -> None:
        """Closes and removes the socket."""
        self._socket.close()
        self._path.unlink(missing_ok=True)

    def _hear(self, address: str, now_ns: int) -> None:
        if address in self._listeners or len(self._listeners) < MAX_LISTENERS:
            self._listeners[address] = now_ns

    def _send_one(self, data: bytes, address: str) -> None:
        try:
            self._socket.sendto(data, address)
        except BlockingIOError:
            self.unsent += 1
        except OSError:
            self.unsent += 1
            self._listeners.pop(address, None)
