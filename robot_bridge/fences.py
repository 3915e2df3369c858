"""The fences that a message must pass, as data: what it names against what the bridge knows.

Kept as data because four readers walk the same rows: the bridge itself, the generated Spin model, the
page on which one clicks faults and watches the reaction, and the tests.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from robot_bridge.wire.state import Mode

Event = Literal["enable", "hold", "stop", "fault", "reset", "rest"]
Fenced = Literal["enable", "reset", "rest", "setpoint"]
Fence = Literal[
    "stop_generation",
    "lease_epoch",
    "ended_epoch",
    "lowering",
    "stop_id",
    "order_id",
    "hindrance",
    "sequence",
]
Relation = Literal["differs", "is_older", "is_not_newer", "is_among"]
Value = int | str | tuple[str, ...] | None
Named = Mapping[Fence, Value]
ALL_MODES: tuple[Mode, ...] = ("latched", "idle", "play", "hold")


@dataclass(frozen=True, slots=True)
class Guard:
    """Refuses an event in these modes when what it names stands in this relation to what is known.

    The reason is a metric label; the sentence says it to people.
    """

    event: Fenced
    modes: tuple[Mode, ...]
    fence: Fence
    refused_when: Relation
    reason: str
    sentence: str


_AFTER_A_STOP = "It was sent before the newest stop or fault."
GUARDS: tuple[Guard, ...] = (
    Guard("enable", ALL_MODES, "stop_generation", "differs", "old_stop_generation", _AFTER_A_STOP),
    Guard("enable", ALL_MODES, "lease_epoch", "is_older", "old_lease", "A newer lease has been seen."),
    Guard("enable", ALL_MODES, "ended_epoch", "is_not_newer", "lease_over", "This lease was ended."),
    Guard("enable", ("play",), "lease_epoch", "differs", "another_lease_plays", "Another lease is in play."),
    Guard("enable", ALL_MODES, "lowering", "differs", "lowering", "The arm is being lowered."),
    Guard(
        "reset",
        ("latched",),
        "stop_id",
        "differs",
        "wrong_stop_id",
        "It names another stop than the one in force.",
    ),
    Guard(
        "reset",
        ("latched",),
        "hindrance",
        "differs",
        "hindered",
        "The bus is not whole, or the fault still stands.",
    ),
    Guard("rest", ALL_MODES, "stop_generation", "differs", "old_stop_generation", _AFTER_A_STOP),
    Guard("rest", ALL_MODES, "order_id", "is_among", "old_order", "This very order was carried out before."),
    Guard(
        "rest",
        ALL_MODES,
        "hindrance",
        "differs",
        "hindered",
        "The bus is not whole, or the arm lies released.",
    ),
    Guard("setpoint", ("play",), "stop_generation", "differs", "old_stop_generation", _AFTER_A_STOP),
    Guard(
        "setpoint", ("play",), "lease_epoch", "differs", "wrong_lease", "Its lease is not the one in play."
    ),
    Guard(
        "setpoint", ("play",), "sequence", "is_not_newer", "old_sequence", "A newer one has arrived already."
    ),
)
"""Asked in this order; the first that refuses gives the reason. `hindered` gives the hindrance itself."""


_ASKED: Mapping[tuple[Fenced, Mode], tuple[Guard, ...]] = {
    (event, mode): tuple(guard for guard in GUARDS if guard.event == event and mode in guard.modes)
    for event in get_args(Fenced)
    for mode in ALL_MODES
}


def refusal(event: Fenced, mode: Mode, told: Named, known: Named) -> str | None:
    """The reason of the first guard that refuses, if one does; raises KeyError when a fence is not named."""
    for guard in _ASKED[event, mode]:
        if _stands(guard.refused_when, told[guard.fence], known[guard.fence]):
            return guard.reason
    return None


def _stands(relation: Relation, told: Value, known: Value) -> bool:
    """Whether the relation holds; what cannot be put in order counts as older."""
    if relation == "differs":
        return told != known
    if relation == "is_among":
        return isinstance(known, tuple) and told in known
    if not isinstance(told, int) or not isinstance(known, int):
        return True
    return told < known if relation == "is_older" else told <= known
