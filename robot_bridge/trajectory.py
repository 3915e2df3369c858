"""Jerk-limited motion of all joints, one period at a time.

`follow` and `stop` are functions of their arguments only; the planner keeps ruckig's workspaces and
nothing else. Targets must lie within the soft limits: a profile that starts from a state which could
stop inside them never leaves them. The controlled stop uses its own, quicker bounds.
"""

from msgspec import Struct
from ruckig import (
    ControlInterface,
    InputParameter,
    Result,
    Ruckig,
    RuckigError,
    Synchronization,
    Trajectory,
)

from robot_bridge.arms.model import ArmModel

_STILL = 1e-7
_NOISE = 1e-9
_THERE = 1e-9


class PlanningFailed(ArithmeticError):
    """No profile exists for this state; nothing below the bridge may be told to move."""


class Motion(Struct, frozen=True):
    """Commanded position rad, velocity rad/s and acceleration rad/s2 of every joint, gripper last."""

    positions_rad: tuple[float, ...]
    velocities_rad_s: tuple[float, ...]
    accelerations_rad_s2: tuple[float, ...]

    @property
    def at_rest(self) -> bool:
        """Whether nothing moves and nothing is about to."""
        return all(abs(v) < _STILL for v in (*self.velocities_rad_s, *self.accelerations_rad_s2))


def still(positions_rad: tuple[float, ...]) -> Motion:
    """Standing at these joint angles."""
    zeros = (0.0,) * len(positions_rad)
    return Motion(positions_rad, zeros, zeros)


class Planner:
    """Steps a motion by one period, toward a posture or to a stop."""

    def __init__(self, model: ArmModel, period_s: float) -> None:
        count = len(model.joints)
        motion = model.motion
        self._period_s = period_s
        self._ruckig = Ruckig(count, period_s)
        self._trajectory = Trajectory(count)
        self._follow = InputParameter(count)
        self._together = [Synchronization.Time] * (count - 1) + [Synchronization.No]
        self._apart = [Synchronization.No] * count
        self._follow.target_velocity = self._follow.target_acceleration = (0.0,) * count
        self._speeds_rad_s = motion.velocity_rad_s
        self._follow.max_acceleration = motion.acceleration_rad_s2
        self._follow.max_jerk = motion.jerk_rad_s3
        self._stop = InputParameter(count)
        self._stop.control_interface = ControlInterface.Velocity
        self._stop.synchronization = Synchronization.No
        self._stop.target_velocity = self._stop.target_acceleration = (0.0,) * count
        self._stop.max_velocity = motion.velocity_rad_s
        self._stop.max_acceleration = motion.stop_acceleration_rad_s2
        self._stop.max_jerk = motion.stop_jerk_rad_s3

    def follow(
        self, motion: Motion, target_rad: tuple[float, ...], speeds_rad_s: tuple[float, ...] | None = None
    ) -> Motion:
        """The motion one period later on its way to rest at the target; raises PlanningFailed.

        `speeds_rad_s` takes the place of the arm's own bounds on velocity for this period.
        """
        if motion.at_rest and _near(motion.positions_rad, target_rad):
            return still(target_rad)
        self._follow.max_velocity = speeds_rad_s or self._speeds_rad_s
        self._follow.target_position = target_rad
        # ruckig now and then finds no profile that ends all joints together; each one alone it always does.
        for synchronization in (self._together, self._apart):
            self._follow.per_dof_synchronization = synchronization
            after = self._step(self._follow, motion)
            if after is not None:
                return after
        return self.stop(motion)

    def stop(self, motion: Motion) -> Motion:
        """The motion one period later on its way to standstill, wherever that is; raises PlanningFailed."""
        if motion.at_rest:
            return still(motion.positions_rad)
        stopped = self._step(self._stop, motion)
        if stopped is None:
            raise PlanningFailed(f"no profile from {motion}")
        return stopped

    def standstill(self, motion: Motion) -> tuple[float, ...]:
        """Where the controlled stop would bring this motion to rest; raises PlanningFailed."""
        if motion.at_rest:
            return motion.positions_rad
        if self._step(self._stop, motion) is None:
            raise PlanningFailed(f"no profile from {motion}")
        return tuple(self._trajectory.at_time(self._trajectory.duration)[0])

    def _step(self, wanted: InputParameter, motion: Motion) -> Motion | None:
        """One period along the profile; None when ruckig finds none, which noise can make it do."""
        wanted.current_position = motion.positions_rad
        wanted.current_velocity = _quiet(motion.velocities_rad_s)
        wanted.current_acceleration = _quiet(motion.accelerations_rad_s2)
        try:
            result = self._ruckig.calculate(wanted, self._trajectory)
        except RuckigError:
            return None
        if result not in (Result.Working, Result.Finished):
            return None
        positions, velocities, accelerations = self._trajectory.at_time(self._period_s)
        return Motion(tuple(positions), tuple(velocities), tuple(accelerations))


def _quiet(values: tuple[float, ...]) -> tuple[float, ...]:
    """The values with rounding noise taken away."""
    return tuple(0.0 if abs(value) < _NOISE else value for value in values)


def _near(a: tuple[float, ...], b: tuple[float, ...]) -> bool:
    return all(abs(x - y) < _THERE for x, y in zip(a, b, strict=True))
