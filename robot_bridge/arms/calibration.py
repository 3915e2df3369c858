"""LeRobot's calibration file, and the way between servo steps and joint angles.

The file is JSON: joint name -> id, drive_mode, homing_offset, range_min, range_max, all in raw steps
after the homing offset, as the servo's own present-position register counts them. LeRobot also lists the
shadow servos of a joint, as JOINT_shadow; what they hold is read from themselves, and their entries are
passed over.
"""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

from robot_bridge.arms.model import ArmModel, Joint
from robot_bridge.toml_table import InvalidTable

Steps = Annotated[int, Meta(ge=0, le=4095)]
_FEETECH_OFFSET = 2047


class JointCalibration(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One servo's calibration as LeRobot writes it; drive_mode 1 turns the other way round.

    The homing offset's bounds are the Dynamixel register's; a Feetech servo holds +-2047.
    """

    id: Annotated[int, Meta(ge=0, le=252)]
    drive_mode: Annotated[int, Meta(ge=0, le=1)]
    homing_offset: Annotated[int, Meta(ge=-1_044_479, le=1_044_479)]
    range_min: Steps
    range_max: Steps


Calibration = dict[str, JointCalibration]


def read_calibration(path: Path, model: ArmModel) -> tuple[JointCalibration, ...]:
    """The file's entries in the arm's joint order; raises InvalidTable when they do not fit the arm."""
    try:
        found = msgspec.json.decode(path.read_bytes(), type=Calibration)
    except msgspec.DecodeError as error:
        raise InvalidTable(f"{path}: {error}") from error
    except OSError as error:
        raise InvalidTable(f"{path}: {error.strerror}") from error
    shadows = {f"{joint.name}_shadow" for joint in model.joints if joint.shadow_ids}
    if set(found) - shadows != set(model.joint_names):
        raise InvalidTable(f"{path}: has joints {sorted(found)}, the {model.name} has {model.joint_names}")
    for joint in model.joints:
        fault = _fault(model, joint, found[joint.name])
        if fault is not None:
            raise InvalidTable(f"{path}: {joint.name} {fault}")
    return tuple(found[joint.name] for joint in model.joints)


def _fault(model: ArmModel, joint: Joint, entry: JointCalibration) -> str | None:
    """What keeps this entry from being this joint's, in words that follow the joint's name."""
    if entry.id != joint.servo_id:
        return f"is servo {entry.id}, the model says {joint.servo_id}"
    if entry.range_min >= entry.range_max:
        return "has an empty range"
    if model.servo.protocol == "feetech-sts" and abs(entry.homing_offset) > _FEETECH_OFFSET:
        return f"has homing_offset {entry.homing_offset}, a Feetech servo holds +-{_FEETECH_OFFSET}"
    return None


def write_calibration(path: Path, model: ArmModel, calibration: tuple[JointCalibration, ...]) -> None:
    """Writes the file in LeRobot's format and indentation."""
    table: Calibration = dict(zip(model.joint_names, calibration, strict=True))
    path.write_bytes(msgspec.json.format(msgspec.json.encode(table), indent=4))


def nominal_calibration(model: ArmModel) -> tuple[JointCalibration, ...]:
    """The calibration of an arm whose servos sit exactly where the model says."""
    return tuple(_nominal(model, joint) for joint in model.joints)


def _nominal(model: ArmModel, joint: Joint) -> JointCalibration:
    if joint.full_turn:
        return JointCalibration(joint.servo_id, joint.drive_mode, 0, 0, model.servo.steps_per_turn - 1)
    middle = float(model.servo.steps_per_turn // 2 - 1)
    if joint.zero_steps is not None:
        around = (joint.limits_rad[0] + joint.limits_rad[1]) / 2.0
        middle = joint.zero_steps + joint.direction * _turns(model, around)
    half = _turns(model, joint.limits_rad[1] - joint.limits_rad[0]) / 2.0
    return JointCalibration(joint.servo_id, joint.drive_mode, 0, round(middle - half), round(middle + half))


def _turns(model: ArmModel, angle_rad: float) -> float:
    """How many steps an angle is."""
    return angle_rad / math.tau * model.servo.steps_per_turn


@dataclass(frozen=True, slots=True)
class Scale:
    """Between one joint's steps and its angle: `at` steps are `angle_rad`; goals stay in the range."""

    at: float
    angle_rad: float
    rad_per_step: float
    range_min: int
    range_max: int

    def rad(self, steps: float) -> float:
        """Joint angle in rad for a raw position in steps."""
        return self.angle_rad + (steps - self.at) * self.rad_per_step

    def steps(self, angle_rad: float) -> int:
        """Nearest raw position in steps for a joint angle in rad, kept within the calibrated range."""
        steps = round(self.at + (angle_rad - self.angle_rad) / self.rad_per_step)
        return min(self.range_max, max(self.range_min, steps))


def scale(model: ArmModel, joint: int, calibration: JointCalibration) -> Scale:
    """The scale of one joint under its calibration."""
    entry = model.joints[joint]
    at, angle_rad = _anchor(entry, calibration)
    rad_per_step = _sign(entry, calibration) * math.tau / model.servo.steps_per_turn
    return Scale(at, angle_rad, rad_per_step, calibration.range_min, calibration.range_max)


def steps_to_rad(model: ArmModel, joint: int, calibration: JointCalibration, steps: float) -> float:
    """Joint angle in rad for a raw position in steps."""
    return scale(model, joint, calibration).rad(steps)


def rad_to_steps(model: ArmModel, joint: int, calibration: JointCalibration, angle_rad: float) -> int:
    """Nearest raw position in steps for a joint angle in rad, kept within the calibrated range."""
    return scale(model, joint, calibration).steps(angle_rad)


def _anchor(joint: Joint, calibration: JointCalibration) -> tuple[float, float]:
    """A position in steps whose angle in rad is known: a keyed horn's zero, else the middle of the range.

    A homing offset is added by the servo to what it counts, so it moves a keyed horn's zero along.
    """
    if joint.zero_steps is not None:
        return joint.zero_steps + calibration.homing_offset, 0.0
    return (calibration.range_min + calibration.range_max) / 2.0, joint.middle_rad


def _sign(joint: Joint, calibration: JointCalibration) -> int:
    """1 where steps and angle grow together; a drive mode other than the model's turns the count round."""
    return joint.direction if calibration.drive_mode == joint.drive_mode else -joint.direction
