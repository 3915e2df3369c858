"""Carries a calibration's work out on the servos and in files, each register read back."""

import contextlib
from pathlib import Path

import msgspec

from robot_bridge.arms import ArmModel, JointCalibration
from robot_bridge.tools import unfinished
from robot_bridge.tools.calibrating import (
    Carried,
    Effect,
    Event,
    Failed,
    File,
    Free,
    Home,
    Readings,
    Saved,
    State,
    Store,
)
from robot_bridge.tools.complaint import Complaint, Named, ToolFailed
from robot_bridge.tools.dialect import model_name
from robot_bridge.tools.registers import Image
from robot_bridge.tools.servo_link import ServoLink
from robot_bridge.tools.unfinished import Before, Unfinished

WRITABLE_V = 5.0
"""A servo whose supply sags lower may lose an EEPROM write half way."""
_MULTI_TURN = 0b0001_0000


class Workbench:
    """One arm on one port, the file that its calibration goes to, and what an earlier run left."""

    def __init__(self, link: ServoLink, model: ArmModel, file: Path) -> None:
        """Reads every servo; raises ToolFailed for one that is silent, another model, or short of volts."""
        self._link, self._model, self._file = link, model, file
        self._servos = tuple(Named(joint.servo_id, joint.name) for joint in model.joints)
        pairs = zip(self._servos, model.model_numbers, strict=True)
        self._images = tuple(self._inspected(servo, wanted) for servo, wanted in pairs)
        left = unfinished.load(file)
        self._left = left if left is not None and left.arm == model.name else None

    @property
    def saved(self) -> Saved | None:
        """The earlier run to go on from: only when the servos still carry its offsets."""
        left = self._left
        carried = tuple(image.get("homing_offset") for image in self._images)
        if left is None or not left.offsets or left.offsets != carried:
            return None
        return Saved(left.offsets, left.ranges)

    @property
    def has_unfinished(self) -> bool:
        """Whether an earlier run left something to put back."""
        return self._left is not None

    def carry_out(self, effect: Effect) -> Event:
        """Does the work, and says whether it is done."""
        try:
            self._do(effect)
        except ToolFailed as failed:
            return Failed(failed.complaint)
        return Carried()

    def positions(self) -> Event:
        """Where the joints are now."""
        try:
            return Readings(self._link.positions([servo.servo_id for servo in self._servos]))
        except ToolFailed as failed:
            return Failed(failed.complaint)

    def keep(self, state: State) -> None:
        """Keeps how far the calibration came, once there is something to keep; raises ToolFailed."""
        if self._left is None or not state.offsets:
            return
        ranges = tuple(
            (one.low, one.high) for one in state.travels if one.low is not None and one.high is not None
        )
        whole = ranges if len(ranges) == len(self._servos) else ()
        self._remember(msgspec.structs.replace(self._left, offsets=state.offsets, ranges=whole))

    def restore(self) -> None:
        """Takes the torque away and puts back what the servos held before; raises ToolFailed."""
        if self._left is None:
            raise ToolFailed(Complaint("nothing_to_restore", where=str(self._file)))
        self._torque_off()
        for servo, before in zip(self._servos, self._left.before, strict=True):
            self._write(servo, before.homing_offset, before.range_min, before.range_max)
        unfinished.forget(self._file)

    def _inspected(self, servo: Named, wanted: int) -> Image:
        image = self._link.image(servo)
        model = image.get("model")
        if model != wanted:
            spoken = self._link.spoken
            names = {"expected": model_name(spoken, wanted), "found": model_name(spoken, model)}
            raise ToolFailed(Complaint("wrong_model", servo=servo.label, **names))
        if image.get("voltage") * image.registers["voltage"].scale < WRITABLE_V:
            volts = {"expected": f"{WRITABLE_V} V", "found": image.shown("voltage")}
            raise ToolFailed(Complaint("low_voltage", servo=servo.label, **volts))
        return image

    def _do(self, effect: Effect) -> None:
        match effect:
            case Free(clear=clear):
                self._free(clear)
            case Home(offsets=offsets):
                self._home(offsets)
            case Store(entries=entries):
                for servo, one in zip(self._servos, entries, strict=True):
                    self._write(servo, one.homing_offset, one.range_min, one.range_max)
            case File(entries=entries):
                self._write_file(entries)

    def _free(self, clear: bool) -> None:
        if self._left is None:
            before = tuple(
                Before(one.get("homing_offset"), one.get("min_position"), one.get("max_position"))
                for one in self._images
            )
            self._remember(Unfinished(1, self._model.name, before))
        self._torque_off()
        if clear:
            for servo, image in zip(self._servos, self._images, strict=True):
                self._write(servo, 0, 0, self._model.servo.steps_per_turn - 1, image.get("phase"))

    def _home(self, offsets: tuple[int, ...]) -> None:
        for servo, offset in zip(self._servos, offsets, strict=True):
            self._write(servo, offset, 0, self._model.servo.steps_per_turn - 1)
        if self._left is not None:
            self._remember(msgspec.structs.replace(self._left, offsets=offsets, ranges=()))

    def _torque_off(self) -> None:
        for servo in self._servos:
            self._link.write(servo, "torque_enable", 0)

    def _write(self, servo: Named, offset: int, lowest: int, highest: int, phase: int = 0) -> None:
        """Opens the EEPROM, writes, and locks it again, after a failure too."""
        values = {"mode": 0, "homing_offset": offset, "min_position": lowest, "max_position": highest}
        if phase & _MULTI_TURN:
            values["phase"] = phase & ~_MULTI_TURN
        self._link.write(servo, "lock", 0)
        try:
            for name, value in values.items():
                self._link.write(servo, name, value)
        except ToolFailed:
            with contextlib.suppress(ToolFailed):
                self._link.write(servo, "lock", 1)
            raise
        self._link.write(servo, "lock", 1)

    def _write_file(self, entries: tuple[JointCalibration, ...]) -> None:
        table = dict(zip(self._model.joint_names, entries, strict=True))
        unfinished.put(self._file, msgspec.json.format(msgspec.json.encode(table), indent=4))
        unfinished.forget(self._file)

    def _remember(self, left: Unfinished) -> None:
        unfinished.save(self._file, left)
        self._left = left
