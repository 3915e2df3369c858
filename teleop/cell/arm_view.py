"""The arm as the cell looks at it: its ready pose, its measured pose for moves, its joints for pages.

Pure.
"""

from dataclasses import dataclass
from math import inf

from game.moves import Arm
from game.route import Pose
from robot_bridge.arms.model import ArmModel, gripper_fraction
from robot_bridge.wire.commands import JointTarget, PoseTarget
from robot_bridge.wire.state import ArmState
from teleop.wire.player_out import JointLimits, Workspace

SETTLED_RAD_S = 0.08
SETTLED_RAD = 0.06


@dataclass(frozen=True, slots=True)
class ArmView:
    """What the cell needs of an arm's model, ready to send."""

    name: str
    joint_names: tuple[str, ...]
    limits: tuple[JointLimits, ...]
    workspace: Workspace
    ready: JointTarget
    ready_rad: tuple[float, ...]

    def ready_error_rad(self, arm: ArmState) -> float:
        """How far the joint that is farthest off stands from the ready pose (the gripper does not count)."""
        if len(arm.joints) != len(self.ready_rad):
            return inf
        measured = [joint.position_rad for joint in arm.joints[:-1]]
        return max(abs(a - b) for a, b in zip(measured, self.ready_rad[:-1], strict=True))


def view_of(model: ArmModel) -> ArmView:
    """The view of an arm; ready means its ready pose with the gripper as the model opens it there."""
    limits = zip(model.joint_names, model.lower_rad, model.upper_rad, strict=True)
    box = model.workspace
    return ArmView(
        model.name,
        model.joint_names,
        tuple(JointLimits(name, lower, upper) for name, lower, upper in limits),
        Workspace((box.x_m[0], box.x_m[1]), (box.y_m[0], box.y_m[1]), (box.z_m[0], box.z_m[1])),
        JointTarget(model.ready_rad[:-1], gripper_fraction(model, model.ready_rad[-1])),
        model.ready_rad,
    )


def arm_of(state: ArmState) -> Arm | None:
    """The measured arm as a move's plan needs it; None while its joints are not measured.

    Settled means still and where it was sent.
    """
    pose = state.measured_pose
    if len(state.joints) != len(state.applied_rad) or not state.joints:
        return None
    still = all(abs(joint.velocity_rad_s) <= SETTLED_RAD_S for joint in state.joints[:-1])
    there = all(
        abs(joint.position_rad - goal) <= SETTLED_RAD
        for joint, goal in zip(state.joints[:-1], state.applied_rad[:-1], strict=True)
    )
    return Arm(
        pose_of(pose),
        pose.gripper,
        abs(state.joints[-1].load),
        still and there,
    )


def pose_of(target: PoseTarget) -> Pose:
    """The tool's pose alone, without the gripper."""
    return Pose(target.x_m, target.y_m, target.z_m, target.pitch_rad, target.roll_rad)
