"""Bridge to cell: one MessagePack datagram per message, arm state every tick."""

from collections.abc import Iterable
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from robot_bridge.wire.commands import PoseTarget
from robot_bridge.wire.units import (
    Celsius,
    Count,
    Epoch,
    Fraction,
    Identifier,
    Nanoseconds,
    Radians,
    RadiansPerSecond,
    SignedFraction,
    Volts,
)

Mode = Literal["latched", "idle", "play", "hold"]
Cause = Literal[
    "none",
    "boot",
    "stop_pressed",
    "operator",
    "silence",
    "deadline",
    "hold_to_run_lost",
    "turn_over",
    "stale_picture",
    "link_lost",
    "bus_lost",
    "servo_missing",
    "overheat",
    "overload",
    "voltage",
    "following_error",
    "rejected_commands",
    "servo_rebooted",
    "servo_bounds",
    "cannot_lower",
]
ArmPosture = Literal["held", "resting", "released"]
Limit = Literal[
    "workspace",
    "table",
    "reach",
    "pitch_relaxed",
    "joint_position",
    "velocity",
    "look_ahead",
    "speed_scale",
    "self",
    "keep_out",
    "singularity",
    "contact",
    "grip",
    "heat",
    "supply",
    "load",
]
MAX_JOINTS = 8
MAX_LIMITS = 24
MAX_NOTE = 200


class JointState(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One joint as measured: load is signed duty, status is the drive's own fault bits.

    Temperature and voltage are absent where the drive does not tell.
    """

    position_rad: Radians
    velocity_rad_s: RadiansPerSecond
    load: SignedFraction
    temperature_c: Celsius | None
    voltage_v: Volts | None
    status: Annotated[int, Meta(ge=0, le=255)]
    age_ns: Nanoseconds


def told(values: Iterable[float | None]) -> tuple[float, ...]:
    """One value per joint, or none at all where a joint's drive does not tell."""
    known: list[float] = []
    for value in values:
        if value is None:
            return ()
        known.append(value)
    return tuple(known)


class ArmState(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="arm_state"):
    """What the arm is, was asked, and was told this tick, all joints with the gripper last.

    `requested_rad` is the setpoint after inverse kinematics and before limits (absent when no setpoint is in
    force); `applied_rad` is the goal that went to the bus this tick. `speed_scale` is the setpoint's, lowered
    where a servo nears one of its health limits. `posture` tells whether the arm holds under torque, is being
    lowered to its rest posture, or lies there without torque. `bus_note` is the drive's own sentence about
    what is wrong with it, empty while nothing is. `limited_rad` is where the limits let the setpoint lead;
    `applied_rad` is on the way there. `applied_ns` is when the goals had gone to the bus, `now_ns` when the
    tick, having read the bus, read its commands.
    """

    version: Literal[1]
    tick: Count
    now_ns: Nanoseconds
    mode: Mode
    cause: Cause
    stop_id: Identifier | None
    stop_generation: Epoch
    lease_epoch: Epoch
    applied_sequence: Epoch
    joints: Annotated[tuple[JointState, ...], Meta(max_length=MAX_JOINTS)]
    requested_rad: Annotated[tuple[Radians, ...], Meta(max_length=MAX_JOINTS)] | None
    applied_rad: Annotated[tuple[Radians, ...], Meta(max_length=MAX_JOINTS)]
    measured_pose: PoseTarget
    applied_pose: PoseTarget
    limits: Annotated[tuple[Limit, ...], Meta(max_length=MAX_LIMITS)]
    speed_scale: Fraction
    bus_ok: bool
    posture: ArmPosture = "held"
    bus_note: Annotated[str, Meta(max_length=MAX_NOTE)] = ""
    limited_rad: Annotated[tuple[Radians, ...], Meta(max_length=MAX_JOINTS)] | None = None
    applied_ns: Nanoseconds | None = None


class Report(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="report"):
    """Counters and gauges of the bridge once a second, for the cell's metrics page."""

    version: Literal[1]
    values: dict[Annotated[str, Meta(max_length=80)], float]


class Notice(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="notice"):
    """Says that a command was refused, and why, with the running count of that reason."""

    version: Literal[1]
    reason: Annotated[str, Meta(max_length=80)]
    count: Count


Upward = ArmState | Report | Notice
