"""Controller, servo chain and emulated servos in lock-step: no clock, no port, the same bits every time."""

import hashlib

import msgspec

from robot_bridge.arms import ArmModel, nominal_calibration, rad_to_steps
from robot_bridge.buses import servo_chain
from robot_bridge.buses.servo_angles import ServoAngles
from robot_bridge.buses.servo_spec import chain_spec
from robot_bridge.controller import Controller, Inputs
from robot_bridge.kinematics import distance
from robot_bridge.wire.commands import Command, Enable, PoseTarget, Reset, Setpoint
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
            chain = servo_chain.receive(spec, chain, reply.data)
        chain, reading = servo_chain.finish(spec, chain, now_ns)
        tick = controller.tick(state, Inputs(commands(number, now_ns), angles.reading(reading)), now_ns)
        state = tick.state
        digest.update(msgspec.msgpack.encode(tick.arm_state))
        if tick.goals is not None:
            servos.receive(servo_chain.command(spec, angles.steps(tick.goals.positions_rad)), now_ns)
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
