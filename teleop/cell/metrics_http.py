"""`/metrics` for Prometheus on loopback: the cell's own registry, and what the bridge last reported."""

import asyncio
import re
from collections.abc import Callable, Mapping

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

HOST = "127.0.0.1"
MAX_REQUEST_BYTES = 8_192
REQUEST_TIMEOUT_S = 5.0
_NOT_IN_A_NAME = re.compile(r"[^a-zA-Z0-9_]")


class MetricsServer:
    """A GET-only HTTP/1.1 server for the two pages; one answer per connection."""

    def __init__(self, registry: CollectorRegistry, report: Callable[[], Mapping[str, float]]) -> None:
        """`report` gives the bridge's newest values."""
        self._pages: Mapping[str, Callable[[], bytes]] = {
            "/metrics": lambda: generate_latest(registry),
            "/metrics/bridge": lambda: bridge_text(report()),
        }
        self._server: asyncio.Server | None = None

    async def start(self, port: int) -> int:
        """Listens on loopback and returns the port (a free one for 0)."""
        self._server = await asyncio.start_server(self._serve, HOST, port, limit=MAX_REQUEST_BYTES)
        return int(self._server.sockets[0].getsockname()[1])

    async def close(self) -> None:
        """Stops listening."""
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(REQUEST_TIMEOUT_S):
                head = await reader.readuntil(b"\r\n\r\n")
                writer.write(self._answer(head))
                await writer.drain()
        except (TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError):
            pass
        finally:
            writer.close()

    def _answer(self, head: bytes) -> bytes:
        words = head.split(b"\r\n", 1)[0].decode("latin-1").split(" ")
        page = self._pages.get(words[1].partition("?")[0]) if len(words) == 3 and words[0] == "GET" else None
        status, body = ("404 Not Found", b"") if page is None else ("200 OK", page())
        lines = (
            f"HTTP/1.1 {status}",
            f"Content-Type: {CONTENT_TYPE_LATEST}",
            f"Content-Length: {len(body)}",
            "Connection: close",
        )
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def bridge_text(values: Mapping[str, float]) -> bytes:
    """The bridge's report in the Prometheus text format, every name under `armcade_bridge_`."""
    lines = []
    for name, value in sorted(values.items()):
        clean = _NOT_IN_A_NAME.sub("_", name).strip("_")
        full = clean if clean.startswith("armcade_") else f"armcade_bridge_{clean}"
        lines.append(f"{full} {value!r}\n")
    return "".join(lines).encode()
