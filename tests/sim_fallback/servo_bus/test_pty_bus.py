"""The pseudo-terminal, spoken to by a client that is not ours (feetech-servo-sdk) and by plain reads."""

import os
import select
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import scservo_sdk
import serial

from sim_fallback.servo_bus import registers as reg
from sim_fallback.servo_bus.chain import ServoChain
from sim_fallback.servo_bus.faults import Heal, Mute, Noise, Replug, Unplug
from sim_fallback.servo_bus.packets import PING, instruction_frame, status_frame
from sim_fallback.servo_bus.pty_bus import PtyBus
from sim_fallback.servo_bus.servo import Sensed, ServoSpec

pytestmark = pytest.mark.system
IDS = (1, 2, 3, 4, 5, 6)
OK = scservo_sdk.COMM_SUCCESS


@pytest.fixture
def bus(tmp_path: Path) -> Iterator[PtyBus]:
    bus = PtyBus(ServoChain([ServoSpec(one, 0, 0, 4095) for one in IDS]), tmp_path / "run" / "bus")
    bus.start()
    yield bus
    bus.close()


@pytest.fixture
def port(bus: PtyBus, monkeypatch: pytest.MonkeyPatch) -> Iterator[scservo_sdk.PortHandler]:
    """The client's port; it waits for half a second, as a busy machine may not run it sooner."""
    monkeypatch.setattr("scservo_sdk.port_handler.LATENCY_TIMER", 250)
    port = scservo_sdk.PortHandler(str(bus.path))
    assert port.setBaudRate(1_000_000)
    yield port
    port.closePort()


@pytest.fixture
def client() -> scservo_sdk.protocol_packet_handler:
    return scservo_sdk.PacketHandler(0)


def open_raw(bus: PtyBus) -> int:
    return os.open(bus.path, os.O_RDWR | os.O_NOCTTY)


def read_raw(fd: int, count: int) -> bytes:
    data = b""
    while len(data) < count:
        ready, _, _ = select.select([fd], [], [], 5.0)
        assert ready, f"only {data!r} came"
        data += os.read(fd, count)
    return data


def test_a_foreign_client_pings_each_servo(
    port: scservo_sdk.PortHandler, client: scservo_sdk.protocol_packet_handler
) -> None:
    assert [client.ping(port, one) for one in IDS] == [(777, OK, 0)] * 6
    assert client.ping(port, 9)[1] == scservo_sdk.COMM_RX_TIMEOUT


def test_a_foreign_client_writes_and_reads_registers(
    bus: PtyBus, port: scservo_sdk.PortHandler, client: scservo_sdk.protocol_packet_handler
) -> None:
    assert bus.goal_changed_ns == 0
    assert client.write2ByteTxRx(port, 3, reg.GOAL_POSITION.address, 2500) == (OK, 0)
    assert 0 < bus.goal_changed_ns <= time.monotonic_ns()
    assert client.read2ByteTxRx(port, 3, reg.GOAL_POSITION.address) == (2500, OK, 0)
    assert client.write1ByteTxRx(port, 3, reg.ACCELERATION.address, 50) == (OK, 0)
    assert client.read1ByteTxRx(port, 3, reg.ACCELERATION.address) == (50, OK, 0)


def test_a_foreign_client_reads_all_servos_at_once(
    bus: PtyBus, port: scservo_sdk.PortHandler, client: scservo_sdk.protocol_packet_handler
) -> None:
    bus.sense([Sensed(100.0 * one, -7.0, 0.0) for one in IDS], 0.01)
    group = scservo_sdk.GroupSyncRead(port, client, reg.PRESENT_POSITION.address, 15)
    for one in IDS:
        assert group.addParam(one)
    assert group.txRxPacket() == OK
    assert [group.getData(one, reg.PRESENT_POSITION.address, 2) for one in IDS] == [100 * one for one in IDS]
    assert {group.getData(one, reg.PRESENT_SPEED.address, 2) for one in IDS} == {7 | 1 << 15}
    assert {group.getData(one, reg.PRESENT_VOLTAGE.address, 1) for one in IDS} == {74}


def test_a_foreign_client_moves_all_servos_at_once(
    bus: PtyBus, port: scservo_sdk.PortHandler, client: scservo_sdk.protocol_packet_handler
) -> None:
    bus.sense([Sensed(2000.0, 0.0, 0.0)] * 6, 0.01)
    torque = scservo_sdk.GroupSyncWrite(port, client, reg.TORQUE_ENABLE.address, 1)
    goal = scservo_sdk.GroupSyncWrite(port, client, reg.GOAL_POSITION.address, 2)
    for one in IDS:
        assert torque.addParam(one, [1])
        assert goal.addParam(one, [(2000 + one) & 0xFF, (2000 + one) >> 8])
    assert goal.txPacket() == OK
    assert torque.txPacket() == OK
    assert client.read1ByteTxRx(port, 6, reg.TORQUE_ENABLE.address) == (1, OK, 0)
    assert [one.target_steps for one in bus.drive(1.0)] == [2000.0 + one for one in IDS]


def test_an_unplugged_port_fails_at_the_client_and_comes_back_under_the_same_name(
    bus: PtyBus, client: scservo_sdk.protocol_packet_handler, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scservo_sdk.port_handler.LATENCY_TIMER", 250)
    fd = open_raw(bus)
    os.write(fd, instruction_frame(1, PING))
    assert read_raw(fd, 6) == status_frame(1, 0, b"")
    bus.unplug()
    bus.unplug()
    assert not bus.path.is_symlink()
    with pytest.raises(OSError, match="Input/output"):
        os.write(fd, b"x")
    os.close(fd)
    bus.replug()
    bus.replug()
    port = scservo_sdk.PortHandler(str(bus.path))
    assert port.openPort()
    assert client.ping(port, 1) == (777, OK, 0)
    port.closePort()


def test_pyserial_sees_the_unplugging(bus: PtyBus) -> None:
    line = serial.Serial(str(bus.path), 1_000_000, timeout=5)
    bus.unplug()
    with pytest.raises(serial.SerialException):
        line.read(1)
    line.close()


def test_a_client_may_come_and_go(bus: PtyBus) -> None:
    for _ in range(3):
        fd = open_raw(bus)
        os.write(fd, instruction_frame(2, PING))
        assert read_raw(fd, 6) == status_frame(2, 0, b"")
        os.close(fd)


def test_answers_take_no_less_than_their_time_on_the_wire(bus: PtyBus) -> None:
    fd = open_raw(bus)
    request = instruction_frame(1, 0x02, bytes((0, 200)))
    began_ns = time.monotonic_ns()
    os.write(fd, request)
    read_raw(fd, 206)
    assert time.monotonic_ns() - began_ns >= (206 + len(request)) * 10_000
    os.close(fd)


def test_a_client_that_never_reads_loses_answers_and_stops_nothing(bus: PtyBus) -> None:
    fd = open_raw(bus)
    for _ in range(60):
        os.write(fd, instruction_frame(1, 0x02, bytes((0, 250))))
    while select.select([fd], [], [], 0.5)[0]:
        os.read(fd, 4096)
    os.write(fd, instruction_frame(1, PING))
    assert read_raw(fd, 6) == status_frame(1, 0, b"")
    os.close(fd)


def test_faults_reach_the_chain_and_the_plug(bus: PtyBus) -> None:
    bus.inject(Mute((2,)))
    bus.inject(Unplug())
    assert not bus.path.is_symlink()
    bus.inject(Replug())
    fd = open_raw(bus)
    os.write(fd, instruction_frame(2, PING) + instruction_frame(3, PING))
    assert read_raw(fd, 6) == status_frame(3, 0, b"")
    bus.inject(Heal())
    os.write(fd, instruction_frame(2, PING))
    assert read_raw(fd, 6) == status_frame(2, 0, b"")
    os.close(fd)


class Always:
    """Chance that gives one number for ever."""

    def __init__(self, number: float) -> None:
        self.number = number

    def random(self) -> float:
        return self.number

    def getrandbits(self, k: int, /) -> int:
        return 0


def test_chance_comes_from_whom_it_was_given(bus: PtyBus) -> None:
    fd = open_raw(bus)
    bus.inject(Noise(drop=0.5))
    bus.reseed(Always(0.1))
    os.write(fd, instruction_frame(2, PING))
    assert select.select([fd], [], [], 0.1)[0] == []
    bus.reseed(Always(0.9))
    os.write(fd, instruction_frame(3, PING))
    assert read_raw(fd, 6) == status_frame(3, 0, b"")
    os.close(fd)


def test_an_idle_bus_sleeps(bus: PtyBus) -> None:
    began = time.process_time()
    select.select([], [], [], 0.3)
    assert time.process_time() - began < 0.1
