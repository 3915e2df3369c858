"""The cell's WebSocket to the hub: dials out, registers, and dials again for ever.

Everything that must not be lost lies in the outbox and is sent after each registration and every
few seconds until the hub acknowledges it; everything else is worth sending only while fresh.
"""

import asyncio
import random
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import structlog
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidURI

from teleop.cell.durable import Durable
from teleop.metrics import CellMetrics
from teleop.wire.cell_to_hub import (
    MAX_CELL_MESSAGE_BYTES,
    Answer,
    CellStatus,
    FromCell,
    OrderDone,
    Register,
    Thumbnail,
    TurnResult,
)
from teleop.wire.hub_to_cell import Registered, ResultKept, ToCell

MAX_BACKOFF_S = 2.0
FIRST_BACKOFF_S = 0.1
RESEND_PERIOD_S = 3.0
OPEN_TIMEOUT_S = 5.0
PING_PERIOD_S = 5.0
PING_TIMEOUT_S = 10.0
MAX_QUEUE = 64
_log = structlog.get_logger()


class HubLink:
    """Talks to one hub; what arrives is handed to `on_message` on the event loop."""

    def __init__(
        self,
        url: str,
        token_file: Path,
        durable: Durable,
        metrics: CellMetrics,
        register: Callable[[], Register],
    ) -> None:
        """`register` makes the first message anew for each connection."""
        self.ticket_key: str | None = None
        self.on_message: Callable[[ToCell], None] = _ignore
        self._url, self._token_file, self._register = url, token_file, register
        self._durable, self._metrics = durable, metrics
        self._encoder = msgspec.msgpack.Encoder()
        self._decoder = msgspec.msgpack.Decoder(ToCell)
        self._queue: asyncio.Queue[FromCell] = asyncio.Queue(MAX_QUEUE)
        self._status: CellStatus | None = None
        self._thumbnail: Thumbnail | None = None
        self._wake = asyncio.Event()
        self._registered = False

    @property
    def connected(self) -> bool:
        """Whether the hub has accepted this cell and the link is up."""
        return self._registered

    def reply(self, message: Answer | OrderDone) -> None:
        """Sends an answer if the hub is there; otherwise nobody waits for it any more."""
        if self._registered and not self._queue.full():
            self._queue.put_nowait(message)
            self._wake.set()

    def show(self, message: CellStatus | Thumbnail) -> None:
        """Sends news of which only the newest counts."""
        if isinstance(message, CellStatus):
            self._status = message
        else:
            self._thumbnail = message
        self._wake.set()

    def results_waiting(self) -> None:
        """Says that the outbox has grown."""
        if self._registered:
            self._queue_results()

    async def run(self) -> None:
        """Keeps the link until cancelled."""
        backoff_s = FIRST_BACKOFF_S
        while True:
            begun_s = time.monotonic()
            try:
                await self._once()
            except (OSError, ConnectionClosed, InvalidHandshake, InvalidURI, TimeoutError) as error:
                _log.info("hub_link_down", error=str(error) or type(error).__name__)
            finally:
                self._registered = False
                self._metrics.hub_connected.set(0)
            backoff_s = (
                FIRST_BACKOFF_S if time.monotonic() - begun_s > 10 else min(backoff_s * 2, MAX_BACKOFF_S)
            )
            await asyncio.sleep(backoff_s * random.uniform(0.5, 1.0))

    async def _once(self) -> None:
        token = (await asyncio.to_thread(self._token_file.read_text)).strip()
        headers = {"Authorization": f"Bearer {token}"}
        async with connect(
            self._url,
            additional_headers=headers,
            compression=None,
            max_size=MAX_CELL_MESSAGE_BYTES,
            open_timeout=OPEN_TIMEOUT_S,
            ping_interval=PING_PERIOD_S,
            ping_timeout=PING_TIMEOUT_S,
            proxy=None,
        ) as socket:
            self._queue = asyncio.Queue(MAX_QUEUE)
            await socket.send(self._encoder.encode(self._register()))
            tasks = [asyncio.create_task(self._send(socket)), asyncio.create_task(self._resend())]
            try:
                await self._receive(socket)
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)

    async def _receive(self, socket: ClientConnection) -> None:
        async for data in socket:
            try:
                message = self._decoder.decode(data if isinstance(data, bytes) else data.encode())
            except (msgspec.DecodeError, UnicodeDecodeError):
                self._metrics.refusals.labels(wire="hub", reason="malformed").inc()
                continue
            self._metrics.accepted.labels(wire="hub", kind=type(message).__name__).inc()
            if isinstance(message, Registered):
                self._take_registered(message)
            elif isinstance(message, ResultKept):
                await asyncio.to_thread(self._durable.drop, message.turn_id)
                self._metrics.outbox.set(len(self._durable.unsent()))
            else:
                self.on_message(message)

    def _take_registered(self, message: Registered) -> None:
        self.ticket_key = message.ticket_key
        self._registered = True
        self._metrics.hub_connected.set(1)
        _log.info("hub_registered", hub=message.hub)
        self._queue_results()

    def _queue_results(self) -> None:
        unsent: tuple[TurnResult, ...] = self._durable.unsent()
        self._metrics.outbox.set(len(unsent))
        for result in unsent[: MAX_QUEUE // 2]:
            if not self._queue.full():
                self._queue.put_nowait(result)
        self._wake.set()

    async def _resend(self) -> None:
        while True:
            await asyncio.sleep(RESEND_PERIOD_S)
            if self._registered and self._queue.empty():
                self._queue_results()

    async def _send(self, socket: ClientConnection) -> None:
        while True:
            self._wake.clear()
            while not self._queue.empty():
                await socket.send(self._encoder.encode(self._queue.get_nowait()))
            if self._registered:
                status, self._status = self._status, None
                thumbnail, self._thumbnail = self._thumbnail, None
                for message in (status, thumbnail):
                    if message is not None:
                        await socket.send(self._encoder.encode(message))
            await self._wake.wait()


def _ignore(message: ToCell) -> None:
    """Takes messages until the cell is wired up."""
