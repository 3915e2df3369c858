"""Setpoints that name speeds: an aim one period ahead of the reference, in every tick anew.

The step is scaled as a whole, so that its direction stays: by how near a joint is to its soft limit that
moves toward it, and by how near the arm is to a singularity that the tool would bring it nearer to. Away
from either the full speed is allowed, so that the arm can always be driven out again. The gripper's place
is absolute, as in every setpoint. The other limits act on the aim as they do on any other.
"""

import math

from robot_bridge.arms.model import ArmModel, gripper_angle
from robot_bridge.conditioning import Change, conditioning, soft_conditioning, tool_step
from robot_bridge.limits import Aim, Posture, blend, within
from robot_bridge.wire.commands import JointVelocity, ToolVelocity
from robot_bridge.wire.state import Limit

APPROACH_PER_S = 8.0
CREEP_RAD_S = 0.02
HARD_SHARE = 0.1  # of the conditioning at which slowing begins: here motion toward the singularity ends
_MINUTE = 1e-9


def ahead(
    model: ArmModel, target: JointVelocity | ToolVelocity, reference_rad: Posture, step_s: float
) -> Aim:
    """Where this speed leads within the step's time (s, the speed scale multiplied in)."""
    acted: list[Limit] = []
    if isinstance(target, JointVelocity):
        arm = tuple(q + v * step_s for q, v in zip(reference_rad, target.velocities_rad_s, strict=False))
    else:
        change, hurried = _change(model, target, step_s)
        arm, slowed = _kept_regular(model, reference_rad, tool_step(model, reference_rad, change))
        if hurried:
            acted.append("velocity")
        if slowed:
            acted.append("singularity")
    requested = (*arm, gripper_angle(model, target.gripper))
    part = _part(model, reference_rad, arm, step_s)
    if part < 1.0:
        acted.append("joint_position")
        arm = blend(reference_rad[:-1], arm, part)
    posture = (*arm, requested[-1])
    inside = within(model, posture)
    if inside != posture and "joint_position" not in acted:
        acted.append("joint_position")
    return Aim(inside, requested, None, tuple(acted))


def _change(model: ArmModel, target: ToolVelocity, step_s: float) -> tuple[Change, bool]:
    """The way of the step, no faster than the tool may be, and whether it had to be cut for that."""
    speed = math.hypot(target.x_m_s, target.y_m_s, target.z_m_s)
    turn = max(abs(target.pitch_rad_s), abs(target.roll_rad_s))
    need = max(1.0, speed / model.tool_speed_m_s, turn / model.tool_turn_rad_s)
    time_s = step_s / need
    way = (target.x_m_s * time_s, target.y_m_s * time_s, target.z_m_s * time_s)
    return (*way, target.pitch_rad_s * time_s, target.roll_rad_s * time_s), need > 1.0


def _kept_regular(model: ArmModel, start_rad: Posture, arm: Posture) -> tuple[Posture, bool]:
    """The arm joints' step, smaller the nearer it comes to a singularity, and whether it was cut."""
    soft = soft_conditioning(model)
    here, there = conditioning(model, start_rad), conditioning(model, (*arm, start_rad[-1]))
    if there >= soft or there >= here - _MINUTE:
        return arm, False
    hard = HARD_SHARE * soft
    part = max(0.0, (there - hard) / (soft - hard))
    return blend(start_rad[:-1], arm, part), True


def _part(model: ArmModel, start_rad: Posture, arm: Posture, step_s: float) -> float:
    """The part of the step that brings no joint nearer to its soft limit than its slowing allows."""
    part = 1.0
    for q, goal, low, high in zip(start_rad, arm, model.lower_rad, model.upper_rad, strict=False):
        room, way = (high - q, goal - q) if goal > q else (q - low, q - goal)
        allowed = max(0.0, min(room, max(APPROACH_PER_S * room, CREEP_RAD_S) * step_s))
        if way > allowed:
            part = min(part, allowed / way)
    return part
