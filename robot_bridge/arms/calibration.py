"""LeRobot's calibration file, and the way between servo steps and joint angles.

The file is JSON: joint name -> id, drive_mode, homing_offset, range_min, range_max, all in raw steps
after the homing offset, as the servo's own present-position register counts them.
"""

import math
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

from robot_bridge.arms.model import ArmModel, Joint
from robot_bridge.toml_table import InvalidTable

Steps = Annotated[int, Meta(ge=0, le=4095)]


class JointCalibration(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One servo's calibration as LeRobot writes it; drive_mode 1 turns the other way round."""

    id: Annotated[int, Meta(ge=0, le=252)]
    drive_mode: Annotated[int, Meta(ge=0, le=1)]
    homing_offset: Annotated[int, Meta(ge=-2047, le=2047)]
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
    if set(found) != set(model.joint_names):
        raise InvalidTable(f"{path}: has joints {sorted(found)}, the {model.name} has {model.joint_names}")
    for joint in model.joints:
        entry = found[joint.name]
        if entry.id != joint.servo_id:
            raise InvalidTable(f"{path}: {joint.name} is servo {entry.id}, the model says {joint.servo_id}")
        if entry.range_min >= entry.range_max:
            raise InvalidTable(f"{path}: {joint.name} has an empty range")
    return tuple(found[joint.name] for joint in model.joints)


def write_calibration(path: Path, model: ArmModel, calibration: tuple[JointCalibration, ...]) -> None:
    """Writes the file in LeRobot's format and indentation."""
    table: Calibration = dict(zip(model.joint_names, calibration, strict=True))
    path.write_bytes(msgspec.json.format(msgspec.json.encode(table), indent=4))


def nominal_calibration(model: ArmModel) -> tuple[JointCalibration, ...]:
    """The calibration of an arm whose servos sit exactly where the model says."""
    return tuple(_nominal(model, joint) for joint in model.joints)


def _nominal(model: ArmModel, joint: Joint) -> JointCalibration:
    if joint.full_turn:
        return JointCalibration(joint.servo_id, 0, 0, 0, model.servo.steps_per_turn - 1)
    half = (joint.limits_rad[1] - joint.limits_rad[0]) / 2.0 / math.tau * model.servo.steps_per_turn
    middle = model.servo.steps_per_turn // 2 - 1
    return JointCalibration(joint.servo_id, 0, 0, round(middle - half), round(middle + half))


def steps_to_rad(model: ArmModel, joint: int, calibration: JointCalibration, steps: float) -> float:
    """Joint angle in rad for a raw position in steps."""
    entry = model.joints[joint]
    middle = (calibration.range_min + calibration.range_max) / 2.0
    return entry.middle_rad + _sign(entry, calibration) * (steps - middle) * math.tau / (
        model.servo.steps_per_turn
    )


def rad_to_steps(model: ArmModel, joint: int, calibration: JointCalibration, angle_rad: float) -> int:
    """Nearest raw position in steps for a joint angle in rad, kept within the calibrated range."""
    entry = model.joints[joint]
    middle = (calibration.range_min + calibration.range_max) / 2.0
    turns = _sign(entry, calibration) * (angle_rad - entry.middle_rad) / math.tau
    steps = round(middle + turns * model.servo.steps_per_turn)
    return min(calibration.range_max, max(calibration.range_min, steps))


def _sign(joint: Joint, calibration: JointCalibration) -> int:
    return -joint.direction if calibration.drive_mode else joint.direction
