"""What surrounds every request: its id, its log line, its metrics, and the headers that protect pages."""

import secrets
import time
from collections.abc import Iterable
from urllib.parse import urlsplit

import structlog
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from teleop.metrics import HubMetrics

KNOWN_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
log = structlog.get_logger("teleop.hub.http")


def content_policy(origins: Iterable[str]) -> str:
    """The content security policy: only this hub's own files, and its own WebSockets."""
    hosts = sorted({urlsplit(origin).netloc for origin in origins})
    sockets = " ".join(f"ws://{host} wss://{host}" for host in hosts)
    rules = (
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' blob: data:",
        "media-src 'self' blob:",
        "font-src 'self' data:",
        f"connect-src 'self' {sockets}",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
    return "; ".join(rules)


def protecting_headers(origins: Iterable[str]) -> list[tuple[bytes, bytes]]:
    """Headers of every answer."""
    headers = {
        "content-security-policy": content_policy(origins),
        "x-content-type-options": "nosniff",
        "referrer-policy": "same-origin",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "permissions-policy": "gamepad=(self), fullscreen=(self), camera=(), microphone=(), geolocation=()",
        "x-frame-options": "DENY",
    }
    return [(name.encode(), value.encode()) for name, value in headers.items()]


class Wrapping:
    """The outermost application: passes everything on to `app`, and notes what comes of it."""

    def __init__(self, app: ASGIApp, metrics: HubMetrics, origins: Iterable[str]) -> None:
        self._app = app
        self._metrics = metrics
        self._headers = protecting_headers(origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request or WebSocket."""
        request_id = secrets.token_hex(8)
        started = time.monotonic()
        status = 0

        async def noting(message: Message) -> None:
            nonlocal status
            extra = [*self._headers, (b"x-request-id", request_id.encode())]
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*_plain(message["headers"], extra), *extra]
            elif message["type"] == "websocket.accept":
                status = 101
                message["headers"] = [*_plain(message["headers"], extra), *extra]
            await send(message)

        with structlog.contextvars.bound_contextvars(request=request_id):
            await self._app(scope, receive, noting)
            self._note(scope, status or 403, time.monotonic() - started)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        http = scope["type"] == ScopeType.HTTP
        method = str(scope.get("method")) if http else "WEBSOCKET"
        method = method if method in KNOWN_METHODS or not http else "OTHER"
        self._metrics.requests.labels(method=method, status=str(status)).inc()
        if http:
            self._metrics.request_seconds.observe(seconds)
        log.debug("served", method=method, path=scope["path"], status=status, seconds=round(seconds, 4))


def _plain(
    headers: Iterable[tuple[bytes, bytes]], extra: list[tuple[bytes, bytes]]
) -> list[tuple[bytes, bytes]]:
    """The application's own headers, without those that are set here."""
    names = {name for name, _ in extra}
    return [(name, value) for name, value in headers if name.lower() not in names]
