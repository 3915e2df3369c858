"""Every servo of an arm in the tools' order: those of the joints, then the shadows. Pure."""

from dataclasses import dataclass

from robot_bridge.arms import ArmModel
from robot_bridge.tools.complaint import Named


@dataclass(frozen=True, slots=True)
class ArmServo:
    """One servo, its model, and its joint's place in the arm; a shadow names the id that it obeys."""

    named: Named
    joint: int
    model_number: int
    drive_mode: int
    leader_id: int | None = None


def arm_servos(model: ArmModel) -> tuple[ArmServo, ...]:
    """The arm's servos."""
    rows = tuple(enumerate(zip(model.joints, model.model_numbers, strict=True)))
    joints = tuple(
        ArmServo(Named(joint.servo_id, joint.name), at, number, joint.drive_mode)
        for at, (joint, number) in rows
    )
    shadows = tuple(
        ArmServo(Named(one, f"{joint.name}_shadow"), at, number, joint.shadow_drive_mode, joint.servo_id)
        for at, (joint, number) in rows
        for one in joint.shadow_ids
    )
    return joints + shadows
