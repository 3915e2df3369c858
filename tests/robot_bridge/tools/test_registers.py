"""Registers: coding in bytes and back, and what people read of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from robot_bridge.tools.registers import FEETECH, Image, Register, decode, encode, shown, table

OFFSET = FEETECH["homing_offset"]
POSITION = Register("present_position", 132, 4, twos=True)


@given(st.integers(-2047, 2047))
def test_a_signed_register_is_read_back_as_written(value: int) -> None:
    assert decode(OFFSET, encode(OFFSET, value)) == value


@given(st.integers(-(2**31), 2**31 - 1))
def test_a_twos_complement_register_is_read_back_as_written(value: int) -> None:
    assert decode(POSITION, encode(POSITION, value)) == value


def test_sign_and_magnitude_is_not_twos_complement() -> None:
    assert encode(OFFSET, -5) == b"\x05\x08"
    assert encode(POSITION, -5) == b"\xfb\xff\xff\xff"


@pytest.mark.parametrize(("register", "value"), [(OFFSET, 2048), (OFFSET, -2048), (FEETECH["id"], 256)])
def test_what_does_not_fit_is_refused(register: Register, value: int) -> None:
    with pytest.raises(OverflowError):
        encode(register, value)


def test_too_few_bytes_are_refused() -> None:
    with pytest.raises(ValueError, match="31 homing_offset has 2 bytes, not 1"):
        decode(OFFSET, b"\x00")


def test_people_read_units() -> None:
    assert shown(FEETECH["voltage"], 74) == "7.4 V"
    assert shown(FEETECH["id"], 3) == "3"
    assert shown(FEETECH["temperature"], 31) == "31 C"


def test_an_image_is_read_by_name() -> None:
    memory = bytearray(71)
    memory[31:33], memory[62] = encode(OFFSET, -7), 121
    image = Image(FEETECH, bytes(memory))
    assert (image.get("homing_offset"), image.shown("voltage")) == (-7, "12.1 V")


def test_registers_lie_apart_and_within_the_blocks_that_are_read() -> None:
    taken = [at for one in FEETECH.values() for at in range(one.address, one.address + one.length)]
    assert len(taken) == len(set(taken))
    assert max(taken) < 71
    assert table(OFFSET) == {"homing_offset": OFFSET}
