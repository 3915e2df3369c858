"""The bridge's modes as one table, and the step that walks it.

Theory of operation. The arm moves only in `play`. It boots `latched` and every stop and every fault
latches it again, under a name and with a stop generation one higher. Only a reset that names the stop
in force leads out, to `idle`, and it moves nothing: Enable must follow, naming the current stop
generation (so that no Enable sent before the stop can act) and a lease epoch not older than any seen
(so that no former player can act). `hold` is the soft stop: torque on, and Enable leads back. A stop id
counts once: if a late copy of a cleared stop arrives, it latches under a new name, so that a late copy
of its reset clears nothing.

Rule 1: whatever changes the mode is in TABLE, and what guards a row is in `_refusal`.
"""

from dataclasses import dataclass, replace
from typing import Literal

from robot_bridge.wire.state import Cause, Mode

Event = Literal["enable", "hold", "stop", "fault", "reset"]

TABLE: dict[Mode, dict[Event, Mode | None]] = {
    #           None: refused. Same mode: accepted, and nothing changes but what the event says.
    "latched": {"enable": None, "hold": "latched", "stop": "latched", "fault": "latched", "reset": "idle"},
    "idle": {"enable": "play", "hold": "idle", "stop": "latched", "fault": "latched", "reset": None},
    "play": {"enable": "play", "hold": "hold", "stop": "latched", "fault": "latched", "reset": None},
    "hold": {"enable": "play", "hold": "hold", "stop": "latched", "fault": "latched", "reset": None},
}
_REMEMBERED_STOPS = 32


@dataclass(frozen=True, slots=True)
class EnableAsked:
    """The cell asks to follow setpoints of this lease."""

    lease_epoch: int
    stop_generation: int


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
    """An operator clears one stop; `ready` says whether the bus is whole and no fault stands."""

    stop_id: str
    ready: bool


SafetyEvent = EnableAsked | HoldAsked | StopAsked | Fault | ResetAsked
_KIND: dict[type, Event] = {
    EnableAsked: "enable",
    HoldAsked: "hold",
    StopAsked: "stop",
    Fault: "fault",
    ResetAsked: "reset",
}


@dataclass(frozen=True, slots=True)
class Refused:
    """The event changed nothing; the reason is a metric label."""

    reason: str


@dataclass(frozen=True, slots=True)
class SafetyState:
    """The mode, why, and the three fences: stop id, stop generation, lease epoch."""

    mode: Mode
    cause: Cause
    stop_id: str | None
    stop_generation: int
    lease_epoch: int
    since_ns: int
    seen_stops: tuple[str, ...]


Effects = tuple[Refused, ...]


def boot(boot_id: str, stop_generation: int, now_ns: int) -> SafetyState:
    """Latched under `boot_id`; the generation must be higher than any of an earlier run."""
    return SafetyState("latched", "boot", boot_id, stop_generation, 0, now_ns, (boot_id,))


def step(state: SafetyState, event: SafetyEvent, now_ns: int) -> tuple[SafetyState, Effects]:
    """The state after the event, and the refusal if there was one."""
    target = TABLE[state.mode][_KIND[type(event)]]
    reason = _refusal(state, event)
    if target is None or reason is not None:
        return state, (Refused(reason or f"not_while_{state.mode}"),)
    since = state.since_ns if target == state.mode else now_ns
    return replace(_changed(state, event, target), mode=target, since_ns=since), ()


def _refusal(state: SafetyState, event: SafetyEvent) -> str | None:
    if isinstance(event, EnableAsked):
        return _enable_refusal(state, event)
    if isinstance(event, ResetAsked) and state.mode == "latched":
        if event.stop_id != state.stop_id:
            return "wrong_stop_id"
        return None if event.ready else "bus_not_ready"
    return None


def _enable_refusal(state: SafetyState, event: EnableAsked) -> str | None:
    if event.stop_generation != state.stop_generation:
        return "old_stop_generation"
    if event.lease_epoch < state.lease_epoch:
        return "old_lease"
    if state.mode == "play" and event.lease_epoch != state.lease_epoch:
        return "another_lease_plays"
    return None


def _changed(state: SafetyState, event: SafetyEvent, target: Mode) -> SafetyState:
    match event:
        case EnableAsked(lease_epoch=epoch):
            return replace(state, cause="none", lease_epoch=epoch)
        case HoldAsked(cause=cause):
            return replace(state, cause=cause) if target == "hold" else state
        case StopAsked(stop_id=stop_id, cause=cause):
            return state if stop_id == state.stop_id else _latched(state, stop_id, cause)
        case Fault(cause=cause):
            return _latched(state, f"{cause}-{state.stop_generation + 1}", cause)
    return replace(state, cause="none", stop_id=None)


def _latched(state: SafetyState, stop_id: str, cause: Cause) -> SafetyState:
    generation = state.stop_generation + 1
    name = stop_id if stop_id not in state.seen_stops else f"{stop_id[:40]}:{generation}"
    seen = (*state.seen_stops, name)[-_REMEMBERED_STOPS:]
    return replace(state, cause=cause, stop_id=name, stop_generation=generation, seen_stops=seen)
