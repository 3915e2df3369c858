"""Feetech registers: units, sign bits, fault names, and which bounds are compared."""

import pytest

from robot_bridge.buses import feetech as sts
from robot_bridge.buses.feetech_servos import FeetechServos
from robot_bridge.buses.servo_protocol import Answer, Block, ServoSpec, Setting

SERVOS = FeetechServos()
SPEC = ServoSpec("elbow_flex", 3, 777, 0, 800, 3200, 1000, 25_400, 900)
LIMITS = Setting(3, "position limits (registers 9 and 11)", 9, sts.words(800, 3200))
PRESENT = sts.words(2100, 0x8000 | 50, 0x400 | 250) + bytes((74, 31, 0, 4, 1, 0, 0)) + sts.words(12)


@pytest.mark.parametrize("lead", [0, 3, 16])
def test_the_present_state_is_decoded_from_any_block_that_holds_it(lead: int) -> None:
    found = SERVOS.present(Answer(1, 32, bytes(lead) + PRESENT), Block(56 - lead, lead + len(PRESENT)))
    assert (found.position_steps, found.velocity_steps_s, found.load) == (2100, -50, -0.25)
    assert (found.voltage_v, found.temperature_c, found.status) == (7.4, 31.0, 36)


def test_a_load_past_full_duty_is_full_duty() -> None:
    block = sts.words(0, 0, 1023) + bytes(9)
    assert SERVOS.present(Answer(1, 0, block), Block(56, 15)).load == 1.0


def test_goals_go_with_acceleration_and_speed() -> None:
    assert SERVOS.write_goals([SPEC], [2048]) == sts.sync_write(41, {3: bytes((254, 0, 8, 0, 0, 232, 3))})


@pytest.mark.parametrize(
    ("status", "trouble"),
    [
        (0, "none"),
        (1, "voltage"),
        (4, "overheat"),
        (8, "overload"),
        (32, "overload"),
        (2, "overload"),
        (5, "voltage"),
        (64, "none"),
    ],
)
def test_fault_bits_have_names(status: int, trouble: str) -> None:
    assert SERVOS.trouble(status) == trouble
    assert not SERVOS.vague(status)


@pytest.mark.parametrize(
    ("place", "unlike"), [(0, ""), (1, "acceleration"), (2, ""), (6, "speed"), (8, "torque limit")]
)
def test_a_bound_that_is_not_as_written_is_named(place: int, unlike: str) -> None:
    data = bytearray(bytes((1, 254)) + sts.words(2048, 0, 1000, 900))
    data[place] ^= 2
    told = SERVOS.control(SPEC, Answer(3, 0, bytes(data)), Block(40, 10))
    assert told is not None and told.unlike == unlike
    assert told.torque_on is (place != 0) and not told.stopped and told.fault == "none"


def test_a_block_without_the_control_registers_says_nothing_of_them() -> None:
    assert SERVOS.control(SPEC, Answer(3, 0, PRESENT), Block(56, 15)) is None


def test_settings_are_limits_homing_offset_and_mode() -> None:
    data = bytearray(25)
    data[0:4] = sts.words(800, 3200)
    data[22:24] = sts.words(0x800 | 7)
    found = SERVOS.settings(SPEC, Answer(3, 0, bytes(data)), Block(9, 25))
    assert (found.homing_offset, found.unset, found.wrong, found.closed) == (-7, (), "", False)
    data[24] = 1
    wrong = SERVOS.settings(SPEC, Answer(3, 0, bytes(data)), Block(9, 25)).wrong
    assert wrong == "is not in position mode (register 33)"


@pytest.mark.parametrize("limits", [(0, 3200), (800, 4095)])
def test_other_limits_than_the_calibrated_ones_are_to_be_written(limits: tuple[int, int]) -> None:
    data = sts.words(*limits) + bytes(21)
    (unset,) = SERVOS.settings(SPEC, Answer(3, 0, data), Block(9, 25)).unset
    assert unset == LIMITS


def test_limits_are_written_between_opening_and_closing_the_lock() -> None:
    sent = SERVOS.write_settings([LIMITS])
    lock = [sts.sync_write(55, {3: bytes((value,))}) for value in (0, 1)]
    assert sent == lock[0] + sts.sync_write(9, {3: sts.words(800, 3200)}) + lock[1]


def test_torque_alone_clears_a_protection() -> None:
    assert SERVOS.restart([3]) == b""
    assert SERVOS.write_torque([3], on=True) == sts.sync_write(40, {3: b"\x01"})
