"""Browser to hub: bodies of REST requests, and messages of the page's WebSocket (JSON)."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from robot_bridge.wire.units import Epoch, Identifier, Sentence

Language = Literal["en", "zh"]


class SignIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """POST /api/sign-in: a guest with a pseudonym of their choice, or an invented one when empty."""

    pseudonym: Annotated[str, Meta(max_length=24)]
    language: Language


class GiveConsent(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """POST /api/consent: agrees to exactly the text version that was shown."""

    text_version: Identifier
    language: Language
    agreed: bool


class Withdraw(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """POST /api/withdrawal: withdraws the consent, and has all recordings of the player erased."""

    language: Language


class RoleToken(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """POST /api/role: trades a token that `armcade` printed for the operator or researcher role."""

    token: Annotated[str, Meta(min_length=16, max_length=600)]


class JoinQueue(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """POST /api/queue: asks for a turn."""

    cell_id: Identifier
    puzzle_id: Identifier


class OperatorStop(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """POST /api/cells/{cell_id}/stop."""

    reason: Sentence


class OperatorReset(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """POST /api/cells/{cell_id}/reset: names the stop that was on screen at the press."""

    stop_id: Identifier


class OperatorRest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """POST /api/cells/{cell_id}/rest: names the stop generation that was on screen at the press."""

    stop_generation: Epoch


class BrowserOffer(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="offer"):
    """WebSocket: a WebRTC offer for a cell."""

    version: Literal[1]
    request: Epoch
    cell_id: Identifier
    sdp: Annotated[str, Meta(max_length=16_384)]


class Still(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="still_here"):
    """WebSocket: keeps the queue place; sent every 5 s by an open page."""

    version: Literal[1]


FromBrowser = BrowserOffer | Still
