"""The bridge's modes as one table, and the step that walks it.

Theory of operation. The arm follows a player only in `play`. It boots `latched` and every stop and every
fault latches it again, under a name and with a stop generation one higher. Only a reset that names the
stop in force leads out, to `idle`, and it moves nothing: Enable must follow, naming the current stop
generation (so that no Enable sent before the stop can act) and a lease epoch not older than any seen
(so that no former player can act). `hold` is the soft stop: torque on, and Enable leads back, unless the
hold ended the lease. A stop id counts once: if a late copy of a cleared stop arrives, it latches under a
new name, so that a late copy of its reset clears nothing. `rest` changes no mode: it begins the lowering
that `rest.py` carries out, and each order to do so counts once.

Rule 1: whatever changes the mode is in TABLE, and what guards a row is in fences.GUARDS. Models, pages and
tests are made from these two.
"""

from msgspec import Struct
from msgspec.structs import replace

from robot_bridge import fences
from robot_bridge.fences import Event
from robot_bridge.wire.state import Cause, Mode

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


class EnableAsked(Struct, frozen=True):
    """The cell asks to follow setpoints of this lease; `lowering` says whether the arm is being lowered."""

    lease_epoch: int
    stop_generation: int
    lowering: bool = False


class HoldAsked(Struct, frozen=True):
    """A controlled stop is due: asked for, or silence, or a passed deadline."""

    cause: Cause


class StopAsked(Struct, frozen=True):
    """Someone pressed stop."""

    stop_id: str
    cause: Cause


class Fault(Struct, frozen=True):
    """The bridge found something wrong itself."""

    cause: Cause


class ResetAsked(Struct, frozen=True):
    """An operator clears one stop; `hindrance` says what still stands against it, empty when nothing does."""

    stop_id: str
    hindrance: str = ""


class RestAsked(Struct, frozen=True):
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


class Refused(Struct, frozen=True):
    """The event changed nothing; the reason is a metric label."""

    reason: str


class SafetyState(Struct, frozen=True):
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


def boot(boot_id: str, stop_generation: int, now_ns: int) -> SafetyState:
    """Latched under `boot_id`; the generation must be higher than any of an earlier run."""
    return SafetyState("latched", "boot", boot_id, stop_generation, 0, now_ns, (boot_id,))


def step(state: SafetyState, event: SafetyEvent, now_ns: int) -> tuple[SafetyState, Effects]:
    """The state after the event, and the refusal if there was one."""
    kind = KIND[type(event)]
    target = TABLE[state.mode][kind]
    if target is None:
        return state, (Refused(f"not_while_{state.mode}"),)
    reason = _refusal(state, event)
    if reason is not None:
        return state, (Refused(reason),)
    since = state.since_ns if target == state.mode else now_ns
    return replace(_changed(state, event, target), mode=target, since_ns=since), ()


def _refusal(state: SafetyState, event: SafetyEvent) -> str | None:
    """The reason of the first guard that refuses; a hindrance is its own reason."""
    match event:
        case EnableAsked():
            return fences.refusal("enable", state.mode, _enable_names(event), _known(state))
        case ResetAsked(stop_id=stop_id, hindrance=hindrance):
            reason = fences.refusal(
                "reset", state.mode, {"stop_id": stop_id, "hindrance": hindrance}, _known(state)
            )
        case RestAsked(hindrance=hindrance):
            reason = fences.refusal("rest", state.mode, _rest_names(event), _known(state))
        case _:
            return None
    return hindrance if reason == "hindered" else reason


def _enable_names(event: EnableAsked) -> fences.Named:
    return {
        "stop_generation": event.stop_generation,
        "lease_epoch": event.lease_epoch,
        "ended_epoch": event.lease_epoch,
        "lowering": event.lowering,
    }


def _rest_names(event: RestAsked) -> fences.Named:
    return {
        "stop_generation": event.stop_generation,
        "order_id": event.order_id,
        "hindrance": event.hindrance,
    }


def _known(state: SafetyState) -> fences.Named:
    return {
        "stop_generation": state.stop_generation,
        "lease_epoch": state.lease_epoch,
        "ended_epoch": state.ended_epoch,
        "stop_id": state.stop_id,
        "order_id": state.seen_rests,
        "lowering": False,
        "hindrance": "",
    }


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
