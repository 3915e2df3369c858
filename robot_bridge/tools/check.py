"""Reads every safety register of an arm back and judges it; changes nothing."""

from robot_bridge.arms import ArmModel, JointCalibration
from robot_bridge.tools.complaint import Named, ToolFailed
from robot_bridge.tools.expectations import Row, expectations, judge
from robot_bridge.tools.registers import Image
from robot_bridge.tools.servo_link import ServoLink


def named(model: ArmModel) -> tuple[Named, ...]:
    """The arm's servos in joint order."""
    return tuple(Named(joint.servo_id, joint.name) for joint in model.joints)


def check(
    link: ServoLink, model: ArmModel, calibration: tuple[JointCalibration, ...] | None
) -> tuple[Row, ...]:
    """The rows of every servo of the arm; raises ToolFailed only when the port goes away."""
    rows: list[Row] = []
    for index, joint in enumerate(model.joints):
        servo = Named(joint.servo_id, joint.name)
        entry = None if calibration is None else calibration[index]
        rows += judge(servo, _image(link, servo), expectations(model, joint, entry))
    return tuple(rows)


def _image(link: ServoLink, servo: Named) -> Image | None:
    try:
        return link.image(servo)
    except ToolFailed as failed:
        if failed.complaint.kind == "port_lost":
            raise
        return None
