"""What the joints' effort says about touching things: the reference eases off before the servos strain.

Effort is the measured load as a share of what the joint may give, smoothed over 50 ms so that one damaged
sample changes little. From 0.7 on, a step that pushes further slows as a whole, and at 1 it ends; a step
that gives way is free. The jaw stops shutting, or opening, at 0.8: it holds with the force that it has.
"""

from dataclasses import dataclass

from robot_bridge.arms.model import ArmModel
from robot_bridge.buses.reading import JointSample
from robot_bridge.limits import Posture, blend
from robot_bridge.wire.state import Limit

EASING_FROM = 0.7
GRIP_EFFORT = 0.8
SMOOTHING_S = 0.05


@dataclass(frozen=True, slots=True)
class Efforts:
    """Smoothed share of its torque that each joint gives, the gripper last; empty before any sample."""

    shares: tuple[float, ...] = ()


def felt(
    before: Efforts, model: ArmModel, samples: tuple[JointSample | None, ...], period_s: float
) -> Efforts:
    """The efforts one period later; a joint that did not answer keeps its last one."""
    known = len(before.shares) == len(samples)
    shares = before.shares if known else (0.0,) * len(samples)
    gain = period_s / (SMOOTHING_S + period_s)
    joints = zip(shares, samples, model.servo.torque_limit, strict=False)
    return Efforts(tuple(share + gain * _rise(share, sample, limit) for share, sample, limit in joints))


def _rise(share: float, sample: JointSample | None, limit: float) -> float:
    return 0.0 if sample is None or limit <= 0.0 else abs(sample.load) / limit - share


def eased(
    efforts: Efforts, start_rad: Posture, goal_rad: Posture, leads_rad: tuple[float, ...]
) -> tuple[Posture, tuple[Limit, ...]]:
    """The step's end, nearer to its start where it would push on, and the limits that cut it.

    `leads_rad` is how far each joint's goal lies from its measured angle: whither the joint pushes.
    """
    part = 1.0
    ways = [b - a for a, b in zip(start_rad, goal_rad, strict=True)]
    pushes = tuple(zip(efforts.shares, ways, leads_rad, strict=False))
    for share, way, lead in pushes[:-1]:
        if way * lead > 0.0:
            part = min(part, max(0.0, (1.0 - share) / (1.0 - EASING_FROM)))
    grips = any(share > GRIP_EFFORT and way * lead > 0.0 for share, way, lead in pushes[-1:])
    acted: list[Limit] = []
    arm, jaw = goal_rad[:-1], goal_rad[-1]
    if part < 1.0:
        arm = blend(start_rad[:-1], arm, part)
        acted.append("contact")
    if grips:
        jaw = start_rad[-1]
        acted.append("grip")
    return (*arm, jaw), tuple(acted)
