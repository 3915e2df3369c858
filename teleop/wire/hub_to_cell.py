"""Hub to cell over the WebSocket that the cell dialled: one MessagePack message per frame."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from robot_bridge.wire.units import Epoch, Identifier, Nanoseconds, Seconds, Sentence
from teleop.wire.browser_out import IceServer
from teleop.wire.cell_to_hub import SessionId

Ticket = Annotated[str, Meta(min_length=16, max_length=600)]


class Registered(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="registered"):
    """The hub accepted the cell; tickets are EdDSA-signed and checked with this public key (PEM)."""

    version: Literal[1]
    hub: Identifier
    ticket_key: Annotated[str, Meta(max_length=1000)]


class Consent(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The consent under which a turn is recorded, as the hub stored it."""

    record_id: Identifier
    text_version: Identifier
    text_sha256: Annotated[str, Meta(min_length=64, max_length=64)]
    language: Literal["en", "zh"]
    given_utc_ns: Nanoseconds


class Lease(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="lease"):
    """Grants one turn: from now on only this epoch drives."""

    version: Literal[1]
    turn_id: Identifier
    epoch: Epoch
    pseudonym: Identifier
    puzzle_id: Identifier
    puzzle_version: Epoch
    language: Literal["en", "zh"]
    duration_s: Seconds
    consent: Consent


class Revoke(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="revoke"):
    """Ends a turn early (player left, operator took over)."""

    version: Literal[1]
    turn_id: Identifier
    reason: Sentence


class Offer(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="offer"):
    """A browser's WebRTC offer; the ticket in its Hello later proves who it is.

    `subject` is whose page it is, so that one person cannot take every connection; empty when unknown.
    `ice_servers` are for the cell's own use. `seat_kept` is true of an operator and of who has the turn: some
    connections are left for them, however many people watch.
    """

    version: Literal[1]
    session: SessionId
    sdp: Annotated[str, Meta(max_length=20_000)]
    subject: Annotated[str, Meta(max_length=64)] = ""
    ice_servers: Annotated[tuple[IceServer, ...], Meta(max_length=4)] = ()
    seat_kept: bool = False


class Order(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="order"):
    """An operator's order; a reset names the stop that the operator saw, a rest the stop generation."""

    version: Literal[1]
    order_id: Identifier
    kind: Literal["stop", "reset", "rest"]
    stop_id: Identifier
    by: Identifier
    reason: Sentence
    stop_generation: Epoch = 0


class ResultKept(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="result_kept"):
    """The hub has stored the result: the cell may drop it from its outbox."""

    version: Literal[1]
    turn_id: Identifier


ToCell = Registered | Lease | Revoke | Offer | Order | ResultKept
