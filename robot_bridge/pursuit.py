"""One period of play: from the setpoint in force to the next motion, inside every limit.

Theory of operation. The setpoint becomes an aim inside every limit, the reference takes one bounded step
toward it and eases off where a joint strains, and the planner follows the reference with bounded velocity,
acceleration and jerk. A motion that a controlled stop could not end clear of everything guarded is not begun:
the motion makes the stop that the last one left room for, and the reference begins anew where that ends.
"""

from msgspec import Struct

from robot_bridge import contact, jog, limits, reference
from robot_bridge.clearance import Surroundings, narrowed
from robot_bridge.contact import Efforts
from robot_bridge.derate import Derate
from robot_bridge.limits import Aim, Posture
from robot_bridge.tool_speed import slower
from robot_bridge.trajectory import Motion, Planner
from robot_bridge.wire.commands import JointVelocity, Setpoint, Target, ToolVelocity
from robot_bridge.wire.state import Limit


class Course(Struct, frozen=True):
    """Where the reference is, the aim that it goes to, and the target which that aim answers."""

    reference_rad: Posture
    aim: Aim | None
    aimed: Target | None


class Felt(Struct, frozen=True):
    """Where the joints were measured, how much they strain, and how near servos are to a health limit."""

    measured_rad: Posture
    efforts: Efforts
    derate: Derate


class Pursued(Struct, frozen=True):
    """One period of play; `following` is False when the motion stops instead of following the reference."""

    course: Course
    motion: Motion
    following: bool
    acted: tuple[Limit, ...]


class Pursuit(Struct, frozen=True):
    """What play needs besides its state: the arm in its surroundings, its planner and the period in s."""

    around: Surroundings
    planner: Planner
    period_s: float

    def step(self, course: Course, motion: Motion, setpoint: Setpoint, felt: Felt) -> Pursued:
        """One period toward the setpoint."""
        scale = setpoint.speed_scale * felt.derate.scale
        aim = self._aim(course, setpoint.target, scale)
        pace = reference.Pace(self.period_s, scale, motion.positions_rad, felt.measured_rad)
        ahead, held_back = reference.advance(self.around, course.reference_rad, aim, pace)
        leads = tuple(goal - at for goal, at in zip(motion.positions_rad, felt.measured_rad, strict=True))
        ahead, eased = contact.eased(felt.efforts, course.reference_rad, ahead, leads, self.period_s)
        ahead = limits.within(self.around.model, ahead)
        after, slowed = self._paced(motion, ahead)
        broken = narrowed(self.around, motion.positions_rad, self.planner.standstill(after))
        refused: tuple[Limit, ...] = () if broken is None else (broken,)
        if refused:
            after = self.planner.stop(motion)
        acted: tuple[Limit, ...] = (*aim.acted, *held_back, *eased, *slowed, *refused, *felt.derate.acted)
        course = Course(ahead, aim, setpoint.target)
        return Pursued(course, after, not refused, tuple(dict.fromkeys(acted)))

    def _aim(self, course: Course, target: Target, scale: float) -> Aim:
        """Where the target leads: a place is solved once if it is within reach, a speed in every period.

        What one period does not work out of a place, the next one goes on with.
        """
        model = self.around.model
        if isinstance(target, JointVelocity | ToolVelocity):
            return jog.ahead(model, target, course.reference_rad, self.period_s * scale)
        before = course.aim if course.aimed == target else None
        if before is not None and before.progress is None and "reach" not in before.acted:
            return before
        return limits.aim(model, target, course.reference_rad, before)

    def _paced(self, motion: Motion, target_rad: Posture) -> tuple[Motion, tuple[Limit, ...]]:
        """The next motion, planned again with slower joints when the tool would become too fast."""
        after = self.planner.follow(motion, target_rad)
        speeds = slower(self.around.model, after)
        if speeds is None:
            return after, ()
        return self.planner.follow(motion, target_rad, speeds), ("velocity",)
