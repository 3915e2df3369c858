"""Datagrams: every good command comes through, everything else is a reason."""

import math

import msgpack
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from robot_bridge.inbox import Malformed, read_command
from robot_bridge.wire.commands import Enable, Heartbeat, Hold, JointTarget, PoseTarget, Reset, Setpoint, Stop

POSE = {
    "type": "pose",
    "x_m": 0.2,
    "y_m": 0.0,
    "z_m": 0.1,
    "pitch_rad": -1.0,
    "roll_rad": 0.0,
    "gripper": 0.5,
}
SETPOINT = {
    "type": "setpoint",
    "version": 1,
    "lease_epoch": 1,
    "stop_generation": 2,
    "sequence": 3,
    "deadline_ns": 4,
    "target": POSE,
}


@pytest.mark.parametrize(
    "command",
    [
        Heartbeat(1, 7),
        Enable(1, 2, 3),
        Hold(1, "link_lost"),
        Stop(1, "a:1", "because"),
        Reset(1, "a:1"),
        Setpoint(1, 1, 2, 3, 4, PoseTarget(0.2, 0.0, 0.1, -1.0, 0.0, 0.5)),
        Setpoint(1, 1, 2, 3, 4, JointTarget((0.0, 1.0), 0.5), 0.5),
    ],
)
def test_commands_come_through(command: msgspec.Struct) -> None:
    assert read_command(msgspec.msgpack.encode(command)) == command


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"target": {**POSE, "x_m": math.nan}}, "invalid"),
        ({"target": {**POSE, "x_m": math.inf}}, "invalid"),
        ({"target": {**POSE, "x_m": 1e308}}, "invalid"),
        ({"target": {**POSE, "x_m": "0.2"}}, "invalid"),
        ({"target": {**POSE, "x_m": True}}, "invalid"),
        ({"target": {**POSE, "w_m": 1.0}}, "invalid"),
        ({"target": {"type": "joints", "positions_rad": [math.nan], "gripper": 0.0}}, "invalid"),
        ({"target": {"type": "joints", "positions_rad": [], "gripper": 0.0}}, "invalid"),
        ({"speed_scale": math.nan}, "invalid"),
        ({"version": 2}, "invalid"),
        ({"type": "launch"}, "invalid"),
        ({"sequence": -1}, "invalid"),
        ({"reason": "x" * 1100}, "oversized"),
    ],
)
def test_everything_else_is_a_reason(change: dict[str, object], reason: str) -> None:
    assert read_command(msgpack.packb({**SETPOINT, **change})) == Malformed(reason)


def test_a_truncated_datagram_is_malformed() -> None:
    assert read_command(msgpack.packb(SETPOINT)[:-3]) == Malformed("malformed")


@given(st.binary(max_size=1100))
def test_junk_never_raises_and_never_is_a_command(data: bytes) -> None:
    assert isinstance(read_command(data), Malformed)
