"""Goals of one tick as commands to the arm's ROS controllers.

Theory of operation. A joint_trajectory_controller gets a point where the joints shall be at the end of the
tick, with their velocities, and behind it a point at rest as far on as an even braking needs: whatever
becomes of the bridge, the newest trajectory ends standing, also in a controller without `cmd_timeout` and
in one that refuses trajectories which end in motion. With the robot's time in its header it stands there
until 100 ms after that time: a controller refuses what ended in the past, so commands that were held up on
the way die whether or not the middleware drops them. A forward_command_controller gets the positions. A
MoveIt Servo node gets velocities: those of the goals and a pull toward them. Once the goals rest, commands
are repeated for a while and then cease; for a Servo only when the arm is there, too.
"""

from dataclasses import dataclass

from robot_bridge.arms.model import ArmModel
from robot_bridge.buses.bus import Goals
from robot_bridge.buses.reading import Posture
from robot_bridge.ros.config import RosArm, RosController, RosJoint, controlled
from robot_bridge.ros.messages import (
    Command,
    JointJog,
    JointTrajectory,
    MultiArray,
    Outgoing,
    TrajectoryPoint,
    TwistStamped,
    Values,
)
from robot_bridge.ros.tool_motion import tool_twist

REST_TICKS = 20
SETTLE_TICKS = 150
FRESH_NS = 100_000_000
_RESTING_RAD_S = 1e-9
_THERE_RAD = 0.004
_NOT_WORTH_RAD = 0.001


@dataclass(frozen=True, slots=True)
class Controllers:
    """The arm, its ROS names and controllers, and the tick's length."""

    model: ArmModel
    config: RosArm
    period_ns: int

    def places(self, controller: RosController) -> tuple[int, ...]:
        """Where this controller's joints stand in the arm's order."""
        names = [joint.name for joint in self.config.joints]
        return tuple(names.index(name) for name in controlled(self.config, controller))


@dataclass(frozen=True, slots=True)
class Sent:
    """The goals of the tick before, and for how many ticks they have been at rest."""

    positions_rad: Posture = ()
    resting: int = 0


@dataclass(frozen=True, slots=True)
class Moment:
    """Where the joints were measured, and the robot's own time (0: unknown)."""

    measured_rad: Posture
    robot_time_ns: int


def step(arm: Controllers, sent: Sent, goals: Goals, moment: Moment) -> tuple[Sent, tuple[Outgoing, ...]]:
    """What has been sent after this tick, and the commands to send."""
    still = all(abs(speed) < _RESTING_RAD_S for speed in goals.velocities_rad_s)
    still = still and goals.positions_rad == sent.positions_rad
    sent = Sent(goals.positions_rad, min(sent.resting + 1, SETTLE_TICKS) if still else 0)
    leads = tuple(goal - at for goal, at in zip(goals.positions_rad, moment.measured_rad, strict=True))
    chosen = (
        (number, controller)
        for number, controller in enumerate(arm.config.controllers)
        if sent.resting < _patience(arm, controller, leads)
    )
    return sent, tuple(
        Outgoing(number, _command(arm, controller, goals, moment)) for number, controller in chosen
    )


def _patience(arm: Controllers, controller: RosController, leads: Posture) -> int:
    """For how many ticks at rest this controller still gets commands."""
    if controller.kind in ("joint_trajectory", "forward_command"):
        return REST_TICKS
    there = all(abs(leads[place]) < _THERE_RAD for place in arm.places(controller))
    return REST_TICKS if there else SETTLE_TICKS


def _command(arm: Controllers, controller: RosController, goals: Goals, moment: Moment) -> Command:
    places = arm.places(controller)
    names = controlled(arm.config, controller)
    match controller.kind:
        case "joint_trajectory":
            stamp_ns = moment.robot_time_ns if controller.stamped else 0
            points = _points(arm, places, goals)
            return JointTrajectory(stamp_ns, names, _lasting(points) if stamp_ns > 0 else points)
        case "forward_command":
            return MultiArray(_positions(arm, places, goals.positions_rad))
        case "servo_joint":
            speeds = _rates(arm, places, _pulled(arm, controller, goals, moment))
            return JointJog(moment.robot_time_ns, names, speeds, arm.period_ns / 1e9)
        case _:
            speeds = _pulled(arm, controller, goals, moment)
            linear, angular = tool_twist(arm.model, moment.measured_rad, speeds)
            return TwistStamped(moment.robot_time_ns, controller.frame, linear, angular)


def _points(arm: Controllers, places: tuple[int, ...], goals: Goals) -> tuple[TrajectoryPoint, ...]:
    """Where the tick ends, and where braking evenly from there ends."""
    speeds = goals.velocities_rad_s
    braking = arm.model.motion.stop_acceleration_rad_s2
    first = TrajectoryPoint(
        _positions(arm, places, goals.positions_rad), _rates(arm, places, speeds), arm.period_ns
    )
    stopping_s = max(abs(speeds[place]) / braking[place] for place in places)
    stopping_ns = round(stopping_s * 1e9)
    if stopping_ns == 0:
        return (first,)
    rest = tuple(
        min(joint.limits_rad[1], max(joint.limits_rad[0], at + speed * stopping_s / 2))
        for joint, at, speed in zip(arm.model.joints, goals.positions_rad, speeds, strict=True)
    )
    standing = (0.0,) * len(places)
    return (first, TrajectoryPoint(_positions(arm, places, rest), standing, arm.period_ns + stopping_ns))


def _lasting(points: tuple[TrajectoryPoint, ...]) -> tuple[TrajectoryPoint, ...]:
    """The points, and standing where they end for as long as the command counts as fresh."""
    last = points[-1]
    if last.from_start_ns >= FRESH_NS:
        return points
    return (*points, TrajectoryPoint(last.positions, (0.0,) * len(last.positions), FRESH_NS))


def _pulled(arm: Controllers, controller: RosController, goals: Goals, moment: Moment) -> Posture:
    """The goals' velocities and a pull toward the goals (rad/s), the whole vector within the arm's caps."""
    leads = tuple(goal - at for goal, at in zip(goals.positions_rad, moment.measured_rad, strict=True))
    speeds = tuple(
        speed + (controller.gain_hz * lead if abs(lead) > _NOT_WORTH_RAD else 0.0)
        for speed, lead in zip(goals.velocities_rad_s, leads, strict=True)
    )
    caps = arm.model.motion.velocity_rad_s
    share = min(1.0, *(cap / max(abs(speed), 1e-12) for cap, speed in zip(caps, speeds, strict=True)))
    return tuple(share * speed for speed in speeds)


def _joint(arm: Controllers, place: int) -> RosJoint:
    return arm.config.joints[place]


def _positions(arm: Controllers, places: tuple[int, ...], angles_rad: Posture) -> Values:
    return tuple(_joint(arm, place).scale * angles_rad[place] + _joint(arm, place).offset for place in places)


def _rates(arm: Controllers, places: tuple[int, ...], speeds_rad_s: Posture) -> Values:
    return tuple(_joint(arm, place).scale * speeds_rad_s[place] for place in places)
