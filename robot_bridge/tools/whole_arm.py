"""Chooses the port that carries a whole arm, and the calibration files that may belong to it."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from robot_bridge.arms import ArmModel, read_calibration
from robot_bridge.toml_table import InvalidTable
from robot_bridge.tools.arm_servos import arm_servos
from robot_bridge.tools.complaint import Complaint, ToolFailed
from robot_bridge.tools.dialect import DIALECTS, Dialect
from robot_bridge.tools.identity import Known
from robot_bridge.tools.registers import Image
from robot_bridge.tools.scan import FoundBus, list_ports, scan


def dialect_of(model: ArmModel) -> Dialect:
    """The protocol of the arm's servos; raises ToolFailed when the tools do not speak it."""
    spoken = next((one for one in DIALECTS if one.name == model.servo.protocol), None)
    if spoken is None:
        raise ToolFailed(Complaint("unspoken", expected=model.name, found=model.servo.protocol))
    return spoken


def find_port(model: ArmModel) -> str:
    """The one port that carries every servo of this arm; raises ToolFailed for none and for several."""
    spoken = dialect_of(model)
    ids = tuple(servo.named.servo_id for servo in arm_servos(model))
    ports = list_ports()
    if not ports:
        raise ToolFailed(Complaint("no_port"))
    buses = [scan(port, ids, dialects=(spoken,)) for port in ports]
    whole = [bus.port.path for bus in buses if carries(bus, model)]
    if len(whole) > 1:
        raise ToolFailed(Complaint("many_arms", expected=model.name, found=", ".join(whole)))
    if not whole:
        found = ", ".join(f"{bus.port.path} ({len(bus.servos)})" for bus in buses)
        raise ToolFailed(Complaint("no_arm", expected=model.name, found=found))
    return whole[0]


def carries(bus: FoundBus, model: ArmModel) -> bool:
    """Whether every servo of this arm answered, whole, on this bus."""
    there = {servo.servo_id for servo in bus.servos if servo.image is not None}
    return there >= {servo.named.servo_id for servo in arm_servos(model)}


def images(bus: FoundBus) -> Mapping[int, Image]:
    """The registers of the servos that gave them, by id."""
    return {servo.servo_id: servo.image for servo in bus.servos if servo.image is not None}


def known(files: Iterable[Path], models: Iterable[ArmModel]) -> tuple[Known, ...]:
    """The calibration files that fit one of these arms; others are passed over."""
    arms = tuple(models)
    return tuple(one for file in files for model in arms for one in _known(file, model))


def _known(file: Path, model: ArmModel) -> tuple[Known, ...]:
    try:
        return (Known(file.stem, model, read_calibration(file, model)),)
    except InvalidTable:
        return ()
