import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim_fallback.servo_bus import registers as reg
from sim_fallback.servo_bus.registers import Memory, magnitude_coded, magnitude_decoded

ALL = reg.FIXED + reg.EEPROM + reg.CONTROL + reg.FEEDBACK


def test_no_two_registers_share_an_address() -> None:
    addresses = [address for register in ALL for address in register.addresses]
    assert len(addresses) == len(set(addresses))


@pytest.mark.parametrize("register", ALL)
def test_delivered_values_are_the_published_ones(register: reg.Register) -> None:
    assert Memory().get(register) == register.default


def test_model_number_reads_as_sts3215_low_byte_first() -> None:
    assert Memory().read(3, 2) == b"\x09\x03"


@pytest.mark.parametrize(("value", "bits"), [(0, 0), (5, 5), (-5, 0x805), (-2047, 0xFFF), (-9999, 0xFFF)])
def test_homing_offset_has_its_sign_in_bit_11(value: int, bits: int) -> None:
    memory = Memory()
    memory.put(reg.HOMING_OFFSET, value)
    assert memory.read(31, 2) == bits.to_bytes(2, "little")
    assert memory.get(reg.HOMING_OFFSET) == max(value, -2047)


@given(st.integers(-1023, 1023), st.integers(10, 15))
def test_sign_and_magnitude_come_back(value: int, sign_bit: int) -> None:
    assert magnitude_decoded(magnitude_coded(value, sign_bit), sign_bit) == value


@pytest.mark.parametrize(("value", "kept"), [(-3, 0), (300, 255), (17, 17)])
def test_unsigned_values_are_clipped_to_their_bytes(value: int, kept: int) -> None:
    memory = Memory()
    memory.put(reg.ID, value)
    assert memory.get(reg.ID) == kept


def test_feedback_and_model_cannot_be_written_from_the_bus() -> None:
    memory = Memory()
    memory.write(0, bytes(5))
    memory.write(56, b"\x11" * 15)
    assert memory.get(reg.MODEL) == 777
    assert memory.get(reg.PRESENT_POSITION) == 0


def test_a_read_past_the_table_is_zeros() -> None:
    assert Memory().read(250, 10) == bytes(10)


@pytest.mark.parametrize(("lock", "after"), [(1, 32), (0, 16)])
def test_eeprom_survives_power_only_when_written_unlocked(lock: int, after: int) -> None:
    memory = Memory()
    memory.write(55, bytes((lock,)))
    memory.write(21, b"\x10")
    assert memory.get(reg.P_GAIN) == 16
    memory.power_on()
    assert memory.get(reg.P_GAIN) == after
    assert memory.get(reg.LOCK) == 1


def test_power_on_copies_the_torque_limit_and_clears_sram() -> None:
    memory = Memory()
    memory.write(55, b"\x00")
    memory.write(16, (500).to_bytes(2, "little"))
    memory.write(40, b"\x01\x32")
    assert memory.get(reg.TORQUE_LIMIT) == 1000
    memory.power_on()
    assert memory.get(reg.TORQUE_LIMIT) == 500
    assert (memory.get(reg.TORQUE_ENABLE), memory.get(reg.ACCELERATION)) == (0, 0)


def test_factory_values_come_back_for_good_but_id_and_baud_stay() -> None:
    memory = Memory()
    memory.write(5, b"\x07\x01")
    memory.write(36, b"\x20")
    memory.restore_factory()
    memory.power_on()
    assert (memory.get(reg.ID), memory.get(reg.BAUD), memory.get(reg.OVERLOAD_TORQUE)) == (7, 1, 80)
