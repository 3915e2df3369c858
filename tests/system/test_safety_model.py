"""Spin sees every state of the safety machine's model, and the model does what the bridge does."""

import re

import pytest
from safety_model import SIZES, Change, Size, check, promela, simulate

from robot_bridge import safety
from robot_bridge.fences import GUARDS, Guard
from robot_bridge.safety import (
    TABLE,
    EnableAsked,
    Fault,
    HoldAsked,
    ResetAsked,
    RestAsked,
    SafetyState,
    StopAsked,
)

pytestmark = [pytest.mark.system, pytest.mark.timeout(240)]
MODELLED = [guard for guard in GUARDS if guard.fence != "sequence"]
WALK = Size(players=2, leases=4, stops=4, rests=3, latchings=12)
TRACE = re.compile("TRACE" + r" (\d+)" * 9)
MODES = tuple(TABLE)


def test_spin_sees_every_state_and_finds_no_broken_promise() -> None:
    verdict = check(promela(SIZES["test"]))
    assert (verdict.errors, verdict.complete) == (0, True), verdict.text
    assert verdict.states > 1_000_000


@pytest.mark.parametrize("guard", MODELLED, ids=lambda g: f"{g.event}-{g.reason}")
def test_spin_finds_what_goes_wrong_without_a_guard(guard: Guard) -> None:
    verdict = check(promela(SIZES["test"], Change(guard=(guard.event, guard.reason))), hash_bits=20)
    assert verdict.errors == 1


@pytest.mark.parametrize(
    "change",
    [
        Change(cell=("latched", "enable", "play")),
        Change(cell=("latched", "hold", "hold")),
        Change(cell=("latched", "reset", "play")),
        Change(cell=("idle", "reset", "play")),
        Change(cell=("play", "hold", "play")),
        Change(cell=("play", "stop", "hold")),
        Change(cell=("hold", "fault", "refused")),
        Change(cell=("play", "rest", "play")),
        Change(reset_names_the_stop_in_force=True),
        Change(stop_ids_count_twice=True),
    ],
    ids=str,
)
def test_spin_finds_what_goes_wrong_under_another_rule(change: Change) -> None:
    assert check(promela(SIZES["test"], change), hash_bits=20).errors == 1


@pytest.mark.parametrize("seed", range(1, 9))
def test_the_bridge_walks_along_with_a_random_run_of_the_model(seed: int) -> None:
    """Every event of the model's run is given to the bridge's own step, which must come to the same state."""
    state = safety.boot("boot-1", 1, 0)
    names: dict[int, str | None] = {0: None}
    walked = 0
    for told in map(TRACE.fullmatch, simulate(promela(WALK), seed, 6000).splitlines()):
        if told is None:
            continue
        event, a, b, c, mode, stop, generation, epoch, ended = map(int, told.groups())
        state = _stepped(state, (event, a, b, c), names)
        assert names.setdefault(stop, state.stop_id) == state.stop_id
        assert (state.mode, state.stop_generation, state.lease_epoch) == (MODES[mode], generation, epoch)
        assert max(state.ended_epoch, 0) == ended
        walked += 1
    assert walked > 30


def _stepped(
    state: SafetyState, told: tuple[int, int, int, int], names: dict[int, str | None]
) -> SafetyState:
    """The bridge's state after one event of a trace, numbered as in the template."""
    event, a, b, c = told
    if event == 5:
        return safety.boot(f"boot-{state.stop_generation + 1}", state.stop_generation + 1, 0)
    hindrance = "bus_not_ready" if c else ""
    asked = {
        0: EnableAsked(a, b, lowering=bool(c)),
        1: HoldAsked("silence"),
        2: StopAsked(f"pressed-{a}", "stop_pressed"),
        3: Fault("bus_lost"),
        4: ResetAsked(names.get(a) or "never heard of", hindrance),
        6: RestAsked(f"order-{a}", b, hindrance),
        7: HoldAsked("turn_over"),
        8: Fault("overheat"),
    }[event]
    return safety.step(state, asked, 0)[0]
