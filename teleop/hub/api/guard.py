"""The one guard before every endpoint: origin, who asks, role, and how often. Default deny."""

import hmac

from litestar.connection import ASGIConnection
from litestar.datastructures import State
from litestar.enums import ScopeType
from litestar.handlers.base import BaseRouteHandler

from teleop.hub.access import Access, Asked, is_local, origin_denial, role_denial
from teleop.hub.api.requests import Connection, Refusal, hub_of
from teleop.hub.hub import Hub
from teleop.hub.sessions import Visitor

COOKIE = "armcade"
SECURE_COOKIE = "__Host-armcade"
UNAUTHENTICATED = frozenset({"not_signed_in", "wrong_token"})


async def guard(
    connection: ASGIConnection[BaseRouteHandler, Visitor, None, State], handler: BaseRouteHandler
) -> None:
    """Lets a request or WebSocket through to its handler, or raises Refusal."""
    try:
        await _check(connection, handler)
    except Refusal as refusal:
        if connection.scope["type"] == ScopeType.WEBSOCKET:
            hub_of(connection).metrics.refused.labels(wire="socket", reason=refusal.reason).inc()
        raise


async def _check(connection: Connection, handler: BaseRouteHandler) -> None:
    hub = hub_of(connection)
    level = access_of(handler)
    if level is None:
        raise Refusal(403, "no_access_level")
    wrong_origin = origin_denial(level, _asked(connection), hub.config.origins)
    if wrong_origin is not None:
        raise Refusal(403, wrong_origin)
    _check_rate(hub, "address", handler.opt.get("rate"), client_of(connection))
    visitor = await hub.sessions.visitor(_cookie(connection))
    connection.scope["user"] = visitor
    denial = _token_denial(hub, level, connection) or role_denial(level, visitor.caller)
    if denial is not None:
        raise Refusal(401 if denial in UNAUTHENTICATED else 403, denial)
    if visitor.session_sha256 is not None:
        _check_rate(hub, "session", handler.opt.get("rate"), visitor.session_sha256)


def access_of(handler: BaseRouteHandler) -> Access | None:
    """The access level that a route declares."""
    level = handler.opt.get("access")
    return level if isinstance(level, Access) else None


def client_of(connection: Connection) -> str:
    """The address of whoever is at the other end."""
    return connection.client.host if connection.client is not None else ""


def bearer_of(connection: Connection) -> str:
    """The bearer token of a program, or an empty text."""
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _token_denial(hub: Hub, level: Access, connection: Connection) -> str | None:
    if level is Access.CELL:
        given = bearer_of(connection).encode()
        return None if hmac.compare_digest(given, hub.keys.cell_token.encode()) else "wrong_token"
    if level is Access.LOCAL:
        forwarded = any(name in connection.headers for name in ("forwarded", "x-forwarded-for"))
        local = is_local(client_of(connection), connection.headers.get("host"), forwarded)
        return None if local or hub.sessions.has_operator_token(bearer_of(connection)) else "not_local"
    return None


def _check_rate(hub: Hub, kind: str, what: object, who: str) -> None:
    if not isinstance(what, str):
        return
    if not hub.take_token(what, f"{kind} {who}"):
        seconds = max(1, round(60 / hub.rates[what].per_minute))
        raise Refusal(429, "too_often", headers={"Retry-After": str(seconds)})


def _asked(connection: Connection) -> Asked:
    scope = connection.scope
    headers = connection.headers
    return Asked(
        str(scope.get("method", "GET")),
        scope["type"] == ScopeType.WEBSOCKET,
        headers.get("origin"),
        headers.get("sec-fetch-site"),
    )


def _cookie(connection: Connection) -> str | None:
    return connection.cookies.get(SECURE_COOKIE) or connection.cookies.get(COOKIE)
