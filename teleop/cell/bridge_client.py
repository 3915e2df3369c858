"""The cell's end of the bridge's Unix datagram socket; a bridge may come and go at any time."""

import asyncio
import contextlib
import socket
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import structlog

from robot_bridge.wire.commands import Command, Heartbeat
from robot_bridge.wire.state import ArmState, Notice, Report, Upward
from teleop.metrics import CellMetrics

HEARTBEAT_PERIOD_S = 0.05
SILENT_AFTER_NS = 500_000_000
MAX_UPWARD_BYTES = 65_536
_log = structlog.get_logger()


class BridgeClient:
    """Sends commands, keeps the newest arm state; nothing waits in it."""

    def __init__(self, bridge: Path, own: Path, metrics: CellMetrics) -> None:
        """`bridge` is the bridge's socket, `own` the path this cell binds (replaced if it exists)."""
        self.report: dict[str, float] = {}
        self._bridge, self._own, self._metrics = str(bridge), own, metrics
        self._newest: ArmState | None = None
        self._arrived_ns = 0
        self._on_state: list[Callable[[ArmState], None]] = []
        self._encoder = msgspec.msgpack.Encoder()
        self._decoder = msgspec.msgpack.Decoder(Upward)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self._beats = 0

    def state(self, now_ns: int) -> ArmState | None:
        """The newest arm state; None while the bridge has been silent for 500 ms."""
        return self._newest if now_ns - self._arrived_ns <= SILENT_AFTER_NS else None

    @property
    def last_state(self) -> ArmState | None:
        """The newest arm state however old; None before the first."""
        return self._newest

    def listen(self, on_state: Callable[[ArmState], None]) -> None:
        """Calls `on_state` for every arm state, in order."""
        self._on_state.append(on_state)

    def send(self, command: Command) -> bool:
        """Sends one command; False when the bridge is not there to take it."""
        try:
            self._socket.sendto(self._encoder.encode(command), self._bridge)
        except OSError:
            self._metrics.bridge_send_failures.inc()
            return False
        return True

    async def run(self) -> None:
        """Binds the socket, sends heartbeats 20 times a second and receives until cancelled."""
        self._own.unlink(missing_ok=True)
        self._socket.bind(str(self._own))
        loop = asyncio.get_running_loop()
        loop.add_reader(self._socket, self._receive)
        try:
            while True:
                self._beats += 1
                self.send(Heartbeat(version=1, sequence=self._beats))
                await asyncio.sleep(HEARTBEAT_PERIOD_S)
        finally:
            loop.remove_reader(self._socket)
            self._socket.close()
            with contextlib.suppress(OSError):
                self._own.unlink()

    def _receive(self) -> None:
        while True:
            try:
                data = self._socket.recv(MAX_UPWARD_BYTES)
            except (BlockingIOError, InterruptedError):
                return
            try:
                message = self._decoder.decode(data)
            except (msgspec.DecodeError, UnicodeDecodeError):
                self._metrics.refusals.labels(wire="bridge", reason="malformed").inc()
                continue
            self._take(message)

    def _take(self, message: Upward) -> None:
        if isinstance(message, Report):
            self.report = message.values
        elif isinstance(message, Notice):
            self._metrics.refusals.labels(wire="bridge", reason=f"refused_there:{message.reason}").inc()
            _log.warning("bridge_refused_command", reason=message.reason, count=message.count)
        else:
            self._take_state(message)

    def _take_state(self, state: ArmState) -> None:
        self._arrived_ns = time.monotonic_ns()
        self._metrics.bridge_age.observe(max(0, self._arrived_ns - state.now_ns) / 1e9)
        if self._newest is not None and state.tick > self._newest.tick + 1:
            self._metrics.bridge_ticks_missed.inc(state.tick - self._newest.tick - 1)
        self._newest = state
        for on_state in self._on_state:
            on_state(state)
