"""The chain over a port that comes and goes, against the emulated servo bus."""

import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from robot_bridge.arms import ArmModel, load_arm, nominal_calibration
from robot_bridge.buses import serial_bus, serial_port
from robot_bridge.buses.bus import Goals
from robot_bridge.buses.reading import BusReading, absent
from robot_bridge.buses.serial_bus import RECONNECT_NS, SerialBus
from robot_bridge.buses.servo_angles import ServoAngles
from sim_fallback.servo_bus.chain import ServoChain
from sim_fallback.servo_bus.dynamixel import table
from sim_fallback.servo_bus.dynamixel.chain import DynamixelChain
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


def test_a_dynamixel_chain_is_started_read_and_driven_with_its_watchdog_armed(tmp_path: Path) -> None:
    angles = ServoAngles(load_arm("koch_v1_1"), nominal_calibration(load_arm("koch_v1_1")))
    servos = [
        ServoSpec(c.id, c.homing_offset, c.range_min, c.range_max, number)
        for c, number in zip(angles.calibration, angles.model.model_numbers, strict=True)
    ]
    chain = DynamixelChain(servos)
    chain.sense([Sensed((one.range_min + one.range_max) / 2, 0.0, 0.0) for one in servos], 0.01)
    emulated, bus = PtyBus(chain, tmp_path / "bus"), SerialBus(str(tmp_path / "bus"), angles, 20_000_000)
    emulated.start()
    held = until(bus, "ready").held_rad
    assert held is not None and {chain.servo(one.id).get(table.BUS_WATCHDOG) for one in servos} == {5}
    bus.send(Goals(tuple(angle + 0.02 for angle in held), (0.0,) * len(held)))
    until(bus, "ready")
    moved = [drive.torque_on for drive in emulated.drive(0.01)]
    assert all(moved)
    bus.release()
    until(bus, "released")
    assert not any(drive.torque_on for drive in emulated.drive(0.01))
    bus.engage()
    until(bus, "ready")
    emulated.close()
    assert bus.exchange().phase == "absent"
    bus.close()


def test_the_arm_is_found_by_its_calibration_whatever_its_port_is_called(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chain: ServoChain, emulated: PtyBus
) -> None:
    entries = ANGLES.calibration
    foreign = ServoChain([ServoSpec(c.id, c.homing_offset + 5, c.range_min, c.range_max) for c in entries])
    other = PtyBus(foreign, tmp_path / "other")
    other.start()
    emulated.start()
    ports = (str(tmp_path / "other"), str(tmp_path / "bus"))
    monkeypatch.setattr(serial_bus, "candidate_ports", lambda: ports)
    bus = SerialBus(serial_bus.AUTO, ANGLES, 20_000_000)
    until(bus, "ready")
    assert bus.opened <= 3 and not any(drive.torque_on for drive in other.drive(0.01))
    assert all(drive.torque_on for drive in emulated.drive(0.01))
    bus.close()
    other.close()


def test_without_any_port_there_is_nothing_to_look_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serial_bus, "candidate_ports", lambda: ())
    bus = SerialBus(serial_bus.AUTO, ANGLES, 20_000_000)
    assert bus.exchange() == absent(6) and "no serial port" in bus.note


def test_answers_read_after_a_stall_are_as_old_as_their_question(
    bus: SerialBus, emulated: PtyBus, monkeypatch: pytest.MonkeyPatch
) -> None:
    emulated.start()
    until(bus, "ready")
    reading = serial_port.SerialPort.read

    def stalled(port: serial_port.SerialPort, until_ns: int) -> bytes:
        time.sleep(0.08)
        return reading(port, until_ns)

    stalls = 0
    for number in range(40):
        began_ns = time.monotonic_ns()
        with monkeypatch.context() as patched:
            patched.setattr(serial_port.SerialPort, "read", stalled if number % 4 == 0 else reading)
            samples = bus.exchange().samples
        fresh = [one for one in samples if one is not None and one.at_ns > began_ns]
        if number % 4 == 0 and fresh:
            stalls += 1
            assert max(one.at_ns for one in fresh) - began_ns < 40_000_000
    assert stalls > 0


def test_a_chain_behind_a_socket_is_driven_like_one_behind_a_port(chain: ServoChain) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        bus = SerialBus(f"socket://127.0.0.1:{server.getsockname()[1]}", ANGLES, 20_000_000)
        thread = threading.Thread(target=_served, args=(server, chain), daemon=True)
        thread.start()
        until(bus, "ready")
        bus.close()
        thread.join(5.0)
        assert not thread.is_alive()


def test_a_socket_that_nobody_listens_on_is_no_bus_and_says_why() -> None:
    bus = SerialBus("socket://127.0.0.1:1", ANGLES, 20_000_000)
    ends_ns = time.monotonic_ns() + 5_000_000_000
    while not bus.note and time.monotonic_ns() < ends_ns:
        assert bus.exchange() == absent(6)
    assert bus.note


def _served(server: socket.socket, chain: ServoChain) -> None:
    """Hands bytes between one connection and the chain until it is closed."""
    line, _ = server.accept()
    with line:
        while data := line.recv(4096):
            for reply in chain.receive(data, time.monotonic_ns()):
                line.sendall(reply.data)


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
