"""Forward kinematics and its inverse: tool position, pitch, roll and gripper.

Pitch is the tool axis above the horizon (-pi/2 points straight down). Roll turns the gripper about that
axis: at 0 the jaws open within the arm's vertical plane, and positive turns them counterclockwise seen
from above when the tool points down, so that jaw heading = arm heading + roll. The arm's heading is where
its first joint points it; it is free.

An arm whose axes allow the closed form uses it; every other arm is solved by damped least squares.
"""

import math

from robot_bridge.arms.model import ArmModel
from robot_bridge.kinematics import closed_form, damped, task
from robot_bridge.kinematics.planar import is_planar
from robot_bridge.kinematics.solution import Solution, Unreachable
from robot_bridge.wire.commands import PoseTarget


def forward(model: ArmModel, positions_rad: tuple[float, ...]) -> PoseTarget:
    """The tool pose for joint angles in rad, gripper last."""
    if is_planar(model):
        return closed_form.forward(model, positions_rad)
    return task.forward(model, positions_rad)


def inverse(model: ArmModel, pose: PoseTarget, near: tuple[float, ...]) -> Solution | Unreachable:
    """Joint angles for this pose within the soft limits, the pitch giving way as little as needed.

    The closed form needs `near` only to choose between full turns of the roll joint; the damped solver
    starts there.
    """
    if is_planar(model):
        return closed_form.inverse(model, pose, near)
    return damped.inverse(model, pose, near)


def distance(a: PoseTarget, b: PoseTarget) -> float:
    """Distance of the tool points in m."""
    return math.dist((a.x_m, a.y_m, a.z_m), (b.x_m, b.y_m, b.z_m))
