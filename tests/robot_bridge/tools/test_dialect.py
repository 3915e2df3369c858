"""What the tools need of the Feetech protocol."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from robot_bridge.buses import dynamixel, feetech
from robot_bridge.tools.dialect import (
    DIALECTS,
    DYNAMIXEL_2,
    FEETECH_STS,
    Dialect,
    Heard,
    fault_names,
    model_name,
)
from robot_bridge.tools.registers import Image


def answer(servo_id: int, status: int, data: bytes) -> bytes:
    """One status frame."""
    body = bytes((servo_id, len(data) + 2, status)) + data
    return feetech.HEADER + body + bytes((feetech.checksum(body),))


def test_answers_and_junk_are_told_apart() -> None:
    found = FEETECH_STS.parse(b"\x01" + answer(3, 4, b"\x07") + b"\xff", {3: 1})
    assert found.answers == (Heard(3, 4, b"\x07"),)
    assert (found.rest, found.junk) == (b"\xff", 1)


@given(st.integers(0, 4095))
def test_the_offset_makes_the_present_place_the_middle_of_the_turn(position: int) -> None:
    offset = FEETECH_STS.homing(position, 4096)
    assert abs(offset) <= 2047
    assert abs((position - offset) % 4096 - 2047) <= 1


@given(st.integers(0, 4095))
def test_an_offset_that_is_added_does_so_too(position: int) -> None:
    assert position + DYNAMIXEL_2.homing(position, 4096) == 2047


def test_dynamixel_answers_are_heard_with_their_alert() -> None:
    sent = dynamixel.packet(3, dynamixel.STATUS, b"\x80\x07")
    assert DYNAMIXEL_2.parse(b"\x01" + sent, {3: 1}).answers == (Heard(3, 0x80, b"\x07"),)


@pytest.mark.parametrize("spoken", DIALECTS, ids=lambda one: one.name)
def test_the_blocks_hold_every_register(spoken: Dialect) -> None:
    covered = {at for first, length in spoken.blocks for at in range(first, first + length)}
    for register in spoken.registers.values():
        assert set(range(register.address, register.address + register.length)) <= covered


@pytest.mark.parametrize(
    ("bits", "names"), [(0, ()), (0b100001, ("voltage", "overload")), (0x80, ("bit 7",))]
)
def test_fault_bits_have_names(bits: int, names: tuple[str, ...]) -> None:
    assert fault_names(FEETECH_STS, bits) == names


def test_models_and_firmware_have_names() -> None:
    assert model_name(FEETECH_STS, 777) == "STS3215"
    assert model_name(FEETECH_STS, 9) == "model 9"
    assert DYNAMIXEL_2.firmware(Image(DYNAMIXEL_2.registers, bytes(6) + b"\x2e" + bytes(140))) == "46"
    assert FEETECH_STS.firmware(Image(FEETECH_STS.registers, bytes((3, 10)) + bytes(69))) == "3.10"
