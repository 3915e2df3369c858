"""Carries a calibration's work out on the servos and in files, each register read back."""

from pathlib import Path

import msgspec

from robot_bridge.arms import ArmModel, JointCalibration, nominal_calibration
from robot_bridge.buses.servo_spec import chain_spec
from robot_bridge.tools import unfinished
from robot_bridge.tools.arm_servos import ArmServo, arm_servos
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
from robot_bridge.tools.complaint import Complaint, ToolFailed
from robot_bridge.tools.dialect import model_name
from robot_bridge.tools.eeprom import DynamixelEeprom, Eeprom, FeetechEeprom
from robot_bridge.tools.registers import Image
from robot_bridge.tools.servo_link import ServoLink
from robot_bridge.tools.travel import shortest
from robot_bridge.tools.unfinished import Unfinished


class Workbench:
    """One arm on one port, the file that its calibration goes to, and what an earlier run left."""

    def __init__(self, link: ServoLink, model: ArmModel, file: Path) -> None:
        """Reads every servo; raises ToolFailed for one that is silent, another model, or short of volts."""
        self._link, self._model, self._file = link, model, file
        servos = arm_servos(model)
        self._joints = tuple(servo for servo in servos if servo.leader_id is None)
        self._shadows = tuple(servo for servo in servos if servo.leader_id is not None)
        self._images = tuple(self._inspected(servo) for servo in servos)
        self._eeprom = _eeprom(link, model)
        self._followers: dict[str, JointCalibration] = {}
        left = unfinished.load(file)
        self._left = left if left is not None and left.arm == model.name else None

    @property
    def saved(self) -> Saved | None:
        """The earlier run to go on from: only when the servos still carry its offsets."""
        left = self._left
        carried = tuple(image.get("homing_offset") for image in self._images[: len(self._joints)])
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
            return Readings(self._link.positions([servo.named.servo_id for servo in self._joints]))
        except ToolFailed as failed:
            return Failed(failed.complaint)

    def keep(self, state: State) -> None:
        """Keeps how far the calibration came, once there is something to keep; raises ToolFailed."""
        if self._left is None or not state.offsets:
            return
        ranges = tuple(
            (one.low, one.high) for one in state.travels if one.low is not None and one.high is not None
        )
        whole = ranges if len(ranges) == len(self._joints) else ()
        self._remember(msgspec.structs.replace(self._left, offsets=state.offsets, ranges=whole))

    def restore(self) -> None:
        """Takes the torque away and puts back what the servos held before; raises ToolFailed."""
        if self._left is None:
            raise ToolFailed(Complaint("nothing_to_restore", where=str(self._file)))
        self._torque_off()
        for servo, before in zip((*self._joints, *self._shadows), self._left.before, strict=True):
            self._eeprom.restore(servo, before)
        unfinished.forget(self._file)

    def _inspected(self, servo: ArmServo) -> Image:
        spoken, label = self._link.spoken, servo.named.label
        image = self._link.image(servo.named)
        model = image.get("model")
        if model != servo.model_number:
            names = {"expected": model_name(spoken, servo.model_number), "found": model_name(spoken, model)}
            raise ToolFailed(Complaint("wrong_model", servo=label, **names))
        lowest_v = self._model.servo.min_voltage_v if spoken.writable_v is None else spoken.writable_v
        if image.get("voltage") * image.registers["voltage"].scale < lowest_v:
            volts = {"expected": f"{lowest_v} V", "found": image.shown("voltage")}
            raise ToolFailed(Complaint("low_voltage", servo=label, **volts))
        return image

    def _do(self, effect: Effect) -> None:
        match effect:
            case Free(clear=clear):
                self._free(clear)
            case Home(offsets=offsets):
                self._home(offsets)
            case Store(entries=entries):
                for servo, one in zip(self._joints, entries, strict=True):
                    self._eeprom.store(servo, one)
                self._follow(entries)
            case File(entries=entries):
                self._write_file(entries)

    def _free(self, clear: bool) -> None:
        if self._left is None:
            before = tuple(self._eeprom.before(image) for image in self._images)
            self._remember(Unfinished(1, self._model.name, before))
        self._torque_off()
        if clear:
            for servo, image in zip((*self._joints, *self._shadows), self._images, strict=True):
                self._eeprom.clear(servo, image)

    def _home(self, offsets: tuple[int, ...]) -> None:
        for servo, offset in zip(self._joints, offsets, strict=True):
            self._eeprom.home(servo, offset)
        if self._left is not None:
            self._remember(msgspec.structs.replace(self._left, offsets=offsets, ranges=()))

    def _follow(self, entries: tuple[JointCalibration, ...]) -> None:
        """Lets every shadow count as its leader does, where both stand now, within the same limits."""
        turn = self._model.servo.steps_per_turn
        for servo in self._shadows:
            leader = self._joints[servo.joint]
            offset = self._link.read(servo.named, self._link.spoken.registers["homing_offset"])
            register = self._link.spoken.registers["position"]
            led, stands = (self._link.read(one.named, register) for one in (leader, servo))
            fitted = shortest(offset + led - stands, turn)
            entry = msgspec.structs.replace(
                entries[servo.joint],
                id=servo.named.servo_id,
                drive_mode=servo.drive_mode,
                homing_offset=fitted,
            )
            self._eeprom.store(servo, entry)
            self._followers[servo.named.joint] = entry

    def _torque_off(self) -> None:
        for servo in (*self._joints, *self._shadows):
            self._link.write(servo.named, "torque_enable", 0)

    def _write_file(self, entries: tuple[JointCalibration, ...]) -> None:
        table = dict(zip(self._model.joint_names, entries, strict=True)) | self._followers
        unfinished.put(self._file, msgspec.json.format(msgspec.json.encode(table), indent=4))
        unfinished.forget(self._file)

    def _remember(self, left: Unfinished) -> None:
        unfinished.save(self._file, left)
        self._left = left


def _eeprom(link: ServoLink, model: ArmModel) -> Eeprom:
    """The way of this arm's servos."""
    turn = model.servo.steps_per_turn
    if model.servo.protocol == "feetech-sts":
        return FeetechEeprom(link, turn)
    specs = chain_spec(model, nominal_calibration(model)).everyone
    return DynamixelEeprom(link, turn, link.spoken.most_offset, {one.servo_id: one for one in specs})
