"""Controller and servo chain in lock-step with what they drive: no clock, no port, no thread."""

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from robot_bridge.arms import ArmModel, nominal_calibration, rad_to_steps
from robot_bridge.buses import servo_chain
from robot_bridge.buses.servo_angles import ServoAngles
from robot_bridge.buses.servo_spec import chain_spec
from robot_bridge.controller import Controller, Inputs
from robot_bridge.wire.commands import Command
from robot_bridge.wire.state import ArmState
from sim_fallback.servo_bus import Reply
from sim_fallback.servo_bus.chain import ServoChain
from sim_fallback.servo_bus.servo import Sensed, ServoSpec

TICK_NS = 10_000_000
TICK_S = TICK_NS / 1e9
Script = Callable[[int, int], tuple[Command, ...]]


class Driven(Protocol):
    """What hangs on the bus: servos, and whatever they move."""

    def receive(self, data: bytes, now_ns: int) -> Sequence[Reply]:
        """The answers to these bytes."""
        ...

    def advance(self) -> None:
        """Lets one tick pass."""


class IdealServos:
    """Servos that are where their profiles are; one without torque stays where it is."""

    def __init__(self, model: ArmModel) -> None:
        """At the arm's ready posture."""
        calibration = nominal_calibration(model)
        specs = [ServoSpec(c.id, c.homing_offset, c.range_min, c.range_max) for c in calibration]
        self.chain = ServoChain(specs)
        pairs = enumerate(zip(calibration, model.ready_rad, strict=True))
        self.at = [float(rad_to_steps(model, i, c, q)) for i, (c, q) in pairs]
        self.torques = [False] * len(specs)
        self._sense()

    def receive(self, data: bytes, now_ns: int) -> Sequence[Reply]:
        """The answers of the emulated chain."""
        return self.chain.receive(data, now_ns)

    def advance(self) -> None:
        """One tick of motion."""
        driven = self.chain.drive(TICK_S)
        self.torques = [drive.torque_on for drive in driven]
        self.at = [
            drive.target_steps if drive.torque_on else at for drive, at in zip(driven, self.at, strict=True)
        ]
        self._sense()

    def _sense(self) -> None:
        self.chain.sense([Sensed(at, 0.0, 0.0) for at in self.at], TICK_S)


class LockStep:
    """The bridge's centre and what it drives, one tick at a time, so that faults can be put in between."""

    def __init__(self, driven: Driven, model: ArmModel, start_ns: int = 0) -> None:
        """Boots the controller at `start_ns`."""
        calibration = nominal_calibration(model)
        self.driven, self.now_ns = driven, start_ns
        self.spec, self.angles = chain_spec(model, calibration), ServoAngles(model, calibration)
        self.controller = Controller(model, self.angles.quantised, TICK_S)
        self.state = self.controller.boot("boot-1", 1, start_ns)
        self.chain = servo_chain.start(self.spec)

    def tick(self, *commands: Command) -> ArmState:
        """One period, and what the bridge says of it."""
        self.now_ns += TICK_NS
        self.chain, sent = servo_chain.begin(self.spec, self.chain)
        for reply in self.driven.receive(sent, self.now_ns):
            self.chain = servo_chain.receive(self.spec, self.chain, reply.data, self.now_ns)
        self.chain, reading = servo_chain.finish(self.spec, self.chain, self.now_ns)
        tick = self.controller.tick(self.state, Inputs(commands, self.angles.reading(reading)), self.now_ns)
        self.state = tick.state
        if tick.goals is not None:
            steps = self.angles.steps(tick.goals.positions_rad)
            self.driven.receive(servo_chain.command(self.spec, self.chain, steps), self.now_ns)
        if tick.torque == "release":
            self.chain = servo_chain.release(self.chain)
        if tick.torque == "engage":
            self.chain = servo_chain.engage(self.chain)
        self.driven.advance()
        return tick.arm_state

    def play(self, script: Script, ticks: int) -> Iterator[ArmState]:
        """What the bridge says after each tick while `script(tick, now_ns)` commands it."""
        for number in range(1, ticks + 1):
            yield self.tick(*script(number, self.now_ns + TICK_NS))

    def until(self, done: Callable[[ArmState], bool], ticks: int = 3000) -> ArmState:
        """Ticks until the state is so."""
        for _ in range(ticks):
            state = self.tick()
            if done(state):
                return state
        raise AssertionError(state)
