"""Between the servo chain, which counts steps, and the physics, which turns joints in radians."""

from collections.abc import Sequence

from robot_bridge.arms import ArmModel, JointCalibration, steps_to_rad
from sim_fallback.servo_bus import Drive, Sensed, ServoSpec
from sim_fallback.world.arm import JointReading, Motor


def servo_specs(calibration: Sequence[JointCalibration]) -> tuple[ServoSpec, ...]:
    """What calibration wrote into each servo."""
    return tuple(
        ServoSpec(entry.id, entry.homing_offset, entry.range_min, entry.range_max) for entry in calibration
    )


class Coupling:
    """The linear relation of each joint's angle to its servo's steps."""

    def __init__(self, model: ArmModel, calibration: Sequence[JointCalibration]) -> None:
        """Takes the relation from the arm's own conversion."""
        zero = [steps_to_rad(model, at, entry, 0.0) for at, entry in enumerate(calibration)]
        one = [steps_to_rad(model, at, entry, 1.0) for at, entry in enumerate(calibration)]
        self._lines = tuple((start, end - start) for start, end in zip(zero, one, strict=True))

    def motors(self, drives: Sequence[Drive]) -> tuple[Motor, ...]:
        """What the motors shall do, in radians."""
        return tuple(
            Motor(drive.torque_on, start + rad_per_step * drive.target_steps, drive.torque_fraction)
            for drive, (start, rad_per_step) in zip(drives, self._lines, strict=True)
        )

    def sensed(self, readings: Sequence[JointReading]) -> tuple[Sensed, ...]:
        """What the servos' sensors see, in steps; load has the sign of the servo's own direction."""
        return tuple(
            Sensed(
                (reading.position_rad - start) / rad_per_step,
                reading.velocity_rad_s / rad_per_step,
                reading.load if rad_per_step > 0 else -reading.load,
            )
            for reading, (start, rad_per_step) in zip(readings, self._lines, strict=True)
        )
