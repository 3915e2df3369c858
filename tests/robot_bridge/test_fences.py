"""The fences: each guard alone, in the order in which they are asked."""

import pytest

from robot_bridge.fences import ALL_MODES, GUARDS, Guard, Named, Value, refusal
from robot_bridge.safety import TABLE

KNOWN: Named = {
    "stop_generation": 9,
    "lease_epoch": 5,
    "ended_epoch": 4,
    "lowering": False,
    "stop_id": "s-1",
    "order_id": ("r-0", "r-1"),
    "hindrance": "",
    "sequence": 30,
}
PASSES: Named = {**KNOWN, "ended_epoch": 5, "order_id": "r-2", "sequence": 31}
WRONG: dict[tuple[str, str], tuple[Value, ...]] = {
    ("stop_generation", "differs"): (8, 10, None),
    ("lease_epoch", "differs"): (4, 6, None),
    ("lease_epoch", "is_older"): (4, None),
    ("ended_epoch", "is_not_newer"): (4, 3, None),
    ("lowering", "differs"): (True,),
    ("stop_id", "differs"): ("s-0", "", None),
    ("order_id", "is_among"): ("r-0", "r-1"),
    ("hindrance", "differs"): ("bus_not_ready", "fault_overheat"),
    ("sequence", "is_not_newer"): (30, 29, None),
}


@pytest.mark.parametrize("guard", GUARDS, ids=lambda g: f"{g.event}-{g.reason}")
def test_each_guard_refuses_what_it_is_for_and_nothing_else(guard: Guard) -> None:
    for mode in guard.modes:
        assert refusal(guard.event, mode, PASSES, KNOWN) is None
        for wrong in WRONG[guard.fence, guard.refused_when]:
            told: Named = {**PASSES, guard.fence: wrong}
            first = next(g for g in GUARDS if g.event == guard.event and g.fence == guard.fence)
            assert refusal(guard.event, mode, told, KNOWN) in (guard.reason, first.reason)


@pytest.mark.parametrize("mode", ["latched", "idle", "hold"])
def test_a_newer_lease_is_welcome_where_none_plays(mode: str) -> None:
    newer: Named = {**PASSES, "lease_epoch": 6}
    assert refusal("enable", next(m for m in ALL_MODES if m == mode), newer, KNOWN) is None
    assert refusal("enable", "play", newer, KNOWN) == "another_lease_plays"


def test_a_setpoint_of_another_lease_is_refused_by_name() -> None:
    assert refusal("setpoint", "play", {**PASSES, "lease_epoch": 6}, KNOWN) == "wrong_lease"
    assert refusal("setpoint", "play", {**PASSES, "sequence": 30}, KNOWN) == "old_sequence"


def test_the_first_guard_that_refuses_gives_the_reason() -> None:
    wrong: Named = {
        "stop_generation": 0,
        "lease_epoch": 0,
        "ended_epoch": 0,
        "lowering": True,
        "stop_id": "",
        "order_id": "r-0",
        "hindrance": "bus_not_ready",
        "sequence": 0,
    }
    assert refusal("enable", "idle", wrong, KNOWN) == "old_stop_generation"
    assert refusal("reset", "latched", wrong, KNOWN) == "wrong_stop_id"
    assert refusal("rest", "idle", wrong, KNOWN) == "old_stop_generation"
    assert refusal("setpoint", "play", wrong, KNOWN) == "old_stop_generation"


def test_what_cannot_be_put_in_order_counts_as_older() -> None:
    assert refusal("enable", "idle", PASSES, {**KNOWN, "lease_epoch": None}) == "old_lease"
    assert refusal("setpoint", "play", PASSES, {**KNOWN, "sequence": None}) == "old_sequence"
    assert refusal("rest", "idle", PASSES, {**KNOWN, "order_id": None}) is None


def test_a_fence_that_is_not_named_is_an_error() -> None:
    with pytest.raises(KeyError):
        refusal("enable", "idle", {}, KNOWN)


def test_the_guards_speak_of_the_modes_of_the_table_and_in_sentences() -> None:
    assert tuple(TABLE) == ALL_MODES
    assert len({(guard.event, guard.reason) for guard in GUARDS}) == len(GUARDS)
    for guard in GUARDS:
        assert set(guard.modes) <= set(TABLE)
        assert guard.sentence.endswith(".")
