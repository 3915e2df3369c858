"""The reference: the point that runs ahead of the motion toward the aim, never faster than allowed.

Each tick it takes one step: straight in space when the aim is a pose, straight in the joints when it is
not. One factor scales the whole step, so that the direction stays; the gripper steps by itself. The
step is bounded by the tool's speed, each joint's speed, the setpoint's speed scale, the clearances, and
by how far the goal already lies ahead of the measured position.
"""

from msgspec import Struct

from robot_bridge.arms.model import ArmModel
from robot_bridge.clearance import Surroundings, clear_step
from robot_bridge.kinematics import Inverses, Progress, Solution, distance, forward
from robot_bridge.limits import Aim, Posture, between, blend
from robot_bridge.wire.commands import PoseTarget
from robot_bridge.wire.state import Limit

STEP_STEPS = 3  # of the solver; a step that takes more is made straight in the joints
_HALF = 0.5


class Pace(Struct, frozen=True):
    """What bounds this step: period in s, speed scale, goals written and positions measured in rad."""

    period_s: float
    speed_scale: float
    goal_rad: Posture
    measured_rad: Posture


def advance(
    around: Surroundings, reference_rad: Posture, aim: Aim, pace: Pace
) -> tuple[Posture, tuple[Limit, ...]]:
    """The reference one period later, and the names of the limits that held it back."""
    model = around.model
    if reference_rad == aim.posture_rad:
        return reference_rad, ()
    acted: list[Limit] = []
    reach = pace.period_s * pace.speed_scale
    straight, fraction = _straight_step(model, reference_rad, aim, pace)
    joints, ratio = _bounded(model, reference_rad, straight, reach)
    if fraction < 1.0 or ratio < 1.0:
        acted.append("speed_scale" if pace.speed_scale < 1.0 else "velocity")
    room = _room(model, reference_rad, joints, pace)
    if room < 1.0:
        acted.append("look_ahead")
        joints = blend(reference_rad[:-1], joints, room)
    jaw, held = _jaw_step(model, reference_rad[-1], aim.posture_rad[-1], pace)
    if held and "look_ahead" not in acted:
        acted.append("look_ahead")
    stepped, cut = clear_step(around, reference_rad, (*joints, jaw), pace.period_s)
    return stepped, (*acted, *cut)


def _straight_step(model: ArmModel, start_rad: Posture, aim: Aim, pace: Pace) -> tuple[Posture, float]:
    """Arm joints after a step that the tool's speed allows, and the fraction of the way that it is."""
    start = forward(model, start_rad)
    goal = aim.pose if aim.pose is not None else forward(model, aim.posture_rad)
    fraction = min(_fraction(model, start, goal, pace), _room_ahead(model, start, goal, pace))
    if fraction >= 1.0:
        return aim.posture_rad[:-1], 1.0
    if aim.pose is not None:
        found = Inverses(model, Progress(start_rad), STEP_STEPS).ask(between(start, goal, fraction))
        if isinstance(found, Solution):
            return found.positions_rad[:-1], fraction
    return blend(start_rad[:-1], aim.posture_rad[:-1], fraction), fraction


def _room_ahead(model: ArmModel, start: PoseTarget, goal: PoseTarget, pace: Pace) -> float:
    """The fraction of the way that keeps the reference near the motion, which so never has to hurry."""
    way = distance(start, goal)
    if way == 0.0:
        return 1.0
    lead = distance(start, forward(model, pace.goal_rad))
    return max(0.0, model.tool_lead_m - lead) / way


def _fraction(model: ArmModel, start: PoseTarget, goal: PoseTarget, pace: Pace) -> float:
    reach = pace.period_s * pace.speed_scale
    turn = max(abs(goal.pitch_rad - start.pitch_rad), abs(goal.roll_rad - start.roll_rad))
    need = max(distance(start, goal) / model.tool_speed_m_s, turn / model.tool_turn_rad_s)
    return 1.0 if need <= reach else reach / need


def _bounded(model: ArmModel, start_rad: Posture, joints: Posture, reach: float) -> tuple[Posture, float]:
    """The step scaled as a whole so that no joint is too fast, and the scale."""
    ratio = 1.0
    for a, b, speed in zip(start_rad, joints, model.motion.velocity_rad_s, strict=False):
        step = abs(b - a)
        if step > speed * reach:
            ratio = min(ratio, speed * reach / step)
    return (joints if ratio == 1.0 else blend(start_rad[:-1], joints, ratio)), ratio


def _room(model: ArmModel, start_rad: Posture, joints: Posture, pace: Pace) -> float:
    """1 while every goal is near its measured position, falling to 0 where one is a look-ahead away."""
    room = 1.0
    ahead = zip(
        start_rad, joints, pace.goal_rad, pace.measured_rad, model.motion.look_ahead_rad, strict=False
    )
    for a, b, goal, measured, bound in ahead:
        lead = (goal - measured) if b >= a else (measured - goal)
        if b != a:
            room = min(room, max(0.0, (bound - lead) / (bound * _HALF)))
    return room


def _jaw_step(model: ArmModel, start: float, goal: float, pace: Pace) -> tuple[float, bool]:
    """The jaw's own step: at most its speed, and at most its look-ahead away from the measured angle."""
    reach = model.motion.velocity_rad_s[-1] * pace.period_s * pace.speed_scale
    wanted = min(start + reach, max(start - reach, goal))
    bound, measured = model.motion.look_ahead_rad[-1], pace.measured_rad[-1]
    kept = min(max(start, measured + bound), max(min(start, measured - bound), wanted))
    return kept, kept != wanted
