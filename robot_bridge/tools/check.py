"""Reads every safety register of an arm back and judges it; changes nothing."""

from robot_bridge.arms import ArmModel, JointCalibration, nominal_calibration
from robot_bridge.buses.servo_spec import chain_spec
from robot_bridge.tools.arm_servos import ArmServo, arm_servos
from robot_bridge.tools.complaint import Named, ToolFailed
from robot_bridge.tools.dynamixel_expectations import dynamixel_expectations
from robot_bridge.tools.expectations import Expectation, Row, expectations, judge
from robot_bridge.tools.registers import Image
from robot_bridge.tools.servo_link import ServoLink

Calibration = tuple[JointCalibration, ...]


def check(link: ServoLink, model: ArmModel, calibration: Calibration | None) -> tuple[Row, ...]:
    """The rows of every servo of the arm; raises ToolFailed only when the port goes away."""
    servos = arm_servos(model)
    images = {one.named.servo_id: _image(link, one.named) for one in servos}
    wanted = _wanted(model, servos, calibration, images)
    return tuple(
        row
        for one in servos
        for row in judge(one.named, images[one.named.servo_id], wanted[one.named.servo_id])
    )


def _wanted(
    model: ArmModel,
    servos: tuple[ArmServo, ...],
    calibration: Calibration | None,
    images: dict[int, Image | None],
) -> dict[int, tuple[Expectation, ...]]:
    """What each servo should hold, by id."""
    entries = (None,) * len(model.joints) if calibration is None else calibration
    if model.servo.protocol == "feetech-sts":
        pairs = zip(model.joints, entries, strict=True)
        return {joint.servo_id: expectations(model, joint, entry) for joint, entry in pairs}
    specs = chain_spec(model, calibration or nominal_calibration(model)).everyone
    leaders = {one: None if image is None else image.get("position") for one, image in images.items()}
    return {
        spec.servo_id: dynamixel_expectations(
            model,
            spec,
            entries[servo.joint],
            None if spec.leader_id is None else leaders[spec.leader_id],
        )
        for spec, servo in zip(specs, servos, strict=True)
    }


def _image(link: ServoLink, servo: Named) -> Image | None:
    try:
        return link.image(servo)
    except ToolFailed as failed:
        if failed.complaint.kind == "port_lost":
            raise
        return None
