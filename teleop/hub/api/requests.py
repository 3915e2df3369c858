"""Requests and refusals: bodies are decoded strictly, everything refused gets a reason and a text."""

from typing import TypeVar

import msgspec
import structlog
from litestar import Request, Response, WebSocket
from litestar.connection import ASGIConnection
from litestar.datastructures import State
from litestar.exceptions import HTTPException
from litestar.handlers.base import BaseRouteHandler
from litestar.types import Scope

from teleop.hub.hub import Hub
from teleop.hub.sessions import Visitor
from teleop.hub.texts import failure
from teleop.hub.wires import DECODING, refusal

log = structlog.get_logger("teleop.hub.http")
MAX_BODY_BYTES = 16 * 1024
REASON_OF_STATUS = {404: "not_found", 405: "wrong_method", 413: "too_long", 429: "too_often"}

HandlerT = TypeVar("HandlerT", bound=BaseRouteHandler)
Connection = ASGIConnection[BaseRouteHandler, Visitor, None, State]
Socket = WebSocket[Visitor, None, State]


class Refusal(HTTPException):
    """A request that is refused for a named reason."""

    def __init__(
        self, status: int, reason: str, detail: str = "", headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(detail=detail or reason, status_code=status, headers=headers)
        self.reason = reason
        self.more = detail


class HubRequest(Request[Visitor, None, State]):
    """A request whose JSON body is decoded by the type its handler names: strict, unknown fields refused."""

    async def json(self) -> object:
        """The body as the handler's own struct; raises Refusal."""
        if self.content_type[0] != "application/json":
            raise Refusal(415, "not_json")
        body = await self.body()
        field = self.route_handler.parsed_data_field
        if field is None:
            raise Refusal(400, "malformed")
        try:
            return msgspec.json.decode(body, type=field.annotation, strict=True)
        except DECODING as error:
            bad = refusal(error)
            raise Refusal(400, bad.reason, str(bad)) from error


def hub_of(connection: ASGIConnection[HandlerT, Visitor, None, State]) -> Hub:
    """The hub behind an endpoint."""
    hub = connection.app.state["hub"]
    if not isinstance(hub, Hub):
        raise TypeError("the application was built without a hub")
    return hub


async def note_failure(error: Exception, scope: Scope) -> None:
    """Logs what no part of the hub expected; refusals are no failures."""
    if not isinstance(error, HTTPException) or error.status_code >= 500:
        log.error("request failed", path=scope["path"], exc_info=error)


def answer_failure(request: Request[Visitor, None, State], _: Exception) -> Response[bytes]:
    """The answer to a request that failed in a way nobody expected: nothing about the inside."""
    return answer_refusal(request, Refusal(500, "failed"))


def answer_refusal(request: Request[Visitor, None, State], error: HTTPException) -> Response[bytes]:
    """Any refusal as JSON: a Failure with reason and text in both languages."""
    status = error.status_code
    if isinstance(error, Refusal):
        reason, detail = error.reason, error.more
    else:
        reason = REASON_OF_STATUS.get(status, "bad_request" if status < 500 else "failed")
        detail = ""
    hub_of(request).metrics.refused.labels(wire="http", reason=reason).inc()
    body = msgspec.json.encode(failure(reason, 0, detail))
    return Response(body, status_code=status, headers=error.headers or {}, media_type="application/json")
