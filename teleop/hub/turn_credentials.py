"""Passwords for a TURN server that end by themselves: the REST form that coturn's `use-auth-secret` checks.

Pure. The username is `expiry:pseudonym`, the password its HMAC-SHA1 under the secret that hub and TURN server
share (draft-uberti-behave-turn-rest-00), so nothing needs to be stored and nothing to be taken back.
"""

import base64
import hashlib
import hmac
from dataclasses import dataclass, field

from teleop.wire.browser_out import IceServer


@dataclass(frozen=True, slots=True)
class TurnServer:
    """A TURN server by its addresses, the secret shared with it, and how many seconds a password lives."""

    urls: tuple[str, ...]
    secret: str = field(repr=False)
    lifetime_s: int


def credential(server: TurnServer, subject: str, now_utc_s: int) -> IceServer:
    """What one person or cell needs to use the server from now on."""
    username = f"{now_utc_s + server.lifetime_s}:{subject}"
    digest = hmac.new(server.secret.encode(), username.encode(), hashlib.sha1).digest()
    return IceServer(server.urls, username, base64.b64encode(digest).decode("ascii"))
