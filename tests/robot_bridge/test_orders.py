"""Commands against the state they meet: what is taken, what is refused and why."""

from typing import Any

import msgspec
import pytest

from robot_bridge import orders, safety
from robot_bridge.inbox import Malformed
from robot_bridge.orders import Context, Orders
from robot_bridge.wire.commands import (
    Command,
    Enable,
    Heartbeat,
    Hold,
    JointTarget,
    PoseTarget,
    Reset,
    Rest,
    Setpoint,
    Stop,
)

MS = 1_000_000
NOW = 5_000 * MS
POSE = PoseTarget(0.2, 0.0, 0.1, -1.2, 0.0, 0.5)


def context(now_ns: int = NOW, bus_whole: bool = True, **change: Any) -> Context:
    return Context(now_ns, 5, bus_whole, **change)


def setpoint(sequence: int = 1, **change: object) -> Setpoint:
    plain = Setpoint(1, 3, 7, sequence, NOW + 50 * MS, POSE)
    return msgspec.structs.replace(plain, **change)


def told(*commands: Command | Malformed, now_ns: int = NOW) -> Orders:
    """Orders of a bridge that was reset, after these commands."""
    state = orders.start(safety.boot("boot-1", 7, 0), 0)
    for command in (Reset(1, "boot-1"), *commands):
        state = orders.take(state, command, context(now_ns))
    return state


ENABLE = Enable(1, 3, 7)


def test_a_heartbeat_changes_nothing() -> None:
    assert told(Heartbeat(1, 1)) == told()


def test_a_setpoint_counts_in_play() -> None:
    state = told(ENABLE, setpoint())
    assert state.safety.mode == "play"
    assert state.setpoint == setpoint() and state.sequence == 1
    assert state.watch.deadline_ns == NOW + 50 * MS


def test_the_newest_setpoint_wins() -> None:
    assert told(ENABLE, setpoint(1), setpoint(2), setpoint(3)).sequence == 3


@pytest.mark.parametrize(
    ("commands", "reason"),
    [
        ((setpoint(),), "setpoint_while_idle"),
        ((ENABLE, setpoint(stop_generation=6)), "old_stop_generation"),
        ((ENABLE, setpoint(lease_epoch=2)), "wrong_lease"),
        ((ENABLE, setpoint(lease_epoch=4)), "wrong_lease"),
        ((ENABLE, setpoint(2), setpoint(2)), "old_sequence"),
        ((ENABLE, setpoint(2), setpoint(1)), "old_sequence"),
        ((ENABLE, setpoint(deadline_ns=NOW)), "deadline_passed"),
        ((ENABLE, setpoint(target=JointTarget((0.0,) * 4, 0.5))), "wrong_joint_count"),
        ((ENABLE, Enable(1, 2, 7)), "old_lease"),
        ((Stop(1, "s", ""), Enable(1, 3, 8)), "not_while_latched"),
        ((Reset(1, "boot-1"),), "not_while_idle"),
        ((Malformed("oversized"),), "oversized"),
    ],
)
def test_refusals_are_counted_and_said(commands: tuple[Command, ...], reason: str) -> None:
    state = told(*commands)
    assert state.refusals == {reason: 1}
    assert [(notice.reason, notice.count) for notice in state.notices] == [(reason, 1)]


def test_a_joint_target_of_the_right_length_is_taken() -> None:
    assert told(ENABLE, setpoint(target=JointTarget((0.0,) * 5, 0.5))).setpoint is not None


@pytest.mark.parametrize(
    ("now", "reason"),
    [
        (context(bus_whole=False), "bus_not_ready"),
        (context(fault="overheat"), "fault_overheat"),
        (context(bus_whole=False, fault="bus_lost"), "fault_bus_lost"),
    ],
)
def test_a_reset_is_refused_with_what_stands_against_it(now: Context, reason: str) -> None:
    state = orders.start(safety.boot("boot-1", 7, 0), 0)
    state = orders.take(state, Reset(1, "boot-1"), now)
    assert state.safety.mode == "latched" and state.refusals == {reason: 1}


REST = Rest(1, "rest-1", 7, NOW + 500 * MS)


def test_an_order_to_lower_is_taken_once() -> None:
    state = told(REST)
    assert state.lower_asked and state.safety.mode == "idle"
    again = orders.take(state, REST, context())
    assert again.lower_asked and again.refusals == {"old_order": 1}


@pytest.mark.parametrize(
    ("command", "now", "reason"),
    [
        (msgspec.structs.replace(REST, deadline_ns=NOW), context(), "deadline_passed"),
        (msgspec.structs.replace(REST, stop_generation=6), context(), "old_stop_generation"),
        (REST, context(bus_whole=False), "bus_not_ready"),
        (REST, context(posture="released"), "already_released"),
    ],
)
def test_an_order_to_lower_is_refused(command: Rest, now: Context, reason: str) -> None:
    state = orders.take(told(), command, now)
    assert not state.lower_asked and state.refusals == {reason: 1}


def test_an_order_to_lower_is_refused_in_play() -> None:
    assert told(ENABLE, REST).refusals == {"not_while_play": 1}


@pytest.mark.parametrize("command", [Stop(1, "s-1", ""), ENABLE])
def test_what_changes_the_mode_in_the_same_tick_drops_an_order_to_lower(command: Command) -> None:
    assert not told(REST, command).lower_asked


def test_a_hot_arm_can_be_lowered() -> None:
    assert orders.take(told(), REST, context(fault="overheat")).lower_asked


def test_nobody_plays_while_the_arm_is_being_lowered() -> None:
    state = orders.take(told(), ENABLE, context(posture="resting"))
    assert state.safety.mode == "idle" and state.refusals == {"lowering": 1}


@pytest.mark.parametrize("command", [Hold(1, "turn_over"), Stop(1, "s-1", "pressed")])
def test_leaving_play_drops_the_setpoint(command: Command) -> None:
    state = told(ENABLE, setpoint(), command)
    assert state.setpoint is None and state.safety.mode != "play"


def test_a_new_lease_begins_its_own_sequence_and_the_same_lease_goes_on() -> None:
    held = (ENABLE, setpoint(9), Hold(1, "hold_to_run_lost"))
    assert told(*held, ENABLE).sequence == 9
    assert told(*held, Enable(1, 4, 7)).sequence == -1


def test_enabling_twice_changes_nothing() -> None:
    assert told(ENABLE, setpoint(4), ENABLE) == told(ENABLE, setpoint(4))


def test_silence_and_deadlines_hold() -> None:
    quiet = told(ENABLE)
    assert orders.expire(quiet, NOW + 99 * MS) == quiet
    assert orders.expire(quiet, NOW + 100 * MS).safety.cause == "silence"
    late = told(ENABLE, setpoint())
    assert orders.expire(late, NOW + 50 * MS).safety.cause == "deadline"
    assert orders.expire(told(), NOW + 9999 * MS) == told()


def test_three_malformed_commands_hold_the_arm() -> None:
    bad = Malformed("invalid")
    assert told(ENABLE, bad, bad).safety.mode == "play"
    struck = told(ENABLE, bad, bad, bad)
    assert (struck.safety.mode, struck.safety.cause) == ("hold", "rejected_commands")
    assert told(bad, bad, bad).safety.mode == "idle"


def test_three_setpoints_of_a_wrong_shape_hold_the_arm() -> None:
    bad = setpoint(target=JointTarget((0.0,) * 4, 0.5))
    assert told(ENABLE, bad, bad).safety.mode == "play"
    struck = told(ENABLE, bad, Malformed("invalid"), bad)
    assert (struck.safety.mode, struck.safety.cause) == ("hold", "rejected_commands")


def test_three_strikes_over_more_than_a_second_hold_nothing() -> None:
    state = told(ENABLE)
    for at in (0, 500, 1001):
        state = orders.take(state, setpoint(at + 1, deadline_ns=NOW + 9999 * MS), context(NOW + at * MS))
        state = orders.take(state, Malformed("invalid"), context(NOW + at * MS))
    assert state.safety.mode == "play"


def test_what_a_bad_network_does_to_honest_commands_never_holds_the_arm() -> None:
    late = [setpoint(1, lease_epoch=2), setpoint(1, stop_generation=6), setpoint(1, deadline_ns=NOW)]
    assert told(ENABLE, setpoint(5), *late, *[setpoint(4)] * 9).safety.mode == "play"


def test_notices_are_rate_limited_per_reason() -> None:
    state = told(setpoint(1), setpoint(2), Malformed("invalid"))
    assert [notice.reason for notice in state.notices] == ["setpoint_while_idle", "invalid"]
    assert state.refusals["setpoint_while_idle"] == 2
    later = orders.take(state, setpoint(3), context(NOW + 200 * MS))
    assert later.notices[-1].count == 3
