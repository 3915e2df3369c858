"""What the bridge writes into and expects of each servo, derived from the arm and its calibration."""

import math
from dataclasses import dataclass

from robot_bridge.arms import ArmModel, JointCalibration

_ACCELERATION = 254  # the register's highest: 25 400 steps/s2; the trajectory is what bounds the arm
_SPEED_HEADROOM = 1.4


@dataclass(frozen=True, slots=True)
class ServoSpec:
    """One servo: calibrated range and homing offset in steps, top speed in steps/s, torque limit in 0.1 %."""

    name: str
    servo_id: int
    homing_offset: int
    range_min: int
    range_max: int
    goal_speed: int
    torque_limit: int


@dataclass(frozen=True, slots=True)
class ChainSpec:
    """The chain: its servos in the arm's order, their model, and the fastest turn that can be believed."""

    servos: tuple[ServoSpec, ...]
    model_number: int
    acceleration: int
    max_steps_s: float

    @property
    def ids(self) -> tuple[int, ...]:
        """Servo ids in the arm's order."""
        return tuple(servo.servo_id for servo in self.servos)


def chain_spec(model: ArmModel, calibration: tuple[JointCalibration, ...]) -> ChainSpec:
    """The chain of this arm under this calibration."""
    steps_per_rad = model.servo.steps_per_turn / math.tau
    servos = tuple(
        ServoSpec(
            name=joint.name,
            servo_id=entry.id,
            homing_offset=entry.homing_offset,
            range_min=entry.range_min,
            range_max=entry.range_max,
            goal_speed=math.ceil(speed * _SPEED_HEADROOM * steps_per_rad),
            torque_limit=round(torque * 1000),
        )
        for joint, entry, speed, torque in zip(
            model.joints, calibration, model.motion.velocity_rad_s, model.servo.torque_limit, strict=True
        )
    )
    return ChainSpec(
        servos, model.servo.model_number, _ACCELERATION, model.servo.velocity_rad_s * steps_per_rad
    )
