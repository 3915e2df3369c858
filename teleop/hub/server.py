"""The uvicorn server around the hub's application, with every limit set."""

import uvicorn

from teleop.hub.app import build_app
from teleop.hub.hub import Hub
from teleop.wire.cell_to_hub import MAX_CELL_MESSAGE_BYTES

FAREWELL_S = 3
WS_PING_S = 10.0
MAX_HEADER_BYTES = 16 * 1024
MAX_CONNECTIONS = 4_000


def make_server(hub: Hub) -> uvicorn.Server:
    """A server for the hub's address; peers' addresses are taken from their sockets, never from headers."""
    config = uvicorn.Config(
        build_app(hub),
        host=hub.config.host,
        port=hub.config.port,
        ws="websockets-sansio",
        ws_max_size=MAX_CELL_MESSAGE_BYTES,
        ws_per_message_deflate=False,
        ws_ping_interval=WS_PING_S,
        ws_ping_timeout=WS_PING_S,
        h11_max_incomplete_event_size=MAX_HEADER_BYTES,
        http="h11",
        limit_concurrency=MAX_CONNECTIONS,
        lifespan="off",
        proxy_headers=False,
        server_header=False,
        access_log=False,
        log_config=None,
        timeout_graceful_shutdown=FAREWELL_S,
    )
    return uvicorn.Server(config)
