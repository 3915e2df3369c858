"""The metrics pages, over real HTTP."""

import asyncio

from teleop.cell.metrics_http import MetricsServer, bridge_text
from teleop.metrics import CellMetrics


async def fetch(port: int, request: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    return answer


async def test_both_pages_and_nothing_else():
    metrics = CellMetrics()
    metrics.refusals.labels(wire="control", reason="too_old").inc()
    server = MetricsServer(metrics.registry, lambda: {"ticks": 7.0})
    port = await server.start(0)
    try:
        page = await fetch(port, b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
        assert page.startswith(b"HTTP/1.1 200 OK")
        assert b'armcade_cell_refusals_total{reason="too_old",wire="control"} 1.0' in page
        assert b"armcade_bridge_ticks 7.0\n" in await fetch(port, b"GET /metrics/bridge HTTP/1.1\r\n\r\n")
        for bad in (b"GET /other HTTP/1.1\r\n\r\n", b"POST /metrics HTTP/1.1\r\n\r\n", b"nonsense\r\n\r\n"):
            assert (await fetch(port, bad)).startswith(b"HTTP/1.1 404")
        assert await fetch(port, b"x" * 20_000) == b""
    finally:
        await server.close()


def test_names_of_the_bridge_are_made_safe_and_kept_apart():
    text = bridge_text({"tick.late ns": 1.5, "armcade_bridge_ok": 1.0})
    assert text == b"armcade_bridge_ok 1.0\narmcade_bridge_tick_late_ns 1.5\n"
