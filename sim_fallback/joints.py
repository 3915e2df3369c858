"""What passes between servos and whatever their motors turn: physics, or a bare arm. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Motor:
    """What one motor shall do now: follow a joint angle with at most this share of stall torque."""

    torque_on: bool
    target_rad: float
    torque_fraction: float


@dataclass(frozen=True, slots=True)
class JointReading:
    """One joint as it is; load is the motor's torque as a signed share of stall torque."""

    position_rad: float
    velocity_rad_s: float
    load: float
