"""The emulated Dynamixels spoken to by clients that are not ours: the maker's SDK, and rustypot."""

from collections.abc import Iterator
from pathlib import Path
from random import Random

import dynamixel_sdk
import pytest
import rustypot

from sim_fallback.servo_bus.dynamixel import table
from sim_fallback.servo_bus.dynamixel.chain import DynamixelChain
from sim_fallback.servo_bus.dynamixel.table import Item
from sim_fallback.servo_bus.faulted import FaultedChain
from sim_fallback.servo_bus.faults import Mute, Noise, Overheat, Overload
from sim_fallback.servo_bus.motor import Sensed, ServoSpec
from sim_fallback.servo_bus.pty_bus import PtyBus

pytestmark = pytest.mark.system
IDS = (1, 2, 3, 4)
MODELS = (1060, 1060, 1200, 1020)
OK = dynamixel_sdk.COMM_SUCCESS
Packets = dynamixel_sdk.Protocol2PacketHandler


@pytest.fixture
def bus(tmp_path: Path) -> Iterator[PtyBus]:
    specs = [ServoSpec(one, 0, 0, 4095, model) for one, model in zip(IDS, MODELS, strict=True)]
    bus = PtyBus(FaultedChain(DynamixelChain(specs), Random(5)), tmp_path / "bus")
    bus.sense([Sensed(1000.0 * one, 0.0, 0.0) for one in IDS], 0.01)
    bus.start()
    yield bus
    bus.close()


@pytest.fixture
def port(bus: PtyBus, monkeypatch: pytest.MonkeyPatch) -> Iterator[dynamixel_sdk.PortHandler]:
    """The client's port; it waits for half a second, as a busy machine may not run it sooner."""
    monkeypatch.setattr("dynamixel_sdk.port_handler.LATENCY_TIMER", 250)
    port = dynamixel_sdk.PortHandler(str(bus.path))
    assert port.setBaudRate(1_000_000)
    yield port
    port.closePort()


@pytest.fixture
def sdk() -> Packets:
    return dynamixel_sdk.PacketHandler(2.0)


def four(value: int) -> list[int]:
    return list(value.to_bytes(4, "little"))


def test_ping_one_and_all(port: dynamixel_sdk.PortHandler, sdk: Packets) -> None:
    assert [sdk.ping(port, one) for one in IDS] == [(model, OK, 0) for model in MODELS]
    found, result = sdk.broadcastPing(port)
    assert result == OK
    assert {one: found[one][0] for one in found} == dict(zip(IDS, MODELS, strict=True))
    assert found[3][1] == 46


def test_registers_of_every_length(port: dynamixel_sdk.PortHandler, sdk: Packets) -> None:
    assert sdk.write1ByteTxRx(port, 1, table.LED.address, 1) == (OK, 0)
    assert sdk.read1ByteTxRx(port, 1, table.LED.address) == (1, OK, 0)
    assert sdk.write2ByteTxRx(port, 1, table.PWM_LIMIT.address, 500) == (OK, 0)
    assert sdk.read2ByteTxRx(port, 1, table.PWM_LIMIT.address) == (500, OK, 0)
    assert sdk.write4ByteTxRx(port, 1, table.GOAL_POSITION.address, 2500) == (OK, 0)
    assert sdk.read4ByteTxRx(port, 1, table.GOAL_POSITION.address) == (2500, OK, 0)
    assert sdk.read4ByteTxRx(port, 2, table.PRESENT_POSITION.address) == (2000, OK, 0)


@pytest.mark.parametrize(
    ("item", "value", "error"),
    [
        (table.PRESENT_POSITION, 1, dynamixel_sdk.ERRNUM_ACCESS),
        (table.GOAL_POSITION, 4096, dynamixel_sdk.ERRNUM_DATA_LIMIT),
        (table.HOMING_OFFSET, 2_000_000, dynamixel_sdk.ERRNUM_DATA_RANGE),
    ],
)
def test_errors_have_the_makers_numbers(
    port: dynamixel_sdk.PortHandler, sdk: Packets, item: Item, value: int, error: int
) -> None:
    assert sdk.write4ByteTxRx(port, 1, item.address, value) == (OK, error)
    assert sdk.write2ByteTxRx(port, 1, item.address, 1)[1] in (error, dynamixel_sdk.ERRNUM_DATA_LENGTH)


def test_stuffed_bytes_cross(port: dynamixel_sdk.PortHandler, sdk: Packets) -> None:
    header = [0xFF, 0xFF, 0xFD, 0x00]
    assert sdk.writeTxRx(port, 1, 224, 4, header) == (OK, 0)
    assert sdk.readTxRx(port, 1, 224, 4) == (header, OK, 0)


@pytest.mark.parametrize("fast", [False, True])
def test_sync_read(port: dynamixel_sdk.PortHandler, sdk: Packets, fast: bool) -> None:
    group = dynamixel_sdk.GroupSyncRead(port, sdk, table.PRESENT_PWM.address, 23)
    for one in IDS:
        assert group.addParam(one)
    assert (group.fastSyncRead() if fast else group.txRxPacket()) == OK
    position, temperature = table.PRESENT_POSITION, table.PRESENT_TEMPERATURE
    assert all(group.isAvailable(one, position.address, 4) for one in IDS)
    assert [group.getData(one, position.address, 4) for one in IDS] == [1000 * one for one in IDS]
    assert {group.getData(one, temperature.address, 1) for one in IDS} == {25}


@pytest.mark.parametrize("fast", [False, True])
def test_bulk_read(port: dynamixel_sdk.PortHandler, sdk: Packets, fast: bool) -> None:
    """Ids that equal no length: in a fast read this client looks an id up among all parameters' bytes."""
    group = dynamixel_sdk.GroupBulkRead(port, sdk)
    assert group.addParam(1, table.PRESENT_POSITION.address, 4)
    assert group.addParam(3, table.MODEL_NUMBER.address, 2)
    assert (group.fastBulkRead() if fast else group.txRxPacket()) == OK
    assert group.getData(1, table.PRESENT_POSITION.address, 4) == 1000
    assert group.getData(3, table.MODEL_NUMBER.address, 2) == 1200


def test_sync_write_and_bulk_write(bus: PtyBus, port: dynamixel_sdk.PortHandler, sdk: Packets) -> None:
    goals = dynamixel_sdk.GroupSyncWrite(port, sdk, table.GOAL_POSITION.address, 4)
    for one in IDS:
        assert goals.addParam(one, four(2000 + one))
    assert goals.txPacket() == OK
    torques = dynamixel_sdk.GroupBulkWrite(port, sdk)
    for one in IDS:
        assert torques.addParam(one, table.TORQUE_ENABLE.address, 1, [1])
    assert torques.txPacket() == OK
    assert sdk.read1ByteTxRx(port, 4, table.TORQUE_ENABLE.address) == (1, OK, 0)
    assert [drive.target_steps for drive in bus.drive(9.0)] == [2000.0 + one for one in IDS]


def test_reg_write_and_action(port: dynamixel_sdk.PortHandler, sdk: Packets) -> None:
    assert sdk.regWriteTxRx(port, 1, table.LED.address, 1, [1]) == (OK, 0)
    assert sdk.read1ByteTxRx(port, 1, table.LED.address) == (0, OK, 0)
    assert sdk.action(port, 1) == OK  # sent; this client leaves the answer to be read
    assert sdk.rxPacket(port, False)[1] == OK
    assert sdk.read1ByteTxRx(port, 1, table.LED.address) == (1, OK, 0)


def test_a_shutdown_is_told_and_ends_with_a_reboot(
    bus: PtyBus, port: dynamixel_sdk.PortHandler, sdk: Packets
) -> None:
    assert sdk.write1ByteTxRx(port, 1, table.TORQUE_ENABLE.address, 1) == (OK, 0)
    bus.inject(Overload((1,)))
    for _ in range(21):
        bus.sense([Sensed(2048.0, 0.0, 0.0)] * 4, 0.1)
    alert = dynamixel_sdk.ERRBIT_ALERT
    assert sdk.read1ByteTxRx(port, 1, table.HARDWARE_ERROR.address) == (32, OK, alert)
    assert sdk.read1ByteTxRx(port, 1, table.TORQUE_ENABLE.address) == (0, OK, alert)
    assert sdk.reboot(port, 1) == (OK, 0)
    assert sdk.read1ByteTxRx(port, 1, table.HARDWARE_ERROR.address) == (0, OK, 0)


def test_clear_and_factory_reset(port: dynamixel_sdk.PortHandler, sdk: Packets) -> None:
    assert sdk.clearMultiTurn(port, 4) == (OK, 0)
    assert sdk.write1ByteTxRx(port, 4, table.TEMPERATURE_LIMIT.address, 60) == (OK, 0)
    assert sdk.factoryReset(port, 4, 0x02) == (OK, 0)
    assert sdk.read1ByteTxRx(port, 4, table.TEMPERATURE_LIMIT.address) == (80, OK, 0)


def test_the_watchdog_locks_the_goals(bus: PtyBus, port: dynamixel_sdk.PortHandler, sdk: Packets) -> None:
    assert sdk.write1ByteTxRx(port, 1, table.TORQUE_ENABLE.address, 1) == (OK, 0)
    assert sdk.write1ByteTxRx(port, 1, table.BUS_WATCHDOG.address, 5) == (OK, 0)
    bus.drive(0.2)
    assert sdk.read1ByteTxRx(port, 1, table.BUS_WATCHDOG.address) == (255, OK, 0)
    refused = (OK, dynamixel_sdk.ERRNUM_DATA_RANGE)
    assert sdk.write4ByteTxRx(port, 1, table.GOAL_POSITION.address, 100) == refused
    assert sdk.write1ByteTxRx(port, 1, table.BUS_WATCHDOG.address, 0) == (OK, 0)
    assert sdk.write4ByteTxRx(port, 1, table.GOAL_POSITION.address, 100) == (OK, 0)


def test_velocity_and_current_limits_bound_what_the_makers_client_asks(
    bus: PtyBus, port: dynamixel_sdk.PortHandler, sdk: Packets
) -> None:
    assert sdk.write4ByteTxRx(port, 3, table.VELOCITY_LIMIT.address, 20) == (OK, 0)
    assert sdk.write2ByteTxRx(port, 3, table.CURRENT_LIMIT.address, 147) == (OK, 0)
    assert sdk.read4ByteTxRx(port, 3, table.VELOCITY_LIMIT.address) == (20, OK, 0)
    assert sdk.read2ByteTxRx(port, 3, table.CURRENT_LIMIT.address) == (147, OK, 0)
    mode = table.OPERATING_MODE.address
    assert sdk.write1ByteTxRx(port, 3, mode, table.CURRENT_POSITION_MODE) == (OK, 0)
    assert sdk.write4ByteTxRx(port, 3, table.PROFILE_VELOCITY.address, 300) == (OK, 0)
    assert sdk.write1ByteTxRx(port, 3, table.TORQUE_ENABLE.address, 1) == (OK, 0)
    refused = sdk.write2ByteTxRx(port, 3, table.GOAL_CURRENT.address, 148)
    assert refused == (OK, dynamixel_sdk.ERRNUM_DATA_LIMIT)
    closed = sdk.write4ByteTxRx(port, 3, table.VELOCITY_LIMIT.address, 300)
    assert closed == (OK, dynamixel_sdk.ERRNUM_ACCESS)
    assert sdk.write4ByteTxRx(port, 3, table.GOAL_POSITION.address, 4000) == (OK, 0)
    drive = bus.drive(1.0)[2]
    assert drive.target_steps == pytest.approx(3000.0 + 20 * table.STEPS_S_PER_UNIT)
    assert drive.torque_fraction == pytest.approx(0.1)


def test_a_mute_servo_fails_the_whole_sync_read(
    bus: PtyBus, port: dynamixel_sdk.PortHandler, sdk: Packets
) -> None:
    bus.inject(Mute((2,)))
    group = dynamixel_sdk.GroupSyncRead(port, sdk, table.PRESENT_POSITION.address, 4)
    for one in IDS:
        assert group.addParam(one)
    assert group.txRxPacket() != OK
    assert group.fastSyncRead() != OK


@pytest.fixture
def rusty(bus: PtyBus) -> rustypot.Xl430PyController:
    return rustypot.Xl430PyController(str(bus.path), 1_000_000, 0.5)


def test_rustypot_reads_writes_and_reboots(bus: PtyBus, rusty: rustypot.Xl430PyController) -> None:
    assert rusty.ping(1)
    assert rusty.sync_read_present_position(list(IDS)) == [1000, 2000, 3000, 4000]
    rusty.sync_write_goal_position([1, 2], [2100, 2200])
    rusty.sync_write_torque_enable([1, 2], [True, True])
    assert rusty.read_raw_data(1, table.TORQUE_ENABLE.address, 1) == [1]
    assert [drive.target_steps for drive in bus.drive(9.0)][:2] == [2100.0, 2200.0]
    assert rusty.read_raw_data_with_error(2, table.GOAL_POSITION.address, 4) == (four(2200), 0)
    assert rusty.write_raw_data_with_error(2, table.PRESENT_POSITION.address, four(1)) == 7
    assert rusty.write_raw_data_with_error(3, table.VELOCITY_LIMIT.address, four(20)) == 0
    assert rusty.read_raw_data_with_error(3, table.VELOCITY_LIMIT.address, 4) == (four(20), 0)
    rusty.reboot(1)
    assert rusty.read_raw_data(1, table.TORQUE_ENABLE.address, 1) == [0]
    assert rusty.scan(list(range(1, 7))) == dict(zip(IDS, MODELS, strict=True))


def test_rustypot_sees_the_alert(bus: PtyBus, rusty: rustypot.Xl430PyController) -> None:
    bus.inject(Overheat((2,), 95.0))
    bus.sense([Sensed(2048.0, 0.0, 0.0)] * 4, 0.01)
    found = rusty.sync_read_raw_data_with_error([1, 2], table.PRESENT_TEMPERATURE.address, 1)
    assert found == [([25], 0), ([95], 0x80)]


def test_noise_never_makes_the_makers_client_believe_a_wrong_value(
    bus: PtyBus, port: dynamixel_sdk.PortHandler, sdk: Packets, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dynamixel_sdk.port_handler.LATENCY_TIMER", 5)
    bus.inject(Noise(flip=0.01))
    found = [sdk.readTxRx(port, 3, table.PRESENT_POSITION.address, 4) for _ in range(200)]
    assert [data for data, result, error in found if (result, error) == (OK, 0) and data != four(3000)] == []
    assert any(result != OK or error for _, result, error in found)
    assert any((data, result) == (four(3000), OK) for data, result, _ in found)
