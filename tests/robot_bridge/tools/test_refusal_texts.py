"""Every reason that the bridge can give for a refusal has its sentence in both languages."""

from typing import get_args

from robot_bridge.fences import GUARDS
from robot_bridge.health import BUS_FAULTS
from robot_bridge.inbox import MAX_DATAGRAM_BYTES, Malformed, read_command
from robot_bridge.safety import TABLE
from robot_bridge.tools.refusal_texts import CAUSES, REFUSALS, cause_told, refusal
from robot_bridge.wire.state import Cause, Mode


def reasons() -> set[str]:
    """What the fences, the table, the inbox and the hindrances of a reset or a rest can give."""
    fenced = {guard.reason for guard in GUARDS} - {"hindered"}
    out_of_turn = {
        f"not_while_{mode}" for mode, row in TABLE.items() if any(target is None for target in row.values())
    }
    stray = {f"setpoint_while_{mode}" for mode in get_args(Mode) if mode != "play"}
    unreadable = {
        found.reason
        for data in (bytes(MAX_DATAGRAM_BYTES + 1), b"\x01", b"\xc1")
        if isinstance(found := read_command(data), Malformed)
    }
    standing = {
        f"fault_{cause}" for cause in (*BUS_FAULTS, "overheat", "overload", "voltage", "following_error")
    }
    told = {"bus_not_ready", "already_released", "deadline_passed", "wrong_joint_count"}
    return fenced | out_of_turn | stray | unreadable | standing | told


def test_every_reason_is_told_in_both_languages() -> None:
    assert reasons() <= set(REFUSALS)
    for english, chinese in REFUSALS.values():
        assert english.endswith(".") and chinese.endswith("。")


def test_a_reason_that_is_new_is_told_as_the_bridge_names_it() -> None:
    assert refusal("brand_new", "zh") == "brand new"
    assert refusal("lowering", "en") == "The arm is being lowered; wait."


def test_every_cause_is_told_in_both_languages() -> None:
    assert set(CAUSES) == set(get_args(Cause))
    assert (cause_told("bus_lost", "en"), cause_told("bus_lost", "zh")) == ("bus_lost", "与舵机失去联系")
