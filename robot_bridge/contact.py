"""What the joints' effort says about touching things: the reference eases off before the servos strain.

Effort is the measured load as a share of what the joint may give, smoothed over 50 ms so that one damaged
sample changes little. From 0.7 on, a step that pushes further slows as a whole, and at 0.85 it ends; above
that the reference gives way towards where the arm is, for a servo that strains for two seconds shuts itself
down (register 36 as delivered: 80 % of stall) and then only an operator can go on. A step that gives way is
free. The jaw stops shutting, or opening, at 0.8: it holds with the force that it has.
"""

from msgspec import Struct

from robot_bridge.arms.model import ArmModel
from robot_bridge.buses.reading import JointSample
from robot_bridge.limits import Posture, blend
from robot_bridge.wire.state import Limit

EASING_FROM = 0.7
YIELDING_FROM = 0.85
YIELD_RATE_HZ = 6.0
GRIP_EFFORT = 0.8
SMOOTHING_S = 0.05
MEMORY_S = 0.6


class Efforts(Struct, frozen=True):
    """Smoothed share of its torque that each joint gives, the gripper last; empty before any sample.

    `recent` falls more slowly than it rises: without that memory the arm would knock against what it touches.
    """

    shares: tuple[float, ...] = ()
    recent: tuple[float, ...] = ()


def felt(
    before: Efforts, model: ArmModel, samples: tuple[JointSample | None, ...], period_s: float
) -> Efforts:
    """The efforts one period later; a joint that did not answer keeps its last one."""
    known = len(before.shares) == len(samples)
    shares = before.shares if known else (0.0,) * len(samples)
    gain = period_s / (SMOOTHING_S + period_s)
    joints = zip(shares, samples, model.servo.torque_limit, strict=False)
    shares = tuple(share + gain * _rise(share, sample, limit) for share, sample, limit in joints)
    kept = 1.0 - period_s / (MEMORY_S + period_s)
    past = before.recent if known else shares
    return Efforts(shares, tuple(max(share, kept * old) for share, old in zip(shares, past, strict=True)))


def _rise(share: float, sample: JointSample | None, limit: float) -> float:
    return 0.0 if sample is None or limit <= 0.0 else abs(sample.load) / limit - share


def eased(
    efforts: Efforts, start_rad: Posture, goal_rad: Posture, leads_rad: tuple[float, ...], period_s: float
) -> tuple[Posture, tuple[Limit, ...]]:
    """The step's end, nearer to its start where it would push on, and the limits that cut it.

    `leads_rad` is how far each joint's goal lies from its measured angle: whither the joint pushes.
    """
    ways = [b - a for a, b in zip(start_rad, goal_rad, strict=True)]
    pushes = [way * lead for way, lead in zip(ways, leads_rad, strict=True)]
    part = min(map(_part, efforts.recent[:-1], pushes), default=1.0)
    yielding = _yielding(max(efforts.shares[:-1], default=0.0)) * period_s
    arm, jaw = blend(start_rad[:-1], goal_rad[:-1], part), goal_rad[-1]
    acted: list[Limit] = []
    if part < 1.0 or yielding > 0.0:
        arm = tuple(q - yielding * lead for q, lead in zip(arm, leads_rad[:-1], strict=True))
        acted.append("contact")
    if efforts.shares and efforts.shares[-1] > GRIP_EFFORT and pushes[-1] > 0.0:
        jaw = start_rad[-1]
        acted.append("grip")
    return (*arm, jaw), tuple(acted)


def _part(share: float, push: float) -> float:
    """How much of a step a joint with this effort lets the arm take; a `push` above 0 strains it on."""
    if push <= 0.0:
        return 1.0
    return min(1.0, max(0.0, (YIELDING_FROM - share) / (YIELDING_FROM - EASING_FROM)))


def _yielding(share: float) -> float:
    """The part of its lead that the arm gives up per second at this effort."""
    return YIELD_RATE_HZ * min(1.0, max(0.0, (share - YIELDING_FROM) / (1.0 - YIELDING_FROM)))
