"""Between the servo chain, which counts steps, and what it turns, whose joints are in radians.

Shadow servos, which follow another in their own firmware, stand on the chain after all joints' own servos:
they feel what their joint does, and what they drive is left to the first.
"""

from collections.abc import Sequence
from dataclasses import replace

from robot_bridge.arms import ArmModel, JointCalibration, steps_to_rad
from sim_fallback.joints import JointReading, Motor
from sim_fallback.servo_bus import Chain, Drive, DynamixelChain, Sensed, ServoChain, ServoSpec
from sim_fallback.servo_bus.dynamixel.table import BAUD_RATES, MODELS


class UnknownServo(ValueError):
    """The arm has a servo that is not emulated."""


def servo_specs(model: ArmModel, calibration: Sequence[JointCalibration]) -> tuple[ServoSpec, ...]:
    """What calibration wrote into each servo: those of the joints in their order, then their shadows."""
    pairs = tuple(zip(calibration, model.model_numbers, strict=True))
    joints = tuple(
        ServoSpec(
            entry.id,
            entry.homing_offset,
            entry.range_min,
            entry.range_max,
            number,
            drive_mode=entry.drive_mode,
        )
        for entry, number in pairs
    )
    return joints + tuple(
        replace(
            joints[at],
            id=one,
            shadow_of=joints[at].id,
            drive_mode=model.joints[at].shadow_drive_mode,
        )
        for at, one in _shadows(model)
    )


def servo_chain(model: ArmModel, calibration: Sequence[JointCalibration]) -> Chain:
    """The arm's servos on their bus; raises UnknownServo for one that is not emulated."""
    specs, servo = servo_specs(model, calibration), model.servo
    if servo.protocol == "feetech-sts":
        return ServoChain(specs)
    for spec in specs:
        if spec.model not in MODELS:
            known = ", ".join(str(number) for number in MODELS)
            raise UnknownServo(f"servo {spec.id} is a model {spec.model}; emulated are: {known}")
    if servo.baud not in BAUD_RATES:
        raise UnknownServo(f"these servos have no rate of {servo.baud} baud")
    return DynamixelChain(specs, BAUD_RATES.index(servo.baud))


def _shadows(model: ArmModel) -> tuple[tuple[int, int], ...]:
    """Joint and id of each shadow servo, in the order of the joints."""
    return tuple((at, one) for at, joint in enumerate(model.joints) for one in joint.shadow_ids)


class Coupling:
    """The linear relation of each joint's angle to its servo's steps."""

    def __init__(self, model: ArmModel, calibration: Sequence[JointCalibration]) -> None:
        """Takes the relation from the arm's own conversion."""
        zero = [steps_to_rad(model, at, entry, 0.0) for at, entry in enumerate(calibration)]
        one = [steps_to_rad(model, at, entry, 1.0) for at, entry in enumerate(calibration)]
        self._lines = tuple((start, end - start) for start, end in zip(zero, one, strict=True))
        self._turned = (*range(len(self._lines)), *(at for at, _ in _shadows(model)))

    def motors(self, drives: Sequence[Drive]) -> tuple[Motor, ...]:
        """What the motors shall do, in radians."""
        return tuple(
            Motor(drive.torque_on, start + rad_per_step * drive.target_steps, drive.torque_fraction)
            for drive, (start, rad_per_step) in zip(drives[: len(self._lines)], self._lines, strict=True)
        )

    def sensed(self, readings: Sequence[JointReading]) -> tuple[Sensed, ...]:
        """What the servos' sensors see, in steps; load has the sign of the servo's own direction."""
        joints = tuple(
            Sensed(
                (reading.position_rad - start) / rad_per_step,
                reading.velocity_rad_s / rad_per_step,
                reading.load if rad_per_step > 0 else -reading.load,
            )
            for reading, (start, rad_per_step) in zip(readings, self._lines, strict=True)
        )
        return tuple(joints[at] for at in self._turned)
