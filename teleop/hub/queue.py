"""The queue and the leases as one pure state machine: `step(state, event, now_ns)`.

Rules. One place per player. Places of a cell are served in the order they were taken. A cell has at
most one turn, granted only while it is online, not latched, and reports no turn of its own. The
lease epoch of a cell rises with every grant and stays above every epoch the cell has seen. A turn is
over when its result arrives, or when the cell says that it runs no turn any more; a lease that never
reached the cell gives its player the place back.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Literal

SECOND_NS = 1_000_000_000
STILL_HERE_NS = 15 * SECOND_NS
LEASE_ARRIVES_NS = 5 * SECOND_NS
UNHEARD_TURN_NS = 180 * SECOND_NS
TURN_OVERHEAD_S = 25.0
MAX_PLACES_PER_CELL = 64

RefusalReason = Literal["turn_running", "unknown_cell", "queue_full"]
OverReason = Literal["result", "ended_at_cell", "lease_lost", "lease_void", "unheard"]


@dataclass(frozen=True, slots=True)
class Place:
    """A player waiting for a cell; `order` rises with time of joining, over all cells."""

    subject: str
    cell_id: str
    puzzle_id: str
    duration_s: float
    order: int
    seen_ns: int


@dataclass(frozen=True, slots=True)
class Turn:
    """A granted lease; `confirmed` once the cell itself has reported it."""

    turn_id: str
    cell_id: str
    epoch: int
    place: Place
    granted_ns: int
    confirmed: bool

    @property
    def ends_ns(self) -> int:
        """When the turn's time is up, counted from the grant."""
        return self.granted_ns + int(self.place.duration_s * SECOND_NS)


@dataclass(frozen=True, slots=True)
class Seat:
    """The one driver's seat of a cell, as the hub knows it."""

    epoch: int
    online: bool = False
    latched: bool = True
    reported_turn: str | None = None
    turn: Turn | None = None

    @property
    def free(self) -> bool:
        """True when a turn may be granted now."""
        return self.online and not self.latched and self.reported_turn is None and self.turn is None


@dataclass(frozen=True, slots=True)
class QueueState:
    """All seats and places; `series` makes turn ids of different databases different."""

    series: str
    seats: Mapping[str, Seat]
    places: tuple[Place, ...] = ()
    next_order: int = 1


@dataclass(frozen=True, slots=True)
class Join:
    """A player asks for a turn; keeps the place when it is the same cell."""

    subject: str
    cell_id: str
    puzzle_id: str
    duration_s: float


@dataclass(frozen=True, slots=True)
class Leave:
    """A player gives up the place."""

    subject: str


@dataclass(frozen=True, slots=True)
class StillHere:
    """The page of a waiting player is open."""

    subject: str


@dataclass(frozen=True, slots=True)
class CellRegistered:
    """A cell dialled in; `epoch` is the highest it has seen."""

    cell_id: str
    epoch: int
    running_turn: str | None


@dataclass(frozen=True, slots=True)
class CellReported:
    """A status of a cell."""

    cell_id: str
    latched: bool
    turn_id: str | None


@dataclass(frozen=True, slots=True)
class CellGone:
    """A cell's connection ended or went silent."""

    cell_id: str


@dataclass(frozen=True, slots=True)
class TurnEnded:
    """The result of a turn is stored."""

    turn_id: str


@dataclass(frozen=True, slots=True)
class LeaseUnsent:
    """The lease could not be stored or sent; the player keeps the place unless the reason is theirs."""

    turn_id: str
    keep_place: bool


@dataclass(frozen=True, slots=True)
class Tick:
    """Time passes."""


Event = Join | Leave | StillHere | CellRegistered | CellReported | CellGone | TurnEnded | LeaseUnsent | Tick


@dataclass(frozen=True, slots=True)
class Granted:
    """Store the turn, then send the lease to the cell and the ticket to the player."""

    turn: Turn


@dataclass(frozen=True, slots=True)
class Over:
    """A turn ended, and why."""

    turn: Turn
    reason: OverReason


@dataclass(frozen=True, slots=True)
class Refused:
    """A join was refused."""

    subject: str
    reason: RefusalReason


@dataclass(frozen=True, slots=True)
class Expired:
    """A place was given up because its page fell silent."""

    place: Place


Effect = Granted | Over | Refused | Expired
Step = tuple[QueueState, tuple[Effect, ...]]


def begin(series: str, epochs: Mapping[str, int], open_turns: tuple[Turn, ...]) -> QueueState:
    """The queue after a start of the hub: no places, known epochs, turns that may still be running."""
    turns = {turn.cell_id: turn for turn in open_turns}
    seats = {cell: Seat(epoch=epoch, turn=turns.get(cell)) for cell, epoch in epochs.items()}
    return QueueState(series, MappingProxyType(seats))


def step(state: QueueState, event: Event, now_ns: int) -> Step:
    """The next state, and what to do; grants follow every event that may free a seat."""
    state, effects = _apply(state, event, now_ns)
    state, grants = _grant(state, now_ns)
    return state, effects + grants


def place_of(state: QueueState, subject: str) -> Place | None:
    """The place a player waits at."""
    return next((place for place in state.places if place.subject == subject), None)


def turn_of(state: QueueState, subject: str) -> Turn | None:
    """The turn a player has."""
    for seat in state.seats.values():
        if seat.turn is not None and seat.turn.place.subject == subject:
            return seat.turn
    return None


def turn_named(state: QueueState, turn_id: str) -> Turn | None:
    """The running turn with this id."""
    for seat in state.seats.values():
        if seat.turn is not None and seat.turn.turn_id == turn_id:
            return seat.turn
    return None


def line(state: QueueState, cell_id: str) -> tuple[Place, ...]:
    """The places of one cell, first to be served first."""
    return tuple(place for place in state.places if place.cell_id == cell_id)


def wait_s(state: QueueState, cell_id: str, position: int, now_ns: int) -> float:
    """Estimated seconds until place `position` (1 is next) is served, when turns take their full time."""
    seat = state.seats.get(cell_id)
    running = 0.0
    if seat is not None and seat.turn is not None:
        running = max(0.0, (seat.turn.ends_ns - now_ns) / SECOND_NS) + TURN_OVERHEAD_S
    ahead = line(state, cell_id)[: max(0, position - 1)]
    return running + sum(place.duration_s + TURN_OVERHEAD_S for place in ahead)


def _apply(state: QueueState, event: Event, now_ns: int) -> Step:
    match event:
        case Join():
            return _join(state, event, now_ns)
        case Leave(subject):
            return replace(state, places=_without(state.places, subject)), ()
        case StillHere(subject):
            return _seen(state, subject, now_ns), ()
        case CellRegistered():
            return _registered(state, event, now_ns)
        case CellReported():
            return _reported(state, event, now_ns)
        case CellGone() | TurnEnded() | LeaseUnsent():
            return _ended(state, event, now_ns)
        case _:
            return _tick(state, now_ns)


def _ended(state: QueueState, event: CellGone | TurnEnded | LeaseUnsent, now_ns: int) -> Step:
    match event:
        case CellGone(cell_id):
            return _offline(state, cell_id), ()
        case TurnEnded(turn_id):
            return _over(state, turn_named(state, turn_id), "result", now_ns)
        case LeaseUnsent(turn_id, keep_place=False):
            return _over(state, turn_named(state, turn_id), "lease_void", now_ns)
        case _:
            turn = turn_named(state, event.turn_id)
            state = state if turn is None else _offline(state, turn.cell_id)
            return _over(state, turn, "lease_lost", now_ns)


def _offline(state: QueueState, cell_id: str) -> QueueState:
    """No grants for this cell until it reports again."""
    seat = state.seats.get(cell_id)
    return state if seat is None else _seated(state, cell_id, replace(seat, online=False))


def _join(state: QueueState, event: Join, now_ns: int) -> Step:
    old = place_of(state, event.subject)
    if event.cell_id not in state.seats:
        return state, (Refused(event.subject, "unknown_cell"),)
    if turn_of(state, event.subject) is not None:
        return state, (Refused(event.subject, "turn_running"),)
    if old is not None and old.cell_id == event.cell_id:
        kept = replace(old, puzzle_id=event.puzzle_id, duration_s=event.duration_s, seen_ns=now_ns)
        return replace(state, places=tuple(kept if p is old else p for p in state.places)), ()
    if len(line(state, event.cell_id)) >= MAX_PLACES_PER_CELL:
        return state, (Refused(event.subject, "queue_full"),)
    place = Place(event.subject, event.cell_id, event.puzzle_id, event.duration_s, state.next_order, now_ns)
    places = (*_without(state.places, event.subject), place)
    return replace(state, places=places, next_order=state.next_order + 1), ()


def _seen(state: QueueState, subject: str, now_ns: int) -> QueueState:
    places = tuple(replace(p, seen_ns=now_ns) if p.subject == subject else p for p in state.places)
    return replace(state, places=places)


def _registered(state: QueueState, event: CellRegistered, now_ns: int) -> Step:
    seat = state.seats.get(event.cell_id, Seat(epoch=0))
    turn = seat.turn
    if turn is not None and turn.turn_id == event.running_turn:
        turn = replace(turn, confirmed=True)
    seat = replace(
        seat,
        epoch=max(seat.epoch, event.epoch),
        online=True,
        latched=True,
        reported_turn=event.running_turn,
        turn=turn,
    )
    state = _seated(state, event.cell_id, seat)
    if turn is not None and turn.turn_id != event.running_turn:
        return _over(state, turn, "ended_at_cell" if turn.confirmed else "lease_lost", now_ns)
    return state, ()


def _reported(state: QueueState, event: CellReported, now_ns: int) -> Step:
    seat = state.seats.get(event.cell_id)
    if seat is None:
        return state, ()
    turn = seat.turn
    runs = turn is not None and turn.turn_id == event.turn_id
    if turn is not None and runs:
        turn = replace(turn, confirmed=True)
    seat = replace(seat, online=True, latched=event.latched, reported_turn=event.turn_id, turn=turn)
    state = _seated(state, event.cell_id, seat)
    if turn is None or runs:
        return state, ()
    if turn.confirmed:
        return _over(state, turn, "ended_at_cell", now_ns)
    if now_ns - turn.granted_ns > LEASE_ARRIVES_NS:
        return _over(state, turn, "lease_lost", now_ns)
    return state, ()


def _over(state: QueueState, turn: Turn | None, reason: OverReason, now_ns: int) -> Step:
    """Frees the seat; a lost lease gives the place back, in its old order."""
    if turn is None:
        return state, ()
    seat = state.seats[turn.cell_id]
    state = _seated(state, turn.cell_id, replace(seat, turn=None))
    if reason == "lease_lost":
        place = replace(turn.place, seen_ns=now_ns)
        places = sorted((*state.places, place), key=lambda waiting: waiting.order)
        state = replace(state, places=tuple(places))
    return state, (Over(turn, reason),)


def _tick(state: QueueState, now_ns: int) -> Step:
    gone = tuple(p for p in state.places if now_ns - p.seen_ns > STILL_HERE_NS)
    state = replace(state, places=tuple(p for p in state.places if p not in gone))
    effects: tuple[Effect, ...] = tuple(Expired(place) for place in gone)
    for seat in tuple(state.seats.values()):
        turn = seat.turn
        if turn is not None and not seat.online and now_ns > turn.ends_ns + UNHEARD_TURN_NS:
            state, more = _over(state, turn, "unheard", now_ns)
            effects += more
    return state, effects


def _grant(state: QueueState, now_ns: int) -> Step:
    effects: tuple[Effect, ...] = ()
    for cell_id, seat in state.seats.items():
        waiting = line(state, cell_id)
        if not waiting or not seat.free:
            continue
        first, epoch = waiting[0], seat.epoch + 1
        turn = Turn(f"{state.series}-{cell_id}-{epoch}", cell_id, epoch, first, now_ns, confirmed=False)
        state = _seated(state, cell_id, replace(seat, epoch=epoch, turn=turn))
        state = replace(state, places=_without(state.places, first.subject))
        effects += (Granted(turn),)
    return state, effects


def _seated(state: QueueState, cell_id: str, seat: Seat) -> QueueState:
    return replace(state, seats=MappingProxyType({**state.seats, cell_id: seat}))


def _without(places: tuple[Place, ...], subject: str) -> tuple[Place, ...]:
    return tuple(place for place in places if place.subject != subject)
