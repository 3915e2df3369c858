"""Which arm this is, by what calibration left in its servos' EEPROM: offsets and limits. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from robot_bridge.arms import ArmModel, JointCalibration
from robot_bridge.tools.registers import Image


@dataclass(frozen=True, slots=True)
class Known:
    """A calibration file that was found: its name, its arm, its entries in the arm's joint order."""

    name: str
    model: ArmModel
    calibration: tuple[JointCalibration, ...]


def differing(one: Known, images: Mapping[int, Image]) -> tuple[str, ...] | None:
    """The joints whose EEPROM differs from this calibration; None when not all its servos are there."""
    wrong: list[str] = []
    for joint, entry in zip(one.model.joints, one.calibration, strict=True):
        image = images.get(entry.id)
        if image is None:
            return None
        wanted = (entry.homing_offset, entry.range_min, entry.range_max)
        found = (image.get("homing_offset"), image.get("min_position"), image.get("max_position"))
        if wanted != found:
            wrong.append(joint.name)
    return tuple(wrong)


def identify(known: tuple[Known, ...], images: Mapping[int, Image]) -> str | None:
    """The name of the calibration that every servo carries, if there is one."""
    return next((one.name for one in known if differing(one, images) == ()), None)
