"""Hub to browser: REST answers, and messages of the page's WebSocket (JSON)."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from robot_bridge.wire.state import ArmPosture, Cause, Mode
from robot_bridge.wire.units import Celsius, Count, Epoch, Identifier, Nanoseconds, Radians, Seconds
from teleop.wire.annotation_out import Agreement
from teleop.wire.browser_in import ExportForm, FacetName, Language
from teleop.wire.player_out import Bilingual, JointLimits, PuzzleInfo

Role = Literal["player", "operator", "researcher"]
ExportState = Literal["queued", "running", "done", "failed", "cancelled", "interrupted"]
ExportStep = Literal["", "curating", "exporting", "finishing"]
ExportTrouble = Literal["", "hub_stopped", "cancelled", "none_kept", "refused", "worker_died"]
Judged = Literal["solved", "not_solved", "unjudged", "interrupted"]


class Me(msgspec.Struct, frozen=True):
    """GET /api/me and POST /api/sign-in: who this browser is."""

    signed_in: bool
    pseudonym: str
    language: Language
    roles: tuple[Role, ...]
    consent_version: str | None


class Withdrawn(msgspec.Struct, frozen=True):
    """POST /api/withdrawal: how many recordings were erased just now."""

    episodes: int


class ConsentText(msgspec.Struct, frozen=True):
    """GET /api/consent: the text in force, in both languages (Markdown)."""

    text_version: str
    title: Bilingual
    body: Bilingual


class CellCard(msgspec.Struct, frozen=True):
    """One cell as the lobby and the operator's page show it; `bus_note` is for operators."""

    cell_id: str
    name: Bilingual
    online: bool
    source: Literal["real", "sim"]
    arm: str
    mode: Mode | None
    cause: Cause | None
    stop_id: str | None
    stop_generation: int
    turn_id: str | None
    driver: str | None
    driver_since_s: Seconds | None
    viewers: int
    queue_length: int
    wait_s: Seconds
    thumbnail_version: int
    joints: tuple[JointLimits, ...]
    positions_rad: tuple[Radians, ...]
    temperatures_c: tuple[Celsius, ...]
    bus_ok: bool
    cameras_ok: bool
    recorder: Literal["idle", "recording", "failed"]
    status_age_s: Seconds
    posture: ArmPosture = "held"
    bus_note: str = ""


class PuzzleCard(msgspec.Struct, frozen=True):
    """GET /api/puzzles: one puzzle, the cells that offer it, and its best score."""

    puzzle: PuzzleInfo
    cell_ids: tuple[str, ...]
    best_score: int | None
    plays: int


class QueuePlace(msgspec.Struct, frozen=True):
    """Where this player stands; position 0 means that the turn is granted."""

    cell_id: str
    puzzle_id: str
    position: int
    length: int
    wait_s: Seconds


class TurnGranted(msgspec.Struct, frozen=True, tag="turn"):
    """The turn is yours: connect to the cell with this ticket."""

    version: Literal[1]
    turn_id: str
    cell_id: str
    puzzle_id: str
    lease_epoch: Epoch
    ticket: str
    duration_s: Seconds


class Lobby(msgspec.Struct, frozen=True, tag="lobby"):
    """WebSocket, once a second and on change: cells, and this player's place."""

    version: Literal[1]
    cells: tuple[CellCard, ...]
    place: QueuePlace | None


class BrowserAnswer(msgspec.Struct, frozen=True, tag="answer"):
    """WebSocket: the cell's answer to the offer with this request number."""

    version: Literal[1]
    request: int
    session: str
    sdp: str


class Failure(msgspec.Struct, frozen=True, tag="failure"):
    """WebSocket: what went wrong, for people; `request` is the offer's number or 0."""

    version: Literal[1]
    request: int
    reason: str
    text: Bilingual


class IceServer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A STUN or TURN server; username and credential are empty where none are needed."""

    urls: Annotated[tuple[Annotated[str, Meta(max_length=400)], ...], Meta(min_length=1, max_length=4)]
    username: Annotated[str, Meta(max_length=200)] = ""
    credential: Annotated[str, Meta(max_length=200)] = ""


class IceServers(msgspec.Struct, frozen=True):
    """GET /api/ice: servers that help to reach a cell, with passwords that end after some minutes."""

    servers: tuple[IceServer, ...]


class ViewTicket(msgspec.Struct, frozen=True):
    """POST /api/cells/{cell_id}/view: a ticket to watch (operators also get the operator role)."""

    ticket: str
    role: Literal["viewer", "operator"]


class OrderAnswer(msgspec.Struct, frozen=True):
    """Answer to an operator's stop, reset or rest: whether the cell confirmed it."""

    done: bool
    stop_id: str
    reason: str


class Result(msgspec.Struct, frozen=True, tag="result"):
    """GET /api/results/{turn_id}, the leaderboard's rows, and a WebSocket message at a turn's end."""

    version: Literal[1]
    turn_id: str
    cell_id: str
    puzzle_id: str
    puzzle_title: Bilingual
    pseudonym: str
    solved: bool
    reason: Bilingual
    score: Count
    stars: Annotated[int, Meta(ge=0, le=3)]
    time_s: Seconds
    moves: Count
    ended_utc_ns: Nanoseconds
    episode_id: str | None
    rank: int | None


class EpisodeCard(msgspec.Struct, frozen=True):
    """GET /api/episodes: one row of the researcher's list.

    `day` is the UTC date of its start, `rules` what it was judged by, `round_trip_s` the median that the
    player's link took (None when the episode does not tell), `pictures` of all cameras together.
    """

    episode_id: Identifier
    turn_id: str
    puzzle_id: str
    puzzle_title: Bilingual
    pseudonym: str
    solved: bool
    duration_s: Seconds
    started_utc_ns: Nanoseconds
    source: Literal["real", "sim"]
    bytes: Count
    sha256: str
    cameras: tuple[str, ...]
    cell_id: str = ""
    judged: Judged = "unjudged"
    day: str = ""
    rules: str = ""
    round_trip_s: Seconds | None = None
    pictures: Count = 0


class FacetValue(msgspec.Struct, frozen=True):
    """How many episodes have a value, and its title where it has one."""

    value: str
    count: Count
    title: Bilingual | None = None


class FacetCounts(msgspec.Struct, frozen=True):
    """A facet's values with the episodes that fit all *other* chosen facets; `more` are not listed."""

    facet: FacetName
    values: tuple[FacetValue, ...]
    more: Count


class Spans(msgspec.Struct, frozen=True):
    """The 5th, 50th and 95th percentile of a set, in s."""

    p05: Seconds
    p50: Seconds
    p95: Seconds


class SetFigures(msgspec.Struct, frozen=True):
    """What a set of episodes holds. `gone` are values of a facet that the hub has and this set has not.

    Sub-tasks of `annotated` were saved by a person, of `reviewed` by a second one too, who `agreement` is of.
    """

    episodes: Count
    duration_s: float
    pictures: Count
    bytes: Count
    verdicts: tuple[FacetValue, ...]
    puzzles: FacetCounts
    contributors: FacetCounts
    durations: Spans | None
    round_trips: Spans | None
    round_trips_unknown: Count
    annotated: Count
    reviewed: Count
    agreement: Agreement
    gone: tuple[FacetCounts, ...]


class Found(msgspec.Struct, frozen=True):
    """POST /api/search: one page of the episodes found, and what all those found hold.

    `all` are known to the hub, `unread` is how many recordings it has yet to look into: ask again.
    """

    cards: tuple[EpisodeCard, ...]
    page: Count
    pages: Count
    all: Count
    unread: Count
    facets: tuple[FacetCounts, ...]
    figures: SetFigures


class LeftOut(msgspec.Struct, frozen=True):
    """How many episodes a rule left out; one that breaks several rules counts for the first."""

    rule: str
    episodes: Count


class ExportCard(msgspec.Struct, frozen=True):
    """One export that a researcher asked for. Once it is over, `kept` and all `left_out` are `captured`.

    `done` of `total` episodes are through the present step; `place` is the result's folder on the hub's
    machine, `trouble` why it ended without one, and `detail` says more of that.
    """

    export_id: Identifier
    state: ExportState
    step: ExportStep
    done: Count
    total: Count
    pictures: Count
    asked_utc_ns: Nanoseconds
    ended_utc_ns: Nanoseconds | None
    recipe: str
    form: ExportForm
    captured: Count
    kept: Count
    left_out: tuple[LeftOut, ...]
    gone: tuple[str, ...]
    place: str
    bytes: Count
    trouble: ExportTrouble
    detail: str


class Exports(msgspec.Struct, frozen=True):
    """GET /api/exports: all exports, newest first, a recipe to begin with, and the formats."""

    exports: tuple[ExportCard, ...]
    recipe: str
    forms: tuple[ExportForm, ...]
    may_ask: bool


class Series(msgspec.Struct, frozen=True):
    """GET /api/episodes/{episode_id}/series: plots on one time axis, all arrays of one length.

    `positions_rad` and so on are one row per joint. Video time 0 equals t_s 0.
    """

    joint_names: tuple[str, ...]
    t_s: tuple[float, ...]
    positions_rad: tuple[tuple[float, ...], ...]
    requested_rad: tuple[tuple[float | None, ...], ...]
    applied_rad: tuple[tuple[float, ...], ...]
    loads: tuple[tuple[float, ...], ...]
    modes: tuple[str, ...]
    events: tuple["SeriesEvent", ...]


class SeriesEvent(msgspec.Struct, frozen=True):
    """Something that happened at a moment of the episode."""

    t_s: float
    kind: str
    text: str


ToBrowser = Lobby | TurnGranted | BrowserAnswer | Failure | Result
