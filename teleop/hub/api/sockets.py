"""Reading and writing WebSockets: one task sends what waits, the caller reads until the end."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator

from litestar.exceptions import WebSocketDisconnect

from teleop.hub.api.requests import Socket
from teleop.hub.links import Outbox

FAREWELL_S = 1.0


async def frames(socket: Socket) -> AsyncGenerator[str | bytes, None]:
    """The frames that arrive, until the other side leaves."""
    while True:
        event = await socket.receive()
        if event["type"] == "websocket.disconnect":
            return
        if event["type"] == "websocket.receive":
            text = event.get("text")
            yield text if text is not None else event.get("bytes") or b""


@contextlib.asynccontextmanager
async def sending(socket: Socket, outbox: Outbox, text: bool) -> AsyncIterator[None]:
    """Sends what the outbox holds while the body reads; closes the socket when the outbox is closed."""

    async def send(message: bytes) -> None:
        await socket.send_data(message, mode="text" if text else "binary")

    async def run() -> None:
        with contextlib.suppress(WebSocketDisconnect, OSError):
            await outbox.send_all(send)
            await socket.close(code=outbox.close_code)

    sender = asyncio.create_task(run())
    try:
        yield
    finally:
        outbox.close()
        await asyncio.wait((sender,), timeout=FAREWELL_S)
        sender.cancel()
