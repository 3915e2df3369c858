"""The whole tick as a pure step: commands and bus reading in, goals and arm state out.

Theory of operation. Each tick the orders take the datagrams, health judges the bus, the watchdog judges
silence. In play the motion pursues the setpoint inside every limit (see pursuit.py). In every other mode
the planner makes a controlled stop and stays there, unless the arm is being lowered to its rest posture
(see rest.py and lowering.py), where its torque may be released. While the bus is not ready no motion
exists; when it is again, motion starts as standing at the goals that the start-up gave the servos.
A measurement older than 40 ms also brings a controlled stop, for the goals could not be bounded by it.
"""

from collections.abc import Callable

from msgspec import Struct
from msgspec.structs import replace

from robot_bridge import contact, health, limits, orders, outbox, rest, safety
from robot_bridge.arms import ArmModel
from robot_bridge.buses.bus import Goals
from robot_bridge.buses.reading import BusReading
from robot_bridge.clearance import Surroundings
from robot_bridge.contact import Efforts
from robot_bridge.derate import Derate, derated
from robot_bridge.inbox import Malformed
from robot_bridge.limits import Aim, Posture
from robot_bridge.lowering import Lowering
from robot_bridge.orders import Context, Orders
from robot_bridge.pursuit import Course, Felt, Pursuit
from robot_bridge.rest import Rest, Torque
from robot_bridge.trajectory import Motion, Planner, still
from robot_bridge.wire.commands import Command, Reset, Target
from robot_bridge.wire.state import ArmState, Cause, JointState, Limit, Notice
from robot_bridge.zones import KeepOuts

STALE_NS = 40_000_000
SHUT_DOWN: tuple[Cause, ...] = ("overheat", "overload", "voltage")


class Inputs(Struct, frozen=True):
    """One tick's datagrams in the order they came, and the bus."""

    commands: tuple[Command | Malformed, ...]
    bus: BusReading


class ControllerState(Struct, frozen=True):
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


class Tick(Struct, frozen=True):
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
        self._model = model
        self._quantised = quantised
        self._period_s = period_s
        self._planner = Planner(model, period_s)
        self._pursuit = Pursuit(Surroundings(model, keep_out), self._planner, period_s)
        self._lowering = Lowering(Surroundings(model, keep_out, boxed=False), self._planner, period_s)

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
            state.limits or state.rest.hindrances,
            inputs.bus.phase in ("ready", "releasing", "released"),
            state.derate.scale,
            state.rest.posture,
            aim.posture_rad if aim is not None else None,
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
        seen = rest.see(state.orders.safety, told.safety, phase, healthy.fault, told.lower_asked, now_ns)
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
        lying = state.rest
        lowered = self._lowering.step(lying.descent, motion, _positions(joints), now_ns - lying.since_ns)
        lying = replace(lying, descent=lowered.descent)
        state = replace(state, motion=lowered.motion, rest=lying, limits=lowered.acted, following=False)
        if not lowered.failed:
            return state
        told = orders.judge(state.orders, safety.Fault("cannot_lower"), now_ns)
        return replace(state, orders=told, rest=rest.failed(lying, lowered.acted, now_ns))

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
        felt = Felt(_positions(joints) or motion.positions_rad, state.efforts, state.derate)
        course = Course(state.reference_rad, state.aim, state.aimed)
        pursued = self._pursuit.step(course, motion, setpoint, felt)
        return replace(
            state,
            motion=pursued.motion,
            reference_rad=pursued.course.reference_rad,
            following=pursued.following,
            aim=pursued.course.aim,
            aimed=pursued.course.aimed,
            limits=pursued.acted,
        )

    def _goals(self, state: ControllerState) -> tuple[Posture | None, Goals | None]:
        """The angles that the drive makes of the goals, and the goals."""
        if state.motion is None:
            return None, None
        goals = Goals(state.motion.positions_rad, state.motion.velocities_rad_s)
        return self._quantised(goals.positions_rad), goals


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
