"""The life of one turn, from lease to result, as one table.

Pure: `state, effects = step(state, event, now_ns)`; an event that the table does not name for a
phase changes nothing. A newer lease ends a running turn first and waits until its result is kept.

    free --granted--> waiting --player here--> present --ready to run--> preparing --prepared--> playing
    waiting, present, preparing, playing --(an end)--> sealing --sealed--> free (or waiting, if a lease waits)
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from teleop.cell import texts
from teleop.episodes.format import Ending
from teleop.wire.hub_to_cell import Lease
from teleop.wire.player_out import Bilingual

NO_SHOW_NS = 20_000_000_000
NOT_STARTED_NS = 60_000_000_000
PREPARING_NS = 60_000_000_000
PLAYER_GONE_NS = 10_000_000_000
Phase = Literal["free", "waiting", "present", "preparing", "playing", "sealing"]


@dataclass(frozen=True, slots=True)
class TurnState:
    """Where the turn stands; `since_ns` is when the phase began, `ends_ns` when playing will end."""

    phase: Phase = "free"
    since_ns: int = 0
    lease: Lease | None = None
    limit_s: float = 0.0
    ends_ns: int | None = None
    gone_ns: int | None = None
    waiting_lease: tuple[Lease, float] | None = None


@dataclass(frozen=True, slots=True)
class Granted:
    """The hub granted a lease; `limit_s` is how long it may be played."""

    lease: Lease
    limit_s: float


@dataclass(frozen=True, slots=True)
class PlayerHere:
    """The lease's player has connected."""


@dataclass(frozen=True, slots=True)
class PlayerGone:
    """The lease's player is connected no more."""


@dataclass(frozen=True, slots=True)
class ReadyToRun:
    """The player holds to run with the stick at rest."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """The arm stands ready and the pieces lie at the puzzle's start."""


@dataclass(frozen=True, slots=True)
class PreparingFailed:
    """The pieces could not be laid out."""


@dataclass(frozen=True, slots=True)
class Solved:
    """The referee saw the goal reached."""

    reason: Bilingual
    time_s: float


@dataclass(frozen=True, slots=True)
class GivenBack:
    """The player ended the turn."""


@dataclass(frozen=True, slots=True)
class Revoked:
    """The hub took a turn back."""

    turn_id: str


@dataclass(frozen=True, slots=True)
class RecordingFailed:
    """The turn is not recorded any more, and this cell plays no turn that is not."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """The disk keeps the finished turn's recording and result."""


@dataclass(frozen=True, slots=True)
class Tick:
    """Time passed."""


Event = (
    Granted
    | PlayerHere
    | PlayerGone
    | ReadyToRun
    | Prepared
    | PreparingFailed
    | Solved
    | GivenBack
    | Revoked
    | RecordingFailed
    | Sealed
    | Tick
)


@dataclass(frozen=True, slots=True)
class Open:
    """From now on this lease, and no older one, may drive."""

    lease: Lease


@dataclass(frozen=True, slots=True)
class Prepare:
    """Bring the arm to its ready pose and the pieces to the puzzle's start."""

    lease: Lease


@dataclass(frozen=True, slots=True)
class Begin:
    """The clock runs: record, judge, and let the player drive."""

    lease: Lease
    ends_ns: int


@dataclass(frozen=True, slots=True)
class Finish:
    """Hold the arm, seal the episode if one was begun (`played`), and keep the result."""

    lease: Lease
    ending: Ending
    reason: Bilingual
    time_s: float
    played: bool


Effect = Open | Prepare | Begin | Finish
Outcome = tuple[TurnState, tuple[Effect, ...]]


def step(state: TurnState, event: Event, now_ns: int) -> Outcome:
    """Takes one event."""
    rule = TABLE[state.phase].get(type(event))
    return (state, ()) if rule is None else rule(state, event, now_ns)


def _grant(state: TurnState, event: Event, now_ns: int) -> Outcome:
    assert isinstance(event, Granted)
    return TurnState("waiting", now_ns, event.lease, event.limit_s), (Open(event.lease),)


def _grant_over(state: TurnState, event: Event, now_ns: int) -> Outcome:
    assert isinstance(event, Granted)
    finished, effects = _finish(state, now_ns, "revoked", texts.REVOKED)
    return replace(finished, waiting_lease=(event.lease, event.limit_s)), effects


def _keep_waiting(state: TurnState, event: Event, now_ns: int) -> Outcome:
    assert isinstance(event, Granted)
    return replace(state, waiting_lease=(event.lease, event.limit_s)), ()


def _appear(state: TurnState, event: Event, now_ns: int) -> Outcome:
    return replace(state, phase="present", since_ns=now_ns, gone_ns=None), ()


def _return(state: TurnState, event: Event, now_ns: int) -> Outcome:
    return replace(state, gone_ns=None), ()


def _leave(state: TurnState, event: Event, now_ns: int) -> Outcome:
    return replace(state, gone_ns=now_ns if state.gone_ns is None else state.gone_ns), ()


def _prepare(state: TurnState, event: Event, now_ns: int) -> Outcome:
    return replace(state, phase="preparing", since_ns=now_ns), (Prepare(_lease(state)),)


def _begin(state: TurnState, event: Event, now_ns: int) -> Outcome:
    ends_ns = now_ns + round(state.limit_s * 1e9)
    state = replace(state, phase="playing", since_ns=now_ns, ends_ns=ends_ns)
    return state, (Begin(_lease(state), ends_ns),)


def _fail(state: TurnState, event: Event, now_ns: int) -> Outcome:
    return _finish(state, now_ns, "preparing_failed", texts.PREPARING_FAILED)


def _solve(state: TurnState, event: Event, now_ns: int) -> Outcome:
    assert isinstance(event, Solved)
    finished, _ = _finish(state, now_ns, "solved", event.reason)
    return finished, (Finish(_lease(state), "solved", event.reason, event.time_s, played=True),)


def _give_back(state: TurnState, event: Event, now_ns: int) -> Outcome:
    return _finish(state, now_ns, "given_back", texts.GIVEN_BACK)


def _end_unrecorded(state: TurnState, event: Event, now_ns: int) -> Outcome:
    return _finish(state, now_ns, "not_recorded", texts.NOT_RECORDED)


def _revoke(state: TurnState, event: Event, now_ns: int) -> Outcome:
    assert isinstance(event, Revoked)
    if event.turn_id != _lease(state).turn_id:
        return state, ()
    return _finish(state, now_ns, "revoked", texts.REVOKED)


def _revoke_waiting(state: TurnState, event: Event, now_ns: int) -> Outcome:
    assert isinstance(event, Revoked)
    waiting = state.waiting_lease
    if waiting is None or waiting[0].turn_id != event.turn_id:
        return state, ()
    return replace(state, waiting_lease=None), ()


def _free(state: TurnState, event: Event, now_ns: int) -> Outcome:
    if state.waiting_lease is None:
        return TurnState(since_ns=now_ns), ()
    lease, limit_s = state.waiting_lease
    return TurnState("waiting", now_ns, lease, limit_s), (Open(lease),)


def _time_passes(state: TurnState, event: Event, now_ns: int) -> Outcome:
    ending: tuple[Ending, Bilingual] | None = None
    if state.gone_ns is not None and now_ns - state.gone_ns >= PLAYER_GONE_NS:
        ending = ("player_gone", texts.PLAYER_GONE)
    elif state.ends_ns is not None and now_ns >= state.ends_ns:
        ending = ("time_up", texts.TIME_UP)
    elif state.phase in PATIENCE and now_ns - state.since_ns >= PATIENCE[state.phase][0]:
        ending = PATIENCE[state.phase][1:]
    return (state, ()) if ending is None else _finish(state, now_ns, *ending)


def _finish(state: TurnState, now_ns: int, ending: Ending, reason: Bilingual) -> Outcome:
    played = state.phase == "playing"
    time_s = (now_ns - state.since_ns) / 1e9 if played else 0.0
    sealing = TurnState("sealing", now_ns, state.lease)
    return sealing, (Finish(_lease(state), ending, reason, time_s, played),)


def _lease(state: TurnState) -> Lease:
    assert state.lease is not None, state.phase
    return state.lease


PATIENCE: dict[Phase, tuple[int, Ending, Bilingual]] = {
    "waiting": (NO_SHOW_NS, "no_show", texts.NO_SHOW),
    "present": (NOT_STARTED_NS, "not_started", texts.NOT_STARTED),
    "preparing": (PREPARING_NS, "preparing_failed", texts.PREPARING_FAILED),
}
Rule = Callable[[TurnState, Event, int], Outcome]
_ENDS: dict[type[Event], Rule] = {
    Granted: _grant_over,
    GivenBack: _give_back,
    Revoked: _revoke,
    Tick: _time_passes,
}
_THERE: dict[type[Event], Rule] = {**_ENDS, PlayerHere: _return, PlayerGone: _leave}
TABLE: dict[Phase, dict[type[Event], Rule]] = {
    "free": {Granted: _grant},
    "waiting": {**_ENDS, PlayerHere: _appear},
    "present": {**_THERE, ReadyToRun: _prepare},
    "preparing": {**_THERE, Prepared: _begin, PreparingFailed: _fail},
    "playing": {**_THERE, Solved: _solve, RecordingFailed: _end_unrecorded},
    "sealing": {Granted: _keep_waiting, Revoked: _revoke_waiting, Sealed: _free},
}
