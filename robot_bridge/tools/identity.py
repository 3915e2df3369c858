"""Which arm this is, by its servos' models and what calibration left in their EEPROM. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from robot_bridge.arms import ArmModel, JointCalibration
from robot_bridge.tools.arm_servos import arm_servos
from robot_bridge.tools.registers import Image


@dataclass(frozen=True, slots=True)
class Known:
    """A calibration file that was found: its name, its arm, its entries in the arm's joint order."""

    name: str
    model: ArmModel
    calibration: tuple[JointCalibration, ...]


def differing(one: Known, images: Mapping[int, Image]) -> tuple[str, ...] | None:
    """The servos whose model or EEPROM differs from this calibration; None when not all of them are there.

    A shadow has an offset of its own.
    """
    wrong: list[str] = []
    for servo in arm_servos(one.model):
        image, entry = images.get(servo.named.servo_id), one.calibration[servo.joint]
        if image is None:
            return None
        wanted = (servo.model_number, entry.range_min, entry.range_max)
        found = (image.get("model"), image.get("min_position"), image.get("max_position"))
        homed = servo.leader_id is not None or image.get("homing_offset") == entry.homing_offset
        if wanted != found or not homed:
            wrong.append(servo.named.joint)
    return tuple(wrong)


def identify(known: tuple[Known, ...], images: Mapping[int, Image]) -> str | None:
    """The name of the calibration that every servo carries, if there is one."""
    return next((one.name for one in known if differing(one, images) == ()), None)
