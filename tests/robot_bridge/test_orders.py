"""Commands against the state they meet: what is taken, what is refused and why."""

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
    Setpoint,
    Stop,
)

MS = 1_000_000
NOW = 5_000 * MS
POSE = PoseTarget(0.2, 0.0, 0.1, -1.2, 0.0, 0.5)


def context(now_ns: int = NOW, ready: bool = True) -> Context:
    return Context(now_ns, 5, ready)


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


def test_a_reset_needs_a_whole_bus() -> None:
    state = orders.start(safety.boot("boot-1", 7, 0), 0)
    state = orders.take(state, Reset(1, "boot-1"), context(ready=False))
    assert state.safety.mode == "latched" and state.refusals == {"bus_not_ready": 1}


@pytest.mark.parametrize("command", [Hold(1, "turn_over"), Stop(1, "s-1", "pressed")])
def test_leaving_play_drops_the_setpoint(command: Command) -> None:
    state = told(ENABLE, setpoint(), command)
    assert state.setpoint is None and state.safety.mode != "play"


def test_a_new_lease_begins_its_own_sequence_and_the_same_lease_goes_on() -> None:
    held = (ENABLE, setpoint(9), Hold(1, "turn_over"))
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


def test_notices_are_rate_limited_per_reason() -> None:
    state = told(setpoint(1), setpoint(2), Malformed("invalid"))
    assert [notice.reason for notice in state.notices] == ["setpoint_while_idle", "invalid"]
    assert state.refusals["setpoint_while_idle"] == 2
    later = orders.take(state, setpoint(3), context(NOW + 200 * MS))
    assert later.notices[-1].count == 3
