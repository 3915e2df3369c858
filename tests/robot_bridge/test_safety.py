"""The modes: the table is walked in full, and nothing leaves it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct
from msgspec.structs import replace

from robot_bridge import safety
from robot_bridge.safety import (
    KIND,
    TABLE,
    EnableAsked,
    Fault,
    HoldAsked,
    Refused,
    ResetAsked,
    RestAsked,
    SafetyEvent,
    SafetyState,
    StopAsked,
    boot,
    step,
)
from robot_bridge.wire.state import Cause, Mode

MODES: tuple[Mode, ...] = ("latched", "idle", "play", "hold")


def state(mode: Mode, epoch: int = 5, generation: int = 9) -> SafetyState:
    latched = mode == "latched"
    return SafetyState(mode, "none", "s-1" if latched else None, generation, epoch, 0, ("s-1",))


def test_boots_latched_under_its_boot_id() -> None:
    begun = boot("boot-1", 7, 3)
    assert begun == SafetyState("latched", "boot", "boot-1", 7, 0, 3, ("boot-1",), -1, ())


def test_the_table_is_the_one_that_was_agreed_on() -> None:
    told = {mode: " ".join(target or "-" for target in row.values()) for mode, row in TABLE.items()}
    assert told == {
        "latched": "- latched latched latched idle latched",
        "idle": "play idle latched latched - idle",
        "play": "play hold latched latched - -",
        "hold": "play hold latched latched - hold",
    }
    for row in TABLE.values():
        assert tuple(row) == ("enable", "hold", "stop", "fault", "reset", "rest")


def test_enable_takes_the_lease_and_the_reset_the_stop_and_both_take_the_cause_away() -> None:
    held = replace(state("hold"), cause="silence")
    assert step(held, EnableAsked(6, 9), 4)[0] == replace(
        held, mode="play", cause="none", lease_epoch=6, since_ns=4
    )
    stopped = replace(state("latched"), cause="stop_pressed")
    assert step(stopped, ResetAsked("s-1"), 4)[0] == replace(
        stopped, mode="idle", cause="none", stop_id=None, since_ns=4
    )


def test_the_newest_thirty_two_stops_and_orders_are_remembered() -> None:
    now = state("latched")
    for n in range(40):
        now, _ = step(now, StopAsked(f"p-{n}", "stop_pressed"), 0)
        now, _ = step(now, RestAsked(f"r-{n}", now.stop_generation), 0)
    assert now.seen_stops == tuple(f"p-{n}" for n in range(8, 40))
    assert now.seen_rests == tuple(f"r-{n}" for n in range(8, 40))


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    "event",
    [
        EnableAsked(5, 9),
        HoldAsked("silence"),
        StopAsked("s-2", "stop_pressed"),
        Fault("overheat"),
        ResetAsked("s-1"),
        RestAsked("r-1", 9),
    ],
)
def test_every_row_of_the_table(mode: Mode, event: SafetyEvent) -> None:
    after, effects = step(state(mode), event, 1)
    wanted = TABLE[mode][KIND[type(event)]]
    assert after.mode == (mode if wanted is None else wanted)
    assert bool(effects) == (wanted is None)


@pytest.mark.parametrize("mode", ["idle", "play", "hold"])
def test_reset_is_refused_where_nothing_is_latched(mode: Mode) -> None:
    before = state(mode)
    assert step(before, ResetAsked("s-1"), 1) == (before, (Refused(f"not_while_{mode}"),))


def test_reset_names_the_stop_and_leads_to_idle() -> None:
    after, effects = step(state("latched"), ResetAsked("s-1"), 4)
    assert (after.mode, after.cause, after.stop_id, after.since_ns) == ("idle", "none", None, 4)
    assert after.stop_generation == 9 and not effects


@pytest.mark.parametrize(
    ("event", "reason"),
    [(ResetAsked("s-0"), "wrong_stop_id"), (ResetAsked("s-1", "fault_overheat"), "fault_overheat")],
)
def test_reset_is_refused(event: SafetyEvent, reason: str) -> None:
    assert step(state("latched"), event, 1) == (state("latched"), (Refused(reason),))


@pytest.mark.parametrize(
    ("mode", "event", "reason"),
    [
        ("idle", EnableAsked(5, 8), "old_stop_generation"),
        ("idle", EnableAsked(5, 10), "old_stop_generation"),
        ("hold", EnableAsked(4, 9), "old_lease"),
        ("play", EnableAsked(6, 9), "another_lease_plays"),
        ("latched", EnableAsked(5, 9), "not_while_latched"),
        ("idle", EnableAsked(5, 9, lowering=True), "lowering"),
    ],
)
def test_enable_is_fenced(mode: Mode, event: EnableAsked, reason: str) -> None:
    assert step(state(mode), event, 1) == (state(mode), (Refused(reason),))


def test_a_stop_latches_with_a_new_generation_and_a_copy_changes_nothing() -> None:
    once, _ = step(state("play"), StopAsked("s-2", "stop_pressed"), 1)
    assert (once.mode, once.cause, once.stop_id, once.stop_generation) == (
        "latched",
        "stop_pressed",
        "s-2",
        10,
    )
    assert step(once, StopAsked("s-2", "stop_pressed"), 2)[0] == once


def test_a_second_stop_takes_the_place_of_the_first() -> None:
    after, _ = step(state("latched"), StopAsked("s-2", "stop_pressed"), 1)
    assert after.stop_id == "s-2" and after.stop_generation == 10
    assert step(after, ResetAsked("s-1"), 2)[0].mode == "latched"


def test_late_copies_of_an_old_stop_and_its_reset_clear_nothing() -> None:
    cleared, _ = step(state("latched"), ResetAsked("s-1"), 1)
    again, _ = step(cleared, StopAsked("s-1", "stop_pressed"), 2)
    assert again.mode == "latched" and again.stop_id == "s-1:10"
    assert step(again, ResetAsked("s-1"), 3)[0].mode == "latched"
    assert step(again, ResetAsked("s-1:10"), 4)[0].mode == "idle"


@pytest.mark.parametrize("cause", ["turn_over", "operator"])
def test_a_hold_that_ends_the_lease_fences_it(cause: Cause) -> None:
    ended, _ = step(state("play"), HoldAsked(cause), 1)
    assert (ended.mode, ended.cause) == ("hold", cause)
    assert step(ended, EnableAsked(5, 9), 2) == (ended, (Refused("lease_over"),))
    assert step(ended, EnableAsked(6, 9), 2)[0].mode == "play"


def test_a_hold_that_does_not_end_the_lease_lets_it_go_on() -> None:
    held, _ = step(state("play"), HoldAsked("hold_to_run_lost"), 1)
    assert step(held, EnableAsked(5, 9), 2)[0].mode == "play"


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        (RestAsked("r-1", 8), "old_stop_generation"),
        (RestAsked("r-0", 9), "old_order"),
        (RestAsked("r-1", 9, "already_released"), "already_released"),
    ],
)
def test_an_order_to_lower_is_fenced(event: RestAsked, reason: str) -> None:
    before = replace(state("latched"), seen_rests=("r-0",))
    assert step(before, event, 1) == (before, (Refused(reason),))


def test_an_order_to_lower_changes_no_mode_and_counts_once() -> None:
    after, effects = step(state("hold"), RestAsked("r-1", 9), 1)
    assert (after, effects) == (replace(state("hold"), seen_rests=("r-1",)), ())
    assert step(after, RestAsked("r-1", 9), 2)[1] == (Refused("old_order"),)


def test_a_fault_names_itself() -> None:
    after, _ = step(state("play"), Fault("overheat"), 1)
    assert (after.stop_id, after.cause) == ("overheat-10", "overheat")


def test_hold_says_why_only_where_it_holds() -> None:
    assert step(state("play"), HoldAsked("silence"), 1)[0].cause == "silence"
    assert step(state("idle"), HoldAsked("silence"), 1)[0] == state("idle")
    latched = replace(state("latched"), cause="boot")
    assert step(latched, HoldAsked("silence"), 1)[0] == latched


events = st.one_of(
    st.builds(EnableAsked, st.integers(0, 4), st.integers(0, 6)),
    st.builds(HoldAsked, st.sampled_from(["silence", "deadline", "turn_over", "operator"])),
    st.builds(StopAsked, st.sampled_from(["a", "b"]), st.just("stop_pressed")),
    st.builds(Fault, st.sampled_from(["bus_lost", "overheat"])),
    st.builds(ResetAsked, st.sampled_from(["a", "b", "boot-1"]), st.sampled_from(["", "bus_not_ready"])),
    st.builds(
        RestAsked, st.sampled_from(["r", "q"]), st.integers(0, 6), st.sampled_from(["", "bus_not_ready"])
    ),
)


@given(st.lists(events, max_size=40))
def test_no_sequence_of_events_breaks_the_promises(told: list[SafetyEvent]) -> None:
    now = boot("boot-1", 0, 0)
    for at, event in enumerate(told):
        before = now
        now, effects = step(now, event, at)
        assert now.mode in MODES
        assert (now.mode == "latched") == (now.stop_id is not None)
        assert now.stop_generation >= before.stop_generation
        assert now.lease_epoch >= before.lease_epoch
        assert not effects or now == before
        if before.mode == "latched" and now.mode != "latched":
            assert isinstance(event, ResetAsked) and event.stop_id == before.stop_id
            assert not event.hindrance
        if now.mode == "play" and before.mode != "play":
            assert isinstance(event, EnableAsked) and event.stop_generation == before.stop_generation
            assert event.lease_epoch > before.ended_epoch
        if now.mode == "latched" and before.mode != "latched":
            assert now.stop_generation == before.stop_generation + 1
            assert now.stop_id not in before.seen_stops


@pytest.mark.parametrize(
    "record",
    [
        safety.EnableAsked,
        safety.HoldAsked,
        safety.StopAsked,
        safety.Fault,
        safety.ResetAsked,
        safety.RestAsked,
        safety.Refused,
        safety.SafetyState,
    ],
)
def test_a_state_once_told_does_not_change(record: type[Struct]) -> None:
    assert record.__struct_config__.frozen
