"""The chain against emulated servos of both makers with faults on the wire, in simulated time."""

import pytest
from emulated_wire import SPECS, Wire
from register_servos import AT

from robot_bridge.buses.servo_reading import ServoSample
from robot_bridge.buses.servo_spec import ChainSpec
from sim_fallback.servo_bus.faults import BrownOut, Dead, Heal, Late, Mute, Noise, Overheat

both = pytest.mark.parametrize("spec", SPECS.values(), ids=SPECS)
STEPS_S = 200.0
STALL_NS = 80_000_000


def moving(now_ns: int) -> float:
    """Where the servos are while they turn steadily to and fro."""
    turned = STEPS_S * now_ns / 1e9 % 400.0
    return AT + min(turned, 400.0 - turned)


def stale(samples: tuple[ServoSample | None, ...], step: float) -> int:
    """How many samples are not where the servo was when they claim to have been measured."""
    return sum(abs(s.position_steps - moving(s.at_ns)) > step for s in samples if s is not None)


@both
def test_no_stale_sample_is_accepted_under_forty_stalls_of_80_ms_and_late_answers(spec: ChainSpec) -> None:
    wire = Wire(spec, moving)
    wire.until("ready")
    wire.faulted.inject(Late(chance=0.05, late_ms=80.0))
    found, wrong = 0, 0
    for number in range(800):
        reading = wire.tick(STALL_NS if number % 20 == 0 else 0)
        found += wire.fresh(reading.samples)
        wrong += stale(reading.samples, STEPS_S * 0.008)
    assert wrong == 0
    assert found > 6 * 800 * 0.75


@both
def test_one_dead_servo_costs_the_others_nothing_and_is_named_in_100_ms(spec: ChainSpec) -> None:
    wire = Wire(spec)
    wire.until("ready")
    wire.faulted.inject(Dead((4,)))
    died_ns, named_ns, fresh = wire.now_ns, 0, 0
    for _ in range(500):
        reading = wire.tick()
        fresh += wire.fresh((*reading.samples[:3], *reading.samples[4:]))
        if not named_ns and "wrist_flex" in wire.state.note:
            named_ns = wire.now_ns
    assert fresh >= 0.95 * 5 * 500
    assert 0 < named_ns - died_ns <= 100_000_000
    wire.faulted.inject(Heal())
    assert wire.until("ready").trouble == "none"


@both
def test_noise_of_one_byte_in_a_thousand_leaves_97_of_100_samples(spec: ChainSpec) -> None:
    wire = Wire(spec)
    wire.until("ready")
    wire.faulted.inject(Noise(flip=1e-3))
    fresh = 0
    for _ in range(800):
        reading = wire.tick()
        fresh += wire.fresh(reading.samples)
        assert reading.phase == "ready"
        assert all(one is not None and abs(one.position_steps - AT) <= 150 for one in reading.samples)
    assert fresh >= 0.97 * 6 * 800


@both
def test_a_silent_chain_is_lost_and_comes_back_where_it_stands(spec: ChainSpec) -> None:
    wire = Wire(spec)
    wire.until("ready")
    wire.faulted.inject(Mute())
    reading = wire.until("starting", ticks=300)
    assert reading.trouble == "bus_lost"
    wire.faulted.inject(Heal())
    assert wire.until("ready").held_steps == (AT,) * 6


@both
def test_a_brown_out_is_found_and_started_from_without_motion(spec: ChainSpec) -> None:
    wire = Wire(spec)
    wire.until("ready")
    wire.faulted.inject(BrownOut())
    wire.until("starting", ticks=12)
    assert wire.state.trouble == "servo_rebooted"
    assert wire.until("ready").held_steps == (AT,) * 6
    assert all(drive.torque_on and abs(drive.target_steps - AT) < 1.0 for drive in wire.faulted.drive(0.01))


@both
def test_heat_is_named_by_the_servo_itself(spec: ChainSpec) -> None:
    wire = Wire(spec)
    wire.until("ready")
    wire.faulted.inject(Overheat((2,), temperature_c=75.0))
    told = set()
    for _ in range(60):
        sample = wire.tick().samples[1]
        told.add((wire.state.trouble, sample.trouble if sample is not None else "none"))
    assert any("overheat" in pair for pair in told)


@both
def test_goals_reach_the_servos(spec: ChainSpec) -> None:
    wire = Wire(spec)
    wire.until("ready")
    for _ in range(60):
        wire.tick()
        wire.send((AT + 40,) * 6)
    assert {round(drive.target_steps) for drive in wire.faulted.drive(0.01)} == {AT + 40}
