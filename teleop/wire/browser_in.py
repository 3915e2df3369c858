"""Browser to hub: bodies of REST requests, and messages of the page's WebSocket (JSON)."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from robot_bridge.wire.units import Epoch, Identifier, Sentence

Language = Literal["en", "zh"]
FacetName = Literal[
    "puzzle",
    "verdict",
    "contributor",
    "round_trip",
    "cell",
    "month",
    "rules",
    "source",
    "annotation",
    "agreement",
    "subtask",
]
EpisodeOrder = Literal["newest", "oldest", "longest", "shortest", "slowest", "quickest"]
ExportForm = Literal["lerobot", "robomimic", "aloha", "zarr", "zarr-zip", "mcap", "rerun", "rlds"]
Day = Annotated[str, Meta(pattern=r"^(\d{4}-\d{2}-\d{2})?$")]


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


class ChosenFacet(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One facet of a search: an episode fits when it has one of these values."""

    facet: FacetName
    values: Annotated[tuple[Annotated[str, Meta(max_length=200)], ...], Meta(min_length=1, max_length=100)]


class Search(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """POST /api/search: episodes that fit all chosen facets, began within these days (UTC, both
    included, empty: any) and have the text in their id or their turn's; pages count from 1.
    """

    facets: Annotated[tuple[ChosenFacet, ...], Meta(max_length=11)]
    text: Annotated[str, Meta(max_length=64)] = ""
    since: Day = ""
    until: Day = ""
    order: EpisodeOrder = "newest"
    page: Annotated[int, Meta(ge=1, le=1_000_000)] = 1


class StartExport(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """POST /api/exports: has a recipe run over all episodes that a search finds, and what it keeps exported.

    The recipe is TOML; `fps` is rows a second; the licence, which may be empty, stands on the card.
    `language` is that of tasks and sub-tasks.
    """

    search: Search
    recipe: Annotated[str, Meta(max_length=8_000)]
    form: ExportForm
    fps: Annotated[int, Meta(ge=1, le=200)] = 30
    licence: Annotated[str, Meta(max_length=80)] = ""
    language: Language = "en"


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
