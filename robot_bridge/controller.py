"""The whole tick as a pure step: commands and bus reading in, goals and arm state out.

Theory of operation. Each tick the orders take the datagrams, health judges the bus, the watchdog judges
silence. In play the setpoint becomes an aim inside every limit, the reference takes one bounded step
toward it, and the planner follows the reference with bounded velocity, acceleration and jerk; a motion
that a controlled stop could not end clear of everything guarded is not begun but stopped. In every
other mode the planner makes a controlled stop and stays there, unless the arm is being lowered to its
rest posture (see rest.py), where its torque may be released. While the bus is not ready no motion
exists; when it is again, motion starts as standing at the goals that the start-up gave the servos.
A measurement older than 40 ms also brings a controlled stop, for the goals could not be bounded by it.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from robot_bridge import clearance, contact, health, jog, limits, orders, outbox, reference, rest, safety
from robot_bridge.arms import ArmModel
from robot_bridge.buses.bus import Goals
from robot_bridge.buses.reading import BusPhase, BusReading
from robot_bridge.clearance import Surroundings
from robot_bridge.contact import Efforts
from robot_bridge.derate import Derate, derated
from robot_bridge.inbox import Malformed
from robot_bridge.limits import Aim, Posture
from robot_bridge.orders import Context, Orders
from robot_bridge.rest import Lowering, Rest, Torque
from robot_bridge.tool_speed import slower
from robot_bridge.trajectory import Motion, Planner, still
from robot_bridge.wire.commands import Command, JointVelocity, Reset, Setpoint, Target, ToolVelocity
from robot_bridge.wire.state import ArmState, Cause, JointState, Limit, Notice
from robot_bridge.zones import KeepOuts

STALE_NS = 40_000_000
SHUT_DOWN: tuple[Cause, ...] = ("overheat", "overload", "voltage")


@dataclass(frozen=True, slots=True)
class Inputs:
    """One tick's datagrams in the order they came, and the bus."""

    commands: tuple[Command | Malformed, ...]
    bus: BusReading


@dataclass(frozen=True, slots=True)
class ControllerState:
    """Everything that one tick leaves to the next."""

    tick: int
    orders: Orders
    health: health.Health
    motion: Motion | None
    reference_rad: Posture
    following: bool
    aim: Aim | None
    aimed: Target | None
    settle_rad: Posture | None
    limits: tuple[Limit, ...]
    derate: Derate = Derate()
    efforts: Efforts = Efforts()
    rest: Rest = Rest()


@dataclass(frozen=True, slots=True)
class Tick:
    """What a tick yields: the state, goals for the bus (None: send none), messages upward, torque wished."""

    state: ControllerState
    goals: Goals | None
    arm_state: ArmState
    notices: tuple[Notice, ...]
    torque: Torque = "keep"


class Controller:
    """One arm's controller; holds constants and the planner's workspaces, no state of its own."""

    def __init__(
        self,
        model: ArmModel,
        quantised: Callable[[Posture], Posture],
        period_s: float,
        keep_out: KeepOuts = (),
    ) -> None:
        """`quantised` gives the angles that goals become in the drive, as a function of them alone."""
        self._around = Surroundings(model, keep_out)
        self._model = model
        self._quantised = quantised
        self._period_s = period_s
        self._planner = Planner(model, period_s)
        self._lowering = Lowering(model, self._planner, period_s)

    def boot(self, boot_id: str, stop_generation: int, now_ns: int) -> ControllerState:
        """Latched under the boot id; the generation must exceed any that an earlier run used."""
        begun = orders.start(safety.boot(boot_id, stop_generation, now_ns), now_ns)
        lying = self._model.rest_rad
        return ControllerState(0, begun, health.Health(), None, lying, False, None, None, None, ())

    def tick(self, state: ControllerState, inputs: Inputs, now_ns: int) -> Tick:
        """One period; raises trajectory.PlanningFailed if no bounded motion exists (the process must end)."""
        joints = outbox.measure(inputs.bus, now_ns)
        state = self._meet_bus(replace(state, tick=state.tick + 1, limits=()), inputs.bus)
        state = self._judge(state, inputs, joints, now_ns)
        state = self._move(state, joints, now_ns) if _fresh(joints) else self._wait(state)
        applied, goals = self._goals(state)
        aim = state.aim
        view = outbox.View(
            state.tick,
            now_ns,
            joints,
            aim.requested_rad if aim is not None else None,
            applied,
            state.limits,
            inputs.bus.phase in ("ready", "released"),
            state.derate.scale,
            state.rest.posture,
        )
        message = outbox.arm_state(self._model, state.orders, view)
        notices = state.orders.notices
        told = replace(state.orders, notices=(), lower_asked=False)
        torque = "engage" if _lets_restart(state, inputs) else rest.torque(state.rest, state.motion)
        return Tick(replace(state, orders=told), goals, message, notices, torque)

    def _meet_bus(self, state: ControllerState, bus: BusReading) -> ControllerState:
        """Forgets the motion while the bus is not ready, and stands at the servos' goals when it is again."""
        if bus.phase != "ready" or bus.held_rad is None:
            return replace(state, motion=None, following=False, settle_rad=None)
        if state.motion is not None:
            return state
        return replace(state, motion=still(bus.held_rad), reference_rad=bus.held_rad)

    def _judge(
        self, state: ControllerState, inputs: Inputs, joints: tuple[JointState, ...], now_ns: int
    ) -> ControllerState:
        phase = inputs.bus.phase
        healthy, cause = health.step(state.health, self._model, inputs.bus, self._leads(state, joints))
        told = state.orders
        if cause is not None:
            told = orders.judge(told, safety.Fault(cause), now_ns)
        whole = state.motion is not None or phase == "released"
        context = Context(now_ns, len(joints) - 1, whole, healthy.fault, state.rest.posture)
        for command in inputs.commands:
            told = orders.take(told, command, context)
        told = orders.expire(told, now_ns)
        seen = _seen(state.orders, told, phase, healthy.fault, now_ns)
        efforts = contact.felt(state.efforts, self._model, inputs.bus.samples, self._period_s)
        slower_by = derated(state.derate, self._model, inputs.bus.samples, self._period_s)
        state = replace(
            state,
            health=healthy,
            orders=told,
            rest=rest.judge(state.rest, seen),
            derate=slower_by,
            efforts=efforts,
        )
        if cause != "following_error" or state.motion is None:
            return state
        yielded = (*_positions(joints)[:-1], state.motion.positions_rad[-1])
        return replace(state, following=False, settle_rad=limits.within(self._model, yielded))

    def _leads(self, state: ControllerState, joints: tuple[JointState, ...]) -> tuple[float, ...]:
        driven = state.orders.safety.mode == "play" or state.rest.posture == "resting"
        if state.motion is None or not driven:
            return ()
        goals = state.motion.positions_rad
        return tuple(goal - joint.position_rad for goal, joint in zip(goals, joints, strict=False))

    def _move(self, state: ControllerState, joints: tuple[JointState, ...], now_ns: int) -> ControllerState:
        motion = state.motion
        if motion is None:
            return replace(state, aim=None)
        if state.rest.posture == "resting":
            return self._lower(replace(state, aim=None), motion, joints, now_ns)
        if state.orders.safety.mode != "play":
            return self._stand(replace(state, aim=None), motion)
        if not state.following and not motion.at_rest:
            return replace(state, motion=self._planner.stop(motion), aim=None)
        if not state.following:
            state = replace(state, following=True, reference_rad=motion.positions_rad, settle_rad=None)
        return self._follow(state, motion, joints)

    def _wait(self, state: ControllerState) -> ControllerState:
        """A controlled stop while a measurement is too old to bound the goals by; play goes on after it."""
        if state.motion is None:
            return replace(state, aim=None)
        state = replace(state, motion=self._planner.stop(state.motion), following=False, aim=None)
        return replace(state, limits=("look_ahead",)) if state.orders.safety.mode == "play" else state

    def _lower(
        self, state: ControllerState, motion: Motion, joints: tuple[JointState, ...], now_ns: int
    ) -> ControllerState:
        """One period of lowering; where it can not go on, a fault says so and the arm stays held."""
        lowered = self._lowering.step(state.rest, motion, _positions(joints), now_ns)
        state = replace(
            state, motion=lowered.motion, rest=lowered.rest, limits=lowered.acted, following=False
        )
        if not lowered.failed:
            return state
        told = orders.judge(state.orders, safety.Fault("cannot_lower"), now_ns)
        return replace(state, orders=told, rest=rest.failed(lowered.rest, now_ns))

    def _stand(self, state: ControllerState, motion: Motion) -> ControllerState:
        """A controlled stop; after a following error the goals then give way to where the arm is."""
        settle = state.settle_rad
        if settle is None:
            return replace(state, motion=self._planner.stop(motion), following=False)
        if not state.following and not motion.at_rest:
            return replace(state, motion=self._planner.stop(motion))
        motion = self._planner.follow(motion, settle)
        return replace(state, motion=motion, following=True, settle_rad=None if motion.at_rest else settle)

    def _follow(
        self, state: ControllerState, motion: Motion, joints: tuple[JointState, ...]
    ) -> ControllerState:
        setpoint = state.orders.setpoint
        if setpoint is None:
            return replace(state, motion=self._planner.follow(motion, state.reference_rad), aim=None)
        measured = _positions(joints) or motion.positions_rad
        scale = setpoint.speed_scale * state.derate.scale
        aim = self._aim(state, setpoint, scale)
        pace = reference.Pace(self._period_s, scale, motion.positions_rad, measured)
        ahead, held_back = reference.advance(self._around, state.reference_rad, aim, pace)
        leads = tuple(goal - at for goal, at in zip(motion.positions_rad, measured, strict=True))
        ahead, eased = contact.eased(state.efforts, state.reference_rad, ahead, leads, self._period_s)
        ahead = limits.within(self._model, ahead)
        after, slowed = self._paced(motion, ahead)
        broken = self._unviable(motion, after)
        if broken is not None:
            # The stop that the last motion left room for; the reference then begins anew where it ends.
            after, slowed = self._planner.stop(motion), (*slowed, broken)
        return replace(
            state,
            motion=after,
            reference_rad=ahead,
            following=broken is None,
            aim=aim,
            aimed=setpoint.target,
            limits=tuple(dict.fromkeys((*aim.acted, *held_back, *eased, *slowed, *state.derate.acted))),
        )

    def _aim(self, state: ControllerState, setpoint: Setpoint, scale: float) -> Aim:
        """Where the setpoint leads: a place is solved once if it is within reach, a speed in every tick.

        What one tick does not work out of a place, the next one goes on with.
        """
        target = setpoint.target
        if isinstance(target, JointVelocity | ToolVelocity):
            return jog.ahead(self._model, target, state.reference_rad, self._period_s * scale)
        before = state.aim if state.aimed == target else None
        if before is not None and before.progress is None and "reach" not in before.acted:
            return before
        return limits.aim(self._model, target, state.reference_rad, before)

    def _unviable(self, motion: Motion, after: Motion) -> Limit | None:
        """The limit that the next motion could not keep any more by a controlled stop; None if it could."""
        return clearance.narrowed(self._around, motion.positions_rad, self._planner.standstill(after))

    def _paced(self, motion: Motion, target_rad: Posture) -> tuple[Motion, tuple[Limit, ...]]:
        """The next motion, planned again with slower joints when the tool would become too fast."""
        after = self._planner.follow(motion, target_rad)
        speeds = slower(self._model, after)
        if speeds is None:
            return after, ()
        return self._planner.follow(motion, target_rad, speeds), ("velocity",)

    def _goals(self, state: ControllerState) -> tuple[Posture | None, Goals | None]:
        """The angles that the drive makes of the goals, and the goals."""
        if state.motion is None:
            return None, None
        goals = Goals(state.motion.positions_rad, state.motion.velocities_rad_s)
        return self._quantised(goals.positions_rad), goals


def _seen(before: Orders, after: Orders, phase: BusPhase, fault: Cause, now_ns: int) -> rest.Seen:
    """What this tick means for the posture; a servo that gets hot is no reason to stop lowering the arm."""
    was, now = before.safety, after.safety
    unlatched = was.mode == "latched" and now.mode != "latched"
    latched_anew = now.stop_generation != was.stop_generation and now.cause not in rest.HOT
    return rest.Seen(
        now_ns=now_ns,
        phase=phase,
        fault=fault,
        latched=now.mode == "latched",
        asked=after.lower_asked,
        interrupted=unlatched or latched_anew or now.mode == "play",
        woken=unlatched or now.mode == "play",
    )


def _lets_restart(state: ControllerState, inputs: Inputs) -> bool:
    """Whether an operator resets this very stop while servos that shut themselves down wait for it.

    The reset itself is refused until the bus is whole again: the servos restart latched, where they stand.
    """
    shut = inputs.bus.phase == "starting" and inputs.bus.trouble in SHUT_DOWN
    named = state.orders.safety.stop_id
    return shut and any(isinstance(one, Reset) and one.stop_id == named for one in inputs.commands)


def _fresh(joints: tuple[JointState, ...]) -> bool:
    return all(joint.age_ns <= STALE_NS for joint in joints)


def _positions(joints: tuple[JointState, ...]) -> Posture:
    return tuple(joint.position_rad for joint in joints)
