"""Controller, servo chain and emulated servos in lock-step: no clock, no port, the same bits every time."""

import hashlib
from collections.abc import Sequence

import msgspec
import pytest
from lock_step import IdealServos, LockStep

from robot_bridge.arms import ArmModel
from robot_bridge.kinematics import distance
from robot_bridge.wire.commands import Command, Enable, PoseTarget, Reset, Rest, Setpoint
from robot_bridge.wire.state import ArmState
from sim_fallback.servo_bus import Reply

PERIOD_NS = 10_000_000
TARGETS = (PoseTarget(0.24, 0.1, 0.08, -1.2, 0.2, 0.5), PoseTarget(0.2, -0.1, 0.04, -1.4, 0.0, 0.0))


def episode(model: ArmModel, ticks: int = 400) -> tuple[str, ArmState]:
    """Plays one episode; returns the hash of every state message, and the last one."""
    digest = hashlib.sha256()
    for state in LockStep(IdealServos(model), model).play(commands, ticks):
        digest.update(msgspec.msgpack.encode(state))
    return digest.hexdigest(), state


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


class MutedServos(IdealServos):
    """Ones whose answers can be kept back."""

    mute = False

    def receive(self, data: bytes, now_ns: int) -> Sequence[Reply]:
        replies = super().receive(data, now_ns)
        return [] if self.mute else replies


def test_the_arm_arrives_through_registers_and_steps_alone(so101: ArmModel) -> None:
    _, last = episode(so101, 395)
    assert distance(last.measured_pose, TARGETS[1]) < 0.002


def test_the_arm_is_lowered_released_and_engaged_again_without_a_jump(so101: ArmModel) -> None:
    servos = IdealServos(so101)
    bench = LockStep(servos, so101)
    bench.until(lambda state: bool(state.applied_rad))
    bench.tick(Rest(1, "rest-1", 1, bench.now_ns + 50_000_000))
    lying = bench.until(lambda state: state.posture == "released")
    bench.tick()
    assert servos.torques == [False] * 6
    measured = tuple(joint.position_rad for joint in lying.joints)
    assert max(abs(a - b) for a, b in zip(measured[:-1], so101.rest_rad[:-1], strict=True)) < 0.02
    servos.at = [at + 40.0 for at in servos.at]  # pushed by hand while it lies without torque
    before = list(servos.at)
    assert bench.until(lambda _: True).posture == "released"
    bench.tick(Reset(1, "boot-1"))
    bench.until(lambda state: state.posture == "held")
    for _ in range(50):
        bench.tick()
    assert servos.torques == [True] * 6
    assert max(abs(a - b) for a, b in zip(servos.at, before, strict=True)) <= 1.0


@pytest.mark.parametrize("silent_ticks", [1, 2, 5, 9])
def test_a_bus_that_is_silent_just_as_the_torque_goes_latches_nothing(
    so101: ArmModel, silent_ticks: int
) -> None:
    servos = MutedServos(so101)
    bench = LockStep(servos, so101)
    bench.until(lambda state: bool(state.applied_rad))
    bench.tick(Reset(1, "boot-1"))
    bench.tick(Rest(1, "rest-1", 1, bench.now_ns + 50_000_000))
    bench.until(lambda _: bench.chain.released)
    for _ in range(silent_ticks):
        servos.mute = True
        assert bench.tick().mode == "idle"
    servos.mute = False
    bench.until(lambda state: state.posture == "released")
    assert bench.tick().mode == "idle" and servos.torques == [False] * 6


def test_a_brown_out_latches_and_the_arm_comes_back_where_it_sagged_to(
    so101: ArmModel,
) -> None:
    servos = IdealServos(so101)
    bench = LockStep(servos, so101)
    bench.until(lambda state: bool(state.applied_rad))
    bench.tick(Reset(1, "boot-1"), Enable(1, 1, 1))
    for number in range(40):
        bench.tick(Setpoint(1, 1, 1, number, bench.now_ns + 60_000_000, TARGETS[0]))
    servos.chain.power_cycle()
    servos.at[1] -= 60.0
    for number in range(40, 50):
        state = bench.tick(Setpoint(1, 1, 1, number, bench.now_ns + 60_000_000, TARGETS[0]))
        if state.mode == "latched":
            break
    assert (state.mode, state.cause) == ("latched", "servo_rebooted")
    sagged = servos.at[1]
    bench.until(lambda state: state.bus_ok)
    for _ in range(50):
        assert bench.tick().mode == "latched"
    assert servos.torques == [True] * 6 and abs(servos.at[1] - sagged) <= 1.0
    assert bench.tick(Reset(1, "servo_rebooted-2")).mode == "idle"
