"""The tool's speed, and the joint speeds that keep it under its cap.

A joint that accelerates keeps gaining speed while its jerk brings the acceleration to zero, so the cap
is laid on the speeds that the joints are bound to reach, not on those they have.
"""

from robot_bridge.arms.model import ArmModel
from robot_bridge.kinematics import distance, forward
from robot_bridge.limits import Posture
from robot_bridge.trajectory import Motion

_STEP_S = 1e-4
_MARGIN = 0.94
_SLOWEST_RAD_S = 0.02


def tool_speed(model: ArmModel, positions_rad: Posture, velocities_rad_s: Posture) -> float:
    """Speed of the tool point in m/s for these joint positions and speeds."""
    pairs = tuple(zip(positions_rad, velocities_rad_s, strict=True))
    before = forward(model, tuple(q - v * _STEP_S for q, v in pairs))
    after = forward(model, tuple(q + v * _STEP_S for q, v in pairs))
    return distance(before, after) / (2.0 * _STEP_S)


def slower(model: ArmModel, motion: Motion) -> Posture | None:
    """Speed bounds in rad/s under which this motion keeps the tool's cap; None when it keeps it already."""
    bound = tuple(
        v + a * abs(a) / (2.0 * j)
        for v, a, j in zip(
            motion.velocities_rad_s, motion.accelerations_rad_s2, model.motion.jerk_rad_s3, strict=True
        )
    )
    speed = tool_speed(model, motion.positions_rad, bound)
    cap = model.tool_speed_m_s * _MARGIN
    if speed <= cap:
        return None
    arm = tuple(max(_SLOWEST_RAD_S, abs(v) * cap / speed) for v in bound[:-1])
    return (*arm, model.motion.velocity_rad_s[-1])
