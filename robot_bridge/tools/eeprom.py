"""How a calibration is kept in the servos' own memory, by each maker's way; every write is read back.

An EEPROM wears, so what a register holds already is not written again.
"""

import contextlib
from typing import Protocol

from robot_bridge.arms import JointCalibration
from robot_bridge.buses.dynamixel_servos import CURRENT_LIMIT, bounded_power, profile_velocity
from robot_bridge.buses.servo_protocol import ServoSpec
from robot_bridge.tools.arm_servos import ArmServo
from robot_bridge.tools.complaint import Named, ToolFailed
from robot_bridge.tools.registers import Image
from robot_bridge.tools.servo_link import ServoLink
from robot_bridge.tools.unfinished import Before

_MULTI_TURN = 0b0001_0000
_POSITION, _EXTENDED = 3, 4
_NO_LEADER = 255


class Eeprom(Protocol):
    """What a calibration does to a servo without torque; every method raises ToolFailed."""

    def before(self, image: Image) -> Before:
        """What the servo holds, to be put back."""
        ...

    def clear(self, servo: ArmServo, image: Image) -> None:
        """Takes offset and limits away: the servo counts as it is built."""
        ...

    def home(self, servo: ArmServo, offset: int) -> None:
        """Writes an offset, with open limits."""
        ...

    def store(self, servo: ArmServo, entry: JointCalibration) -> None:
        """Writes offset and limits for good."""
        ...

    def restore(self, servo: ArmServo, before: Before) -> None:
        """Puts back what the servo held."""
        ...


class FeetechEeprom:
    """Feetech STS: offset and limits behind a lock."""

    def __init__(self, link: ServoLink, steps_per_turn: int) -> None:
        """Writes over this link."""
        self._link, self._last = link, steps_per_turn - 1

    def before(self, image: Image) -> Before:
        """Registers 31, 9, 11."""
        return Before(image.get("homing_offset"), image.get("min_position"), image.get("max_position"))

    def clear(self, servo: ArmServo, image: Image) -> None:
        """Switches multi-turn feedback off, too."""
        phase = image.get("phase")
        told = {"phase": phase & ~_MULTI_TURN} if phase & _MULTI_TURN else {}
        self._write(servo.named, 0, 0, self._last, told)

    def home(self, servo: ArmServo, offset: int) -> None:
        """Register 31."""
        self._write(servo.named, offset, 0, self._last)

    def store(self, servo: ArmServo, entry: JointCalibration) -> None:
        """Registers 31, 9, 11."""
        self._write(servo.named, entry.homing_offset, entry.range_min, entry.range_max)

    def restore(self, servo: ArmServo, before: Before) -> None:
        """Registers 31, 9, 11."""
        self._write(servo.named, before.homing_offset, before.range_min, before.range_max)

    def _write(
        self, servo: Named, offset: int, lowest: int, highest: int, told: dict[str, int] | None = None
    ) -> None:
        """Opens the EEPROM, writes, and locks it again, after a failure too."""
        values = {"mode": 0, "homing_offset": offset, "min_position": lowest, "max_position": highest}
        self._link.write(servo, "lock", 0)
        try:
            for name, value in (values | (told or {})).items():
                self._link.settle(servo, name, value)
        except ToolFailed:
            with contextlib.suppress(ToolFailed):
                self._link.write(servo, "lock", 1)
            raise
        self._link.write(servo, "lock", 1)


class DynamixelEeprom:
    """Dynamixel X: offset and limits, mode, the way it faces, whom it follows, and the bridge's bounds.

    While it is calibrated a servo counts over the end of its turn. It ends in position mode, in which it
    keeps its position limits, or, with an offset of more than a quarter turn, in extended mode, in which it
    keeps none; the way through position mode makes it count from within one turn again.
    """

    def __init__(
        self, link: ServoLink, steps_per_turn: int, most_offset: int, specs: dict[int, ServoSpec]
    ) -> None:
        """Writes over this link; `specs` are what the bridge wants of each servo, by id."""
        self._link, self._last, self._most_offset, self._specs = link, steps_per_turn - 1, most_offset, specs

    def before(self, image: Image) -> Before:
        """Registers 20, 52, 48, 11, 10, 12."""
        names = ("homing_offset", "min_position", "max_position", "mode", "drive_mode", "secondary_id")
        return Before(*(image.get(name) for name in names))

    def clear(self, servo: ArmServo, image: Image) -> None:
        """Faces the servo the way the arm's file says, too."""
        leader = _NO_LEADER if servo.leader_id is None else servo.leader_id
        told = {"mode": _EXTENDED, "drive_mode": servo.drive_mode, "secondary_id": leader}
        self._write(servo.named, told | self._open(0))

    def home(self, servo: ArmServo, offset: int) -> None:
        """Register 20."""
        self._write(servo.named, {"mode": _EXTENDED} | self._open(offset))

    def store(self, servo: ArmServo, entry: JointCalibration) -> None:
        """Registers 20, 52, 48, 11, and the bounds that the bridge asks for: 44, and 38 or 36."""
        offset = entry.homing_offset
        limits = {"min_position": entry.range_min, "max_position": entry.range_max}
        self._write(servo.named, {"mode": _POSITION, "homing_offset": offset} | limits)
        if abs(offset) > self._most_offset:
            self._write(servo.named, {"mode": _EXTENDED})
        spec = self._specs[servo.named.servo_id]
        address, power, _ = bounded_power(spec)
        bounds = {
            "velocity_limit": profile_velocity(spec),
            "current_limit" if address == CURRENT_LIMIT else "pwm_limit": power,
        }
        for name, most in bounds.items():
            if not 0 < self._link.read(servo.named, self._link.spoken.registers[name]) <= most:
                self._link.write(servo.named, name, most)

    def restore(self, servo: ArmServo, before: Before) -> None:
        """Registers 20, 52, 48, 11, 10, 12."""
        offset, lowest, highest = before.homing_offset, before.range_min, before.range_max
        faces = {"drive_mode": before.drive_mode, "secondary_id": before.secondary_id}
        limits = {"homing_offset": offset, "min_position": lowest, "max_position": highest}
        self._write(servo.named, faces | limits | {"mode": before.mode})

    def _open(self, offset: int) -> dict[str, int]:
        return {"homing_offset": offset, "min_position": 0, "max_position": self._last}

    def _write(self, servo: Named, values: dict[str, int]) -> None:
        for name, value in values.items():
            self._link.settle(servo, name, value)
