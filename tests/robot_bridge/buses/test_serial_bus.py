"""The chain over a port that comes and goes, against the emulated servo bus."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from robot_bridge.arms import ArmModel, load_arm, nominal_calibration
from robot_bridge.buses.bus import Goals
from robot_bridge.buses.reading import BusReading, absent
from robot_bridge.buses.serial_bus import RECONNECT_NS, SerialBus
from robot_bridge.buses.servo_angles import ServoAngles
from sim_fallback.servo_bus.chain import ServoChain
from sim_fallback.servo_bus.pty_bus import PtyBus
from sim_fallback.servo_bus.servo import Sensed, ServoSpec

pytestmark = pytest.mark.system
AT = 2000.0
ANGLES = ServoAngles(load_arm("so101"), nominal_calibration(load_arm("so101")))


def goals(steps: int) -> Goals:
    """Every servo at these steps."""
    return Goals(ANGLES.angles((steps,) * 6), (0.0,) * 6)


@pytest.fixture
def chain(so101: ArmModel) -> ServoChain:
    calibration = nominal_calibration(so101)
    made = ServoChain([ServoSpec(c.id, c.homing_offset, c.range_min, c.range_max) for c in calibration])
    made.sense([Sensed(AT, 0.0, 0.0)] * 6, 0.01)
    return made


@pytest.fixture
def emulated(tmp_path: Path, chain: ServoChain) -> Iterator[PtyBus]:
    made = PtyBus(chain, tmp_path / "bus")
    yield made
    made.close()


@pytest.fixture
def bus(tmp_path: Path, so101: ArmModel) -> Iterator[SerialBus]:
    made = SerialBus(str(tmp_path / "bus"), ANGLES, 20_000_000)
    yield made
    made.close()


def until(bus: SerialBus, phase: str) -> BusReading:
    """Exchanges until the bus is in this phase; fails after ten seconds."""
    ends_ns = time.monotonic_ns() + 10_000_000_000
    while time.monotonic_ns() < ends_ns:
        reading = bus.exchange()
        if reading.phase == phase:
            return reading
        time.sleep(0.005)
    raise AssertionError(f"{reading}, {bus.note}")


def test_a_port_that_is_not_there_is_tried_again_but_not_at_every_tick(bus: SerialBus) -> None:
    assert bus.exchange() == absent(6)
    assert "could not open port" in bus.note
    began_ns = time.monotonic_ns()
    while time.monotonic_ns() < began_ns + RECONNECT_NS // 4:
        bus.exchange()
    assert bus.opened == 0
    bus.send(goals(2000))


def test_a_healthy_chain_is_started_read_and_driven(bus: SerialBus, emulated: PtyBus) -> None:
    emulated.start()
    reading = until(bus, "ready")
    assert reading.held_rad == goals(2000).positions_rad
    assert all(drive.torque_on and drive.target_steps == AT for drive in emulated.drive(0.005))
    bus.send(goals(2010))
    until(bus, "ready")
    for _ in range(100):
        targets = [drive.target_steps for drive in emulated.drive(0.01)]
    assert targets == [2010.0] * 6


def test_an_unplugged_chain_is_found_again_behind_the_same_name(bus: SerialBus, emulated: PtyBus) -> None:
    emulated.start()
    until(bus, "ready")
    emulated.unplug()
    assert bus.exchange() == absent(6)
    bus.send(goals(2010))
    assert bus.exchange() == absent(6)
    emulated.replug()
    assert until(bus, "ready").held_rad == goals(2000).positions_rad
    assert bus.opened == 2


def test_a_port_lost_while_sending_is_lost(bus: SerialBus, emulated: PtyBus) -> None:
    emulated.start()
    until(bus, "ready")
    emulated.unplug()
    bus.send(goals(2010))
    assert bus.exchange() == absent(6)


def test_one_silent_servo_is_named(bus: SerialBus, emulated: PtyBus, chain: ServoChain) -> None:
    emulated.start()
    until(bus, "ready")
    chain.mute(frozenset({4}))
    reading = until(bus, "starting")
    assert reading.trouble == "servo_missing" and "wrist_flex" in bus.note
    chain.mute(frozenset())
    until(bus, "ready")


def test_a_chain_that_lost_power_is_started_again(
    bus: SerialBus, emulated: PtyBus, chain: ServoChain
) -> None:
    emulated.start()
    until(bus, "ready")
    chain.power_cycle()
    until(bus, "starting")
    assert "rebooted" in bus.note
    until(bus, "ready")
    assert all(drive.torque_on for drive in emulated.drive(0.005))


def test_answers_that_come_some_ticks_late_are_still_taken(
    so101: ArmModel, tmp_path: Path, emulated: PtyBus, chain: ServoChain
) -> None:
    angles = ANGLES
    hasty = SerialBus(str(tmp_path / "bus"), angles, patience_ns=300_000)
    emulated.start()
    until(hasty, "ready")
    for _ in range(50):
        assert hasty.exchange().phase == "ready"
    assert hasty.chain.counts.missing_answers < 0.2 * 6 * hasty.chain.counts.cycles
    chain.mute(frozenset(range(1, 7)))
    assert until(hasty, "starting").trouble == "bus_lost"
    hasty.close()
