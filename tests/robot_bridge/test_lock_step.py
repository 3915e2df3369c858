"""Controller, servo chain and emulated servos in lock-step: no clock, no port, the same bits every time."""

import hashlib
from collections.abc import Callable

import msgspec

from robot_bridge.arms import ArmModel, nominal_calibration, rad_to_steps
from robot_bridge.buses import servo_chain
from robot_bridge.buses.servo_angles import ServoAngles
from robot_bridge.buses.servo_spec import chain_spec
from robot_bridge.controller import Controller, Inputs
from robot_bridge.kinematics import distance
from robot_bridge.wire.commands import Command, Enable, PoseTarget, Reset, Rest, Setpoint
from robot_bridge.wire.state import ArmState
from sim_fallback.servo_bus.chain import ServoChain
from sim_fallback.servo_bus.servo import Sensed, ServoSpec

PERIOD_NS = 10_000_000
TARGETS = (PoseTarget(0.24, 0.1, 0.08, -1.2, 0.2, 0.5), PoseTarget(0.2, -0.1, 0.04, -1.4, 0.0, 0.0))


def episode(model: ArmModel, ticks: int = 400) -> tuple[str, ArmState]:
    """Plays one episode; returns the hash of every state message, and the last one."""
    calibration = nominal_calibration(model)
    spec, angles = chain_spec(model, calibration), ServoAngles(model, calibration)
    servos = ServoChain([ServoSpec(c.id, c.homing_offset, c.range_min, c.range_max) for c in calibration])
    pairs = enumerate(zip(calibration, model.ready_rad, strict=True))
    servos.sense([Sensed(float(rad_to_steps(model, i, c, q)), 0.0, 0.0) for i, (c, q) in pairs], 0.01)
    controller = Controller(model, angles.quantised, PERIOD_NS / 1e9)
    state, chain = controller.boot("boot-1", 1, 0), servo_chain.start(spec)
    digest = hashlib.sha256()
    for number in range(1, ticks + 1):
        now_ns = number * PERIOD_NS
        chain, sent = servo_chain.begin(spec, chain)
        for reply in servos.receive(sent, now_ns):
            chain = servo_chain.receive(spec, chain, reply.data, now_ns)
        chain, reading = servo_chain.finish(spec, chain, now_ns)
        tick = controller.tick(state, Inputs(commands(number, now_ns), angles.reading(reading)), now_ns)
        state = tick.state
        digest.update(msgspec.msgpack.encode(tick.arm_state))
        if tick.goals is not None:
            servos.receive(servo_chain.command(spec, chain, angles.steps(tick.goals.positions_rad)), now_ns)
        driven = servos.drive(PERIOD_NS / 1e9)
        servos.sense([Sensed(drive.target_steps, 0.0, 0.0) for drive in driven], PERIOD_NS / 1e9)
    return digest.hexdigest(), tick.arm_state


def commands(number: int, now_ns: int) -> tuple[Command, ...]:
    """Reset and enable at the tenth tick, then one of two targets, a hundred and fifty ticks each."""
    if number < 10:
        return ()
    if number == 10:
        return (Reset(1, "boot-1"), Enable(1, 1, 1))
    target = TARGETS[number // 200 % 2]
    return (Setpoint(1, 1, 1, number, now_ns + 50_000_000, target),)


def test_the_same_commands_give_the_same_bits(so101: ArmModel) -> None:
    first, last = episode(so101)
    second, _ = episode(so101)
    assert first == second
    assert last.mode == "play"
    assert distance(last.measured_pose, TARGETS[0]) < 0.25


def test_the_arm_arrives_through_registers_and_steps_alone(so101: ArmModel) -> None:
    _, last = episode(so101, 395)
    assert distance(last.measured_pose, TARGETS[1]) < 0.002


class Bench:
    """The same lock-step, one tick at a time, so that faults can be put in between."""

    def __init__(self, model: ArmModel) -> None:
        calibration = nominal_calibration(model)
        self.spec, self.angles = chain_spec(model, calibration), ServoAngles(model, calibration)
        specs = [ServoSpec(c.id, c.homing_offset, c.range_min, c.range_max) for c in calibration]
        self.servos = ServoChain(specs)
        pairs = enumerate(zip(calibration, model.ready_rad, strict=True))
        self.at = [float(rad_to_steps(model, i, c, q)) for i, (c, q) in pairs]
        self.servos.sense([Sensed(at, 0.0, 0.0) for at in self.at], 0.01)
        self.controller = Controller(model, self.angles.quantised, PERIOD_NS / 1e9)
        self.state, self.chain = self.controller.boot("boot-1", 1, 0), servo_chain.start(self.spec)
        self.now_ns = 0
        self.torques = [False] * 6

    def tick(self, *commands: Command) -> ArmState:
        """One period; a servo without torque stays where it is."""
        self.now_ns += PERIOD_NS
        self.chain, sent = servo_chain.begin(self.spec, self.chain)
        for reply in self.servos.receive(sent, self.now_ns):
            self.chain = servo_chain.receive(self.spec, self.chain, reply.data, self.now_ns)
        self.chain, reading = servo_chain.finish(self.spec, self.chain, self.now_ns)
        tick = self.controller.tick(self.state, Inputs(commands, self.angles.reading(reading)), self.now_ns)
        self.state = tick.state
        if tick.goals is not None:
            steps = self.angles.steps(tick.goals.positions_rad)
            self.servos.receive(servo_chain.command(self.spec, self.chain, steps), self.now_ns)
        if tick.torque == "release":
            self.chain = servo_chain.release(self.chain)
        if tick.torque == "engage":
            self.chain = servo_chain.engage(self.chain)
        driven = self.servos.drive(PERIOD_NS / 1e9)
        self.torques = [drive.torque_on for drive in driven]
        self.at = [
            drive.target_steps if drive.torque_on else at for drive, at in zip(driven, self.at, strict=True)
        ]
        self.servos.sense([Sensed(at, 0.0, 0.0) for at in self.at], PERIOD_NS / 1e9)
        return tick.arm_state

    def until(self, done: Callable[[ArmState], bool], ticks: int = 3000) -> ArmState:
        """Ticks until the state is so."""
        for _ in range(ticks):
            state = self.tick()
            if done(state):
                return state
        raise AssertionError(state)


def test_the_arm_is_lowered_released_and_engaged_again_without_a_jump(so101: ArmModel) -> None:
    bench = Bench(so101)
    bench.until(lambda state: bool(state.applied_rad))
    bench.tick(Rest(1, "rest-1", 1, bench.now_ns + 50_000_000))
    lying = bench.until(lambda state: state.posture == "released")
    bench.tick()
    assert bench.torques == [False] * 6
    measured = tuple(joint.position_rad for joint in lying.joints)
    assert max(abs(a - b) for a, b in zip(measured[:-1], so101.rest_rad[:-1], strict=True)) < 0.02
    bench.at = [at + 40.0 for at in bench.at]  # pushed by hand while it lies without torque
    before = list(bench.at)
    assert bench.until(lambda _: True).posture == "released"
    bench.tick(Reset(1, "boot-1"))
    bench.until(lambda state: state.posture == "held")
    for _ in range(50):
        bench.tick()
    assert bench.torques == [True] * 6
    assert max(abs(a - b) for a, b in zip(bench.at, before, strict=True)) <= 1.0


def test_a_brown_out_latches_and_the_arm_comes_back_where_it_sagged_to(
    so101: ArmModel,
) -> None:
    bench = Bench(so101)
    bench.until(lambda state: bool(state.applied_rad))
    bench.tick(Reset(1, "boot-1"), Enable(1, 1, 1))
    for number in range(40):
        bench.tick(Setpoint(1, 1, 1, number, bench.now_ns + 60_000_000, TARGETS[0]))
    bench.servos.power_cycle()
    bench.at[1] -= 60.0
    for number in range(40, 50):
        state = bench.tick(Setpoint(1, 1, 1, number, bench.now_ns + 60_000_000, TARGETS[0]))
        if state.mode == "latched":
            break
    assert (state.mode, state.cause) == ("latched", "servo_rebooted")
    sagged = bench.at[1]
    bench.until(lambda state: state.bus_ok)
    for _ in range(50):
        assert bench.tick().mode == "latched"
    assert bench.torques == [True] * 6 and abs(bench.at[1] - sagged) <= 1.0
    assert bench.tick(Reset(1, "servo_rebooted-2")).mode == "idle"
