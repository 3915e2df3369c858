"""The emulated Feetech servos spoken to by rustypot; feetech-servo-sdk speaks to them in test_pty_bus."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import rustypot

from sim_fallback.servo_bus.chain import ServoChain
from sim_fallback.servo_bus.faults import Heal, Mute, Overheat
from sim_fallback.servo_bus.health import HEAT_FAULT
from sim_fallback.servo_bus.motor import STS3215, Sensed, ServoSpec
from sim_fallback.servo_bus.pty_bus import PtyBus
from sim_fallback.servo_bus.registers import PRESENT_TEMPERATURE, TORQUE_ENABLE

pytestmark = pytest.mark.system
IDS = (1, 2, 3, 4)
PLACES = [Sensed(1000.0 * one, 0.0, 0.0) for one in IDS]


@pytest.fixture
def bus(tmp_path: Path) -> Iterator[PtyBus]:
    bus = PtyBus(ServoChain([ServoSpec(one, 0, 0, 4095) for one in IDS]), tmp_path / "bus")
    bus.sense(PLACES, 0.01)
    bus.start()
    yield bus
    bus.close()


@pytest.fixture
def rusty(bus: PtyBus) -> rustypot.Sts3215PyController:
    return rustypot.Sts3215PyController(str(bus.path), 1_000_000, 0.5)


def test_it_finds_reads_and_moves_all(bus: PtyBus, rusty: rustypot.Sts3215PyController) -> None:
    assert rusty.scan(list(range(1, 7))) == dict.fromkeys(IDS, STS3215)
    assert rusty.sync_read_raw_present_position(list(IDS)) == [1000, 2000, 3000, 4000]
    rusty.sync_write_raw_goal_position([1, 2], [2100, 2200])
    rusty.sync_write_raw_torque_enable([1, 2], [1, 1])
    assert rusty.read_raw_data(2, TORQUE_ENABLE.address, 1) == [1]
    assert [drive.target_steps for drive in bus.drive(9.0)] == [2100.0, 2200.0, 3000.0, 4000.0]


def test_it_sees_the_status_bits(bus: PtyBus, rusty: rustypot.Sts3215PyController) -> None:
    bus.inject(Overheat((2,), 95.0))
    bus.sense(PLACES, 0.01)
    found = rusty.sync_read_raw_data_with_error([1, 2], PRESENT_TEMPERATURE.address, 1)
    assert found == [([25], 0), ([95], HEAT_FAULT)]


def test_a_mute_servo_fails_its_whole_read(bus: PtyBus, rusty: rustypot.Sts3215PyController) -> None:
    bus.inject(Mute((2,)))
    with pytest.raises(RuntimeError):
        rusty.sync_read_raw_present_position(list(IDS))
    bus.inject(Heal())
    assert rusty.sync_read_raw_present_position(list(IDS)) == [1000, 2000, 3000, 4000]
