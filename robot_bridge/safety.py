"""The bridge's modes as one table, and the step that walks it.

Theory of operation. The arm follows a player only in `play`. It boots `latched` and every stop and every
fault latches it again, under a name and with a stop generation one higher. Only a reset that names the
stop in force leads out, to `idle`, and it moves nothing: Enable must follow, naming the current stop
generation (so that no Enable sent before the stop can act) and a lease epoch not older than any seen
(so that no former player can act). `hold` is the soft stop: torque on, and Enable leads back, unless the
hold ended the lease. A stop id counts once: if a late copy of a cleared stop arrives, it latches under a
new name, so that a late copy of its reset clears nothing. `rest` changes no mode: it begins the lowering
that `rest.py` carries out, and each order to do so counts once.

Rule 1: whatever changes the mode is in TABLE, and what guards a row is in GUARDS. Models, pages and tests
are made from these two.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from robot_bridge.wire.state import Cause, Mode

Event = Literal["enable", "hold", "stop", "fault", "reset", "rest"]

TABLE: dict[Mode, dict[Event, Mode | None]] = {
    #           None: refused. Same mode: accepted, and nothing changes but what the event says.
    "latched": {
        "enable": None,
        "hold": "latched",
        "stop": "latched",
        "fault": "latched",
        "reset": "idle",
        "rest": "latched",
    },
    "idle": {
        "enable": "play",
        "hold": "idle",
        "stop": "latched",
        "fault": "latched",
        "reset": None,
        "rest": "idle",
    },
    "play": {
        "enable": "play",
        "hold": "hold",
        "stop": "latched",
        "fault": "latched",
        "reset": None,
        "rest": None,
    },
    "hold": {
        "enable": "play",
        "hold": "hold",
        "stop": "latched",
        "fault": "latched",
        "reset": None,
        "rest": "hold",
    },
}
ENDS_LEASE: tuple[Cause, ...] = ("turn_over", "operator")
_REMEMBERED = 32


@dataclass(frozen=True, slots=True)
class EnableAsked:
    """The cell asks to follow setpoints of this lease; `lowering` says whether the arm is being lowered."""

    lease_epoch: int
    stop_generation: int
    lowering: bool = False


@dataclass(frozen=True, slots=True)
class HoldAsked:
    """A controlled stop is due: asked for, or silence, or a passed deadline."""

    cause: Cause


@dataclass(frozen=True, slots=True)
class StopAsked:
    """Someone pressed stop."""

    stop_id: str
    cause: Cause


@dataclass(frozen=True, slots=True)
class Fault:
    """The bridge found something wrong itself."""

    cause: Cause


@dataclass(frozen=True, slots=True)
class ResetAsked:
    """An operator clears one stop; `hindrance` says what still stands against it, empty when nothing does."""

    stop_id: str
    hindrance: str = ""


@dataclass(frozen=True, slots=True)
class RestAsked:
    """An operator wants the arm lowered; `hindrance` says why it can not be begun, empty when it can."""

    order_id: str
    stop_generation: int
    hindrance: str = ""


SafetyEvent = EnableAsked | HoldAsked | StopAsked | Fault | ResetAsked | RestAsked
KIND: dict[type, Event] = {
    EnableAsked: "enable",
    HoldAsked: "hold",
    StopAsked: "stop",
    Fault: "fault",
    ResetAsked: "reset",
    RestAsked: "rest",
}


@dataclass(frozen=True, slots=True)
class Refused:
    """The event changed nothing; the reason is a metric label."""

    reason: str


@dataclass(frozen=True, slots=True)
class SafetyState:
    """The mode, why, and the fences: stop id, stop generation, lease epoch, ended epoch, orders seen."""

    mode: Mode
    cause: Cause
    stop_id: str | None
    stop_generation: int
    lease_epoch: int
    since_ns: int
    seen_stops: tuple[str, ...]
    ended_epoch: int = -1
    seen_rests: tuple[str, ...] = ()


Effects = tuple[Refused, ...]


@dataclass(frozen=True, slots=True)
class Guard:
    """One reason to refuse an event that TABLE would take: its label, a sentence, and the test."""

    reason: str
    event: Event
    sentence: str
    refuses: Callable[[SafetyState, SafetyEvent], bool]


def _old_generation(state: SafetyState, event: SafetyEvent) -> bool:
    return isinstance(event, EnableAsked | RestAsked) and event.stop_generation != state.stop_generation


def _old_lease(state: SafetyState, event: SafetyEvent) -> bool:
    return isinstance(event, EnableAsked) and event.lease_epoch < state.lease_epoch


def _lease_over(state: SafetyState, event: SafetyEvent) -> bool:
    return isinstance(event, EnableAsked) and event.lease_epoch <= state.ended_epoch


def _another_plays(state: SafetyState, event: SafetyEvent) -> bool:
    other = isinstance(event, EnableAsked) and event.lease_epoch != state.lease_epoch
    return other and state.mode == "play"


def _lowering(_state: SafetyState, event: SafetyEvent) -> bool:
    return isinstance(event, EnableAsked) and event.lowering


def _wrong_stop(state: SafetyState, event: SafetyEvent) -> bool:
    return isinstance(event, ResetAsked) and event.stop_id != state.stop_id


def _hindered(_state: SafetyState, event: SafetyEvent) -> bool:
    return isinstance(event, ResetAsked | RestAsked) and event.hindrance != ""


def _seen_rest(state: SafetyState, event: SafetyEvent) -> bool:
    return isinstance(event, RestAsked) and event.order_id in state.seen_rests


GUARDS: tuple[Guard, ...] = (
    Guard("old_stop_generation", "enable", "It was sent before the newest stop or fault.", _old_generation),
    Guard("old_lease", "enable", "A newer lease has been seen.", _old_lease),
    Guard("lease_over", "enable", "This lease was ended.", _lease_over),
    Guard("another_lease_plays", "enable", "Another lease is in play.", _another_plays),
    Guard("lowering", "enable", "The arm is being lowered.", _lowering),
    Guard("wrong_stop_id", "reset", "It names another stop than the one in force.", _wrong_stop),
    Guard("hindered", "reset", "The bus is not whole, or the fault still stands.", _hindered),
    Guard("old_stop_generation", "rest", "It was sent before the newest stop or fault.", _old_generation),
    Guard("old_order", "rest", "This very order was carried out before.", _seen_rest),
    Guard("hindered", "rest", "The bus is not whole, or the arm lies released.", _hindered),
)
"""Asked in this order; the first that refuses gives the reason. `hindered` gives the hindrance itself."""


def boot(boot_id: str, stop_generation: int, now_ns: int) -> SafetyState:
    """Latched under `boot_id`; the generation must be higher than any of an earlier run."""
    return SafetyState("latched", "boot", boot_id, stop_generation, 0, now_ns, (boot_id,))


def step(state: SafetyState, event: SafetyEvent, now_ns: int) -> tuple[SafetyState, Effects]:
    """The state after the event, and the refusal if there was one."""
    kind = KIND[type(event)]
    target = TABLE[state.mode][kind]
    if target is None:
        return state, (Refused(f"not_while_{state.mode}"),)
    for guard in GUARDS:
        if guard.event == kind and guard.refuses(state, event):
            return state, (Refused(_reason(guard, event)),)
    since = state.since_ns if target == state.mode else now_ns
    return replace(_changed(state, event, target), mode=target, since_ns=since), ()


def _reason(guard: Guard, event: SafetyEvent) -> str:
    if guard.reason == "hindered" and isinstance(event, ResetAsked | RestAsked):
        return event.hindrance
    return guard.reason


def _changed(state: SafetyState, event: SafetyEvent, target: Mode) -> SafetyState:
    match event:
        case EnableAsked(lease_epoch=epoch):
            return replace(state, cause="none", lease_epoch=epoch)
        case HoldAsked(cause=cause):
            ended = state.lease_epoch if cause in ENDS_LEASE else state.ended_epoch
            return replace(state, cause=cause if target == "hold" else state.cause, ended_epoch=ended)
        case StopAsked(stop_id=stop_id, cause=cause):
            return state if stop_id == state.stop_id else _latched(state, stop_id, cause)
        case Fault(cause=cause):
            return _latched(state, f"{cause}-{state.stop_generation + 1}", cause)
        case RestAsked(order_id=order_id):
            return replace(state, seen_rests=(*state.seen_rests, order_id)[-_REMEMBERED:])
    return replace(state, cause="none", stop_id=None)


def _latched(state: SafetyState, stop_id: str, cause: Cause) -> SafetyState:
    generation = state.stop_generation + 1
    name = stop_id if stop_id not in state.seen_stops else f"{stop_id[:40]}:{generation}"
    seen = (*state.seen_stops, name)[-_REMEMBERED:]
    return replace(state, cause=cause, stop_id=name, stop_generation=generation, seen_stops=seen)
