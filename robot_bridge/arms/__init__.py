"""Arm models as data, their servo calibration, and the loader of both."""

from robot_bridge.arms.calibration import (
    JointCalibration,
    Scale,
    nominal_calibration,
    rad_to_steps,
    read_calibration,
    scale,
    steps_to_rad,
    write_calibration,
)
from robot_bridge.arms.load import load_arm, parse_arm
from robot_bridge.arms.model import ArmModel, Joint, gripper_angle, gripper_fraction

__all__ = [
    "ArmModel",
    "Joint",
    "JointCalibration",
    "Scale",
    "gripper_angle",
    "gripper_fraction",
    "load_arm",
    "nominal_calibration",
    "parse_arm",
    "rad_to_steps",
    "read_calibration",
    "scale",
    "steps_to_rad",
    "write_calibration",
]
