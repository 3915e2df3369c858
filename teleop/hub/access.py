"""Who may do what: the origin and role rules of every endpoint, decided without any I/O.

Default deny: a route without an access level, or a caller without the level's role, is refused.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal
from urllib.parse import urlsplit

from teleop.wire.browser_out import Role

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
LOOPBACK = frozenset({"127.0.0.1", "::1"})
LOOPBACK_NAMES = frozenset({"127.0.0.1", "[::1]", "localhost"})
Denial = Literal[
    "origin_missing",
    "origin_wrong",
    "cross_site",
    "no_access_level",
    "not_signed_in",
    "role_missing",
    "wrong_token",
    "not_local",
]


class Access(StrEnum):
    """Access level of a route."""

    ANYONE = "anyone"
    SESSION = "session"
    PLAYER = "player"
    OPERATOR = "operator"
    RESEARCHER = "researcher"
    EPISODE = "episode"
    CELL = "cell"
    LOCAL = "local"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls: an account when signed in, and roles in force."""

    account_id: str | None = None
    roles: tuple[Role, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request says about where it comes from."""

    method: str
    websocket: bool
    origin: str | None
    fetch_site: str | None


NOBODY = Caller()
NEEDS: dict[Access, tuple[Role, ...]] = {
    Access.PLAYER: ("player",),
    Access.OPERATOR: ("operator",),
    Access.RESEARCHER: ("researcher",),
    Access.EPISODE: ("researcher", "player"),
    Access.SESSION: ("player", "operator", "researcher"),
}


def origin_denial(level: Access, asked: Asked, allowed: Collection[str]) -> Denial | None:
    """Why a request that changes something, or a WebSocket, is refused for its origin; None when it is not.

    Cells are programs and prove themselves by a token, so they send no origin.
    """
    if level is Access.CELL or (asked.method in SAFE_METHODS and not asked.websocket):
        return None
    if asked.origin is None:
        return "origin_missing"
    if asked.origin not in allowed:
        return "origin_wrong"
    if asked.fetch_site is not None and asked.fetch_site != "same-origin":
        return "cross_site"
    return None


def role_denial(level: Access | None, caller: Caller) -> Denial | None:
    """Why this caller may not use a route of this level; tokens of cells are checked elsewhere."""
    if level is None:
        return "no_access_level"
    if level in (Access.ANYONE, Access.CELL, Access.LOCAL):
        return None
    if any(role in NEEDS[level] for role in caller.roles):
        return None
    return "role_missing" if caller.roles else "not_signed_in"


def subject_of(caller: Caller, session_sha256: str | None) -> str:
    """A name for tickets and records: the account, or for one who only has a role, the session."""
    return caller.account_id or f"s-{(session_sha256 or '')[:16]}"


def is_local(client: str | None, host: str | None, forwarded: bool) -> bool:
    """True for a request from this machine itself, addressed to it by a loopback name, through no proxy."""
    if client not in LOOPBACK or forwarded or host is None:
        return False
    name = host.rsplit(":", 1)[0] if not host.endswith("]") else host
    return name in LOOPBACK_NAMES


def is_origin(text: str) -> bool:
    """True for `http(s)://host[:port]` and nothing more, as browsers send it."""
    try:
        parts = urlsplit(text)
        named = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    return named and text == f"{parts.scheme}://{parts.netloc}" and "@" not in parts.netloc
