"""Tickets that the hub signs (EdDSA) and a cell verifies: who may connect, as what, and until when."""

from typing import Annotated, Literal

import jwt
import msgspec
from msgspec import Meta

from robot_bridge.wire.units import Epoch, Identifier

ALGORITHM = "EdDSA"
ISSUER = "armcade-hub"
MAX_TICKET_CHARS = 600
TicketReason = Literal["malformed", "wrong_signature", "wrong_cell", "expired", "wrong_claims"]


class Ticket(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a ticket says; `turn_id` and `epoch` are there exactly for players."""

    role: Literal["player", "viewer", "operator"]
    cell_id: Identifier
    subject: Identifier
    turn_id: Identifier | None
    epoch: Epoch | None
    expires_utc_s: Annotated[int, Meta(ge=0, le=2**40)]


class TicketRefused(Exception):
    """A ticket that does not prove what it must; `reason` is for counters and messages."""

    def __init__(self, reason: TicketReason) -> None:
        super().__init__(reason)
        self.reason: TicketReason = reason


def sign(private_pem: str, ticket: Ticket) -> str:
    """The ticket as a compact JWT signed with an Ed25519 private key in PEM."""
    claims = {
        "iss": ISSUER,
        "aud": ticket.cell_id,
        "sub": ticket.subject,
        "exp": ticket.expires_utc_s,
        "role": ticket.role,
        "turn": ticket.turn_id,
        "epoch": ticket.epoch,
    }
    return jwt.encode(claims, private_pem, algorithm=ALGORITHM)


def verify(public_pem: str, token: str, cell_id: str, now_utc_s: int) -> Ticket:
    """The claims of a genuine, unexpired ticket for this cell.

    Raises TicketRefused for anything else; `now_utc_s` is the caller's UTC in whole seconds.
    """
    if len(token) > MAX_TICKET_CHARS:
        raise TicketRefused("malformed")
    try:
        claims = jwt.decode(
            token,
            public_pem,
            algorithms=[ALGORITHM],
            audience=cell_id,
            issuer=ISSUER,
            options={"verify_exp": False, "require": ["exp", "aud", "iss", "sub"]},
        )
    except jwt.InvalidAudienceError as error:
        raise TicketRefused("wrong_cell") from error
    except (jwt.InvalidSignatureError, jwt.InvalidAlgorithmError) as error:
        raise TicketRefused("wrong_signature") from error
    except jwt.DecodeError as error:
        raise TicketRefused("malformed") from error
    except jwt.InvalidTokenError as error:
        raise TicketRefused("wrong_claims") from error
    ticket = _ticket_of(claims)
    if ticket.expires_utc_s <= now_utc_s:
        raise TicketRefused("expired")
    return ticket


def _ticket_of(claims: dict[str, object]) -> Ticket:
    """The claims as a Ticket, strictly typed."""
    fields = {
        "role": claims.get("role"),
        "cell_id": claims.get("aud"),
        "subject": claims.get("sub"),
        "turn_id": claims.get("turn"),
        "epoch": claims.get("epoch"),
        "expires_utc_s": claims.get("exp"),
    }
    try:
        ticket = msgspec.convert(fields, Ticket)
    except msgspec.ValidationError as error:
        raise TicketRefused("wrong_claims") from error
    drives = ticket.role == "player"
    if (ticket.turn_id is not None) != drives or (ticket.epoch is not None) != drives:
        raise TicketRefused("wrong_claims")
    return ticket
