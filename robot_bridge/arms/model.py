"""The arm as data: frames, limits, caps, servos and poses, read once from a TOML file.

Joints stand in the arm's order with the gripper last; every per-joint tuple has that order.
Angles rad, lengths m, x forward, y left, z up, table at z = 0.
"""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from robot_bridge.wire.units import Fraction, Identifier, Metres, Radians

Positive = Annotated[float, Meta(gt=0.0, le=1e6)]
Vector3 = tuple[Metres, Metres, Metres]
Triple = tuple[Radians, Radians, Radians]
Span = tuple[float, float]
ServoId = Annotated[int, Meta(ge=1, le=252)]
ModelNumber = Annotated[int, Meta(ge=0, le=65535)]
PerJoint = Annotated[tuple[Positive, ...], Meta(min_length=2, max_length=8)]
Posture = Annotated[tuple[Radians, ...], Meta(min_length=2, max_length=8)]


class Joint(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One revolute joint about the z axis of its own frame, and the servo that turns it.

    `model_number` is given where it differs from the servo table's. A shadow is a second servo on the
    same joint that follows the first in its own firmware; `shadow_drive_mode` is its drive mode.
    `zero_steps` is the position at angle 0 of an arm whose horns are keyed; without it the middle of the
    calibrated range is `middle_rad`. `direction` holds for a servo in the given `drive_mode`.
    """

    name: Identifier
    servo_id: ServoId
    child: Identifier
    xyz_m: Vector3
    rpy_rad: Triple
    limits_rad: tuple[Radians, Radians]
    middle_rad: Radians = 0.0
    direction: Annotated[int, Meta(ge=-1, le=1)] = 1
    full_turn: bool = False
    model_number: ModelNumber | None = None
    drive_mode: Annotated[int, Meta(ge=0, le=1)] = 0
    zero_steps: Annotated[int, Meta(ge=0, le=65535)] | None = None
    shadow_ids: Annotated[tuple[ServoId, ...], Meta(max_length=3)] = ()
    shadow_drive_mode: Annotated[int, Meta(ge=0, le=1)] = 0


class Workspace(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The box that the tool point may not leave, as (lowest, highest) per axis."""

    x_m: Span
    y_m: Span
    z_m: Span


class Gripper(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Jaw angles that the gripper fractions 0 (shut) and 1 (open) stand for."""

    shut_rad: Radians
    open_rad: Radians


class Motion(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Bounds per joint on what is commanded; the controlled stop has its own, quicker ones."""

    velocity_rad_s: PerJoint
    acceleration_rad_s2: PerJoint
    jerk_rad_s3: PerJoint
    stop_acceleration_rad_s2: PerJoint
    stop_jerk_rad_s3: PerJoint
    look_ahead_rad: PerJoint
    soft_margin_rad: Annotated[float, Meta(ge=0.0, le=0.5)]


class Servo(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the arm's servos are, and the health bounds past which the bridge stops."""

    protocol: Literal["feetech-sts", "dynamixel-2"]
    model_number: ModelNumber
    baud: Annotated[int, Meta(ge=9600, le=4_000_000)]
    steps_per_turn: Annotated[int, Meta(ge=256, le=65536)]
    velocity_rad_s: Positive
    torque_limit: Annotated[tuple[Fraction, ...], Meta(min_length=2, max_length=8)]
    max_temperature_c: Positive
    min_voltage_v: Positive
    max_voltage_v: Positive


class GuardPoint(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A point fixed in a link that must stay above the table."""

    link: Identifier
    xyz_m: Vector3


class Capsule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A solid that encloses a part of a link: everything within the radius of the way between two points."""

    link: Identifier
    from_m: Vector3
    to_m: Vector3
    radius_m: Annotated[float, Meta(gt=0.0, le=0.5)]


class ArmModel(msgspec.Struct, frozen=True, forbid_unknown_fields=True, cache_hash=True, kw_only=True):
    """One arm; `load_arm` checks that all per-joint tuples have one entry per joint.

    The tool's frame is given in the link before the jaw: its -z is the tool axis, and the jaws open
    along its x.
    """

    version: Annotated[int, Meta(ge=1, le=1)]
    name: Identifier
    base_link: Identifier
    tool_xyz_m: Vector3
    tool_rpy_rad: Triple = (0.0, 0.0, 0.0)
    tool_speed_m_s: Positive
    tool_turn_rad_s: Positive
    tool_lead_m: Positive
    table_clearance_m: Annotated[float, Meta(ge=0.0, le=0.1)]
    rest_rad: Posture
    ready_rad: Posture
    workspace: Workspace
    gripper: Gripper
    motion: Motion
    servo: Servo
    joints: Annotated[tuple[Joint, ...], Meta(min_length=2, max_length=8)]
    guard_points: tuple[GuardPoint, ...]
    capsules: tuple[Capsule, ...] = ()

    @property
    def joint_names(self) -> tuple[str, ...]:
        """Names in the arm's order, the gripper last."""
        return tuple(joint.name for joint in self.joints)

    @property
    def model_numbers(self) -> tuple[int, ...]:
        """What each joint's servo answers when asked for its model, in the arm's order."""
        return tuple(
            self.servo.model_number if joint.model_number is None else joint.model_number
            for joint in self.joints
        )

    @property
    def lower_rad(self) -> tuple[float, ...]:
        """Soft lower limits: the joint's own plus the margin."""
        return tuple(joint.limits_rad[0] + self.motion.soft_margin_rad for joint in self.joints)

    @property
    def upper_rad(self) -> tuple[float, ...]:
        """Soft upper limits: the joint's own minus the margin."""
        return tuple(joint.limits_rad[1] - self.motion.soft_margin_rad for joint in self.joints)


def gripper_angle(model: ArmModel, fraction: float) -> float:
    """The jaw angle in rad for a gripper fraction, 0 shut to 1 open."""
    return model.gripper.shut_rad + fraction * (model.gripper.open_rad - model.gripper.shut_rad)


def gripper_fraction(model: ArmModel, angle_rad: float) -> float:
    """The gripper fraction for a jaw angle in rad, kept within 0..1."""
    fraction = (angle_rad - model.gripper.shut_rad) / (model.gripper.open_rad - model.gripper.shut_rad)
    return min(1.0, max(0.0, fraction))
