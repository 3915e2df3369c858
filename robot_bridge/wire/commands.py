"""Cell to bridge: one MessagePack datagram per message on the bridge's Unix socket.

Times are CLOCK_MONOTONIC nanoseconds: cell and bridge run on one machine.
"""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from robot_bridge.wire.units import (
    Epoch,
    Fraction,
    Identifier,
    Metres,
    MetresPerSecond,
    Nanoseconds,
    Radians,
    RadiansPerSecond,
    Sentence,
)

PROTOCOL_VERSION = 1
MAX_DATAGRAM_BYTES = 1024
JointVector = Annotated[tuple[Radians, ...], Meta(min_length=1, max_length=8)]
JointSpeeds = Annotated[tuple[RadiansPerSecond, ...], Meta(min_length=1, max_length=8)]


class PoseTarget(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="pose"):
    """Absolute tool pose in the arm's base frame: x forward, y left, z up, table at z = 0.

    Pitch is the tool axis above the horizon (-pi/2 points straight down); gripper is 0 shut, 1 open.
    """

    x_m: Metres
    y_m: Metres
    z_m: Metres
    pitch_rad: Radians
    roll_rad: Radians
    gripper: Fraction


class JointTarget(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="joints"):
    """Absolute joint angles in the arm's joint order without the gripper."""

    positions_rad: JointVector
    gripper: Fraction


class JointVelocity(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="joint_velocity"):
    """Speeds of the joints in the arm's joint order without the gripper, whose place is absolute."""

    velocities_rad_s: JointSpeeds
    gripper: Fraction


class ToolVelocity(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="tool_velocity"):
    """Speed of the tool pose along and about the axes that PoseTarget speaks of; gripper is absolute."""

    x_m_s: MetresPerSecond
    y_m_s: MetresPerSecond
    z_m_s: MetresPerSecond
    pitch_rad_s: RadiansPerSecond
    roll_rad_s: RadiansPerSecond
    gripper: Fraction


Target = PoseTarget | JointTarget | JointVelocity | ToolVelocity


class Setpoint(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="setpoint"):
    """Where the arm shall go, or how fast; in force until a newer one, its deadline, or 100 ms of silence."""

    version: Literal[1]
    lease_epoch: Epoch
    stop_generation: Epoch
    sequence: Epoch
    deadline_ns: Nanoseconds
    target: Target
    speed_scale: Fraction = 1.0


class Heartbeat(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="heartbeat"):
    """Tells the bridge that the cell lives and where to send arm state; never moves anything."""

    version: Literal[1]
    sequence: Epoch


class Enable(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="enable"):
    """Asks to follow setpoints of this lease; refused while latched or for an older epoch."""

    version: Literal[1]
    lease_epoch: Epoch
    stop_generation: Epoch


class Hold(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="hold"):
    """Asks for a controlled stop with torque on; a new Enable is needed to move again."""

    version: Literal[1]
    reason: Literal["hold_to_run_lost", "turn_over", "stale_picture", "link_lost", "operator"]


class Stop(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="stop"):
    """Latches the arm under a stop id; anyone may send it at any time."""

    version: Literal[1]
    stop_id: Identifier
    reason: Sentence


class Reset(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="reset"):
    """Clears the one stop that it names; never moves the arm."""

    version: Literal[1]
    stop_id: Identifier


class Rest(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="rest"):
    """An operator's order to lower the arm to its rest posture and let go of it; refused in play.

    It acts once, before its deadline, and only when no stop came after the generation that was on screen.
    """

    version: Literal[1]
    order_id: Identifier
    stop_generation: Epoch
    deadline_ns: Nanoseconds


Command = Setpoint | Heartbeat | Enable | Hold | Stop | Reset | Rest
