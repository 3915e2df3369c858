"""Dynamixel registers: units, modes that may not be driven, bounds that are compared, faults by name."""

from dataclasses import replace

import pytest

from robot_bridge.buses import dynamixel
from robot_bridge.buses.dynamixel_servos import DynamixelServos
from robot_bridge.buses.servo_protocol import Answer, Block, ServoSpec, Setting

SERVOS = DynamixelServos()
SPEC = ServoSpec("elbow_flex", 3, 1200, 0, 800, 3200, 1000, 25_400, 900)
TOLD = Block(64, 83)


def registers(**changed: int) -> bytes:
    """Registers 64 to 146 of a servo that took every bound, with some changed."""
    values = {
        "torque": (64, 1, 1), "error": (70, 1, 0), "watchdog": (98, 1, 5), "pwm": (100, 2, 796),
        "current": (102, 2, 1323),
        "acceleration": (108, 4, 104), "velocity": (112, 4, 64), "goal": (116, 4, 2048),
        "present_pwm": (124, 2, -443), "speed": (128, 4, -10), "position": (132, 4, -7),
        "volts": (144, 2, 51), "celsius": (146, 1, 33),
    }  # fmt: skip
    memory = bytearray(147)
    for name, (address, size, value) in values.items():
        number = changed.get(name, value)
        memory[address : address + size] = number.to_bytes(size, "little", signed=number < 0)
    return bytes(memory[64:])


def settings(**changed: int) -> bytes:
    """Registers 9 to 64."""
    memory = bytearray(65)
    for name, (address, size, value) in {
        "delay": (9, 1, 0), "drive": (10, 1, 0), "mode": (11, 1, 3), "secondary": (12, 1, 255),
        "homing": (20, 4, -400), "pwm": (36, 2, 885), "current": (38, 2, 1323), "velocity": (44, 4, 64),
        "max": (48, 4, 3200), "min": (52, 4, 800), "torque": (64, 1, 0),
    }.items():  # fmt: skip
        number = changed.get(name, value)
        memory[address : address + size] = number.to_bytes(size, "little", signed=number < 0)
    return bytes(memory[9:])


def test_the_present_state_is_in_steps_and_physical_units() -> None:
    found = SERVOS.present(Answer(3, 0, registers()), TOLD)
    assert (found.position_steps, found.velocity_steps_s, found.status) == (-7, -156, 0)
    assert (found.load, found.voltage_v, found.temperature_c) == (-443 / 885, 5.1, 33.0)


def test_an_alert_is_named_where_the_block_holds_the_register() -> None:
    whole = SERVOS.present(Answer(3, dynamixel.ALERT, registers(error=0b100)), TOLD)
    assert (whole.status, SERVOS.trouble(whole.status), SERVOS.vague(whole.status)) == (
        0x84,
        "overheat",
        False,
    )
    short = SERVOS.present(Answer(3, dynamixel.ALERT, registers(error=0b100)[60:]), Block(124, 23))
    assert SERVOS.vague(short.status) and SERVOS.trouble(short.status) == "none"


@pytest.mark.parametrize(
    ("bits", "trouble"),
    [(0, "none"), (1, "voltage"), (4, "overheat"), (8, "overload"), (16, "overload"), (32, "overload")],
)
def test_fault_bits_have_names(bits: int, trouble: str) -> None:
    assert SERVOS.trouble(bits) == trouble
    told = SERVOS.control(SPEC, Answer(3, 0, registers(torque=0, error=bits)), TOLD)
    assert told is not None and told.fault == trouble


@pytest.mark.parametrize(
    ("changed", "unlike"),
    [
        ({}, ""),
        ({"watchdog": 4}, "bus watchdog"),
        ({"pwm": 797}, "duty limit"),
        ({"pwm": 500}, ""),
        ({"acceleration": 0}, "acceleration"),
        ({"acceleration": 105}, "acceleration"),
        ({"velocity": 0}, "velocity"),
        ({"velocity": 65}, "velocity"),
        ({"velocity": 10}, ""),
        ({"current": 1324}, "current limit"),
        ({"current": -5}, "current limit"),
        ({"current": 100}, ""),
    ],
)
def test_a_bound_may_be_tighter_than_asked_but_not_looser(changed: dict[str, int], unlike: str) -> None:
    told = SERVOS.control(SPEC, Answer(3, 0, registers(**changed)), TOLD)
    assert told is not None and told.unlike == unlike and told.torque_on


def test_what_was_written_is_what_is_compared() -> None:
    sent = SERVOS.write_bounds([SPEC], [2048])
    memory = bytearray(registers(watchdog=1, pwm=885, current=1750, acceleration=0, velocity=0, goal=0))
    while sent:
        end = 7 + dynamixel.number(sent, 5, 2)
        address, size = dynamixel.number(sent, 8, 2), dynamixel.number(sent, 10, 2)
        memory[address - 64 : address - 64 + size] = sent[13 : 13 + size]
        sent = sent[end:]
    told = SERVOS.control(SPEC, Answer(3, 0, bytes(memory)), TOLD)
    assert told is not None and (told.unlike, told.goal_steps, told.stopped) == ("", 2048, False)


def test_a_watchdog_that_tripped_is_told() -> None:
    told = SERVOS.control(SPEC, Answer(3, 0, registers(watchdog=255)), TOLD)
    assert told is not None and told.stopped


def test_a_block_says_only_what_it_holds() -> None:
    assert SERVOS.control(SPEC, Answer(3, 0, registers()[35:]), Block(99, 48)) is None
    told = SERVOS.control(SPEC, Answer(3, 0, registers()[34:]), Block(98, 49))
    assert told is not None and told.torque_on is None and told.fault == "none"


OFFSET = "ignores its homing offset in this mode (register 20 holds -1025)"


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [
        ({}, ""),
        ({"mode": 4}, ""),
        ({"mode": 5}, ""),
        ({"mode": 1}, "is not in a position mode (register 11 holds 1)"),
        ({"drive": 4}, "has a profile by time instead of by velocity (register 10 holds 4)"),
        ({"drive": 8}, "would take torque by a goal alone (register 10 holds 8)"),
        ({"drive": 2}, "follows a cable instead of goals (register 10 holds 2)"),
        ({"drive": 1}, "counts the other way round (register 10 holds 1)"),
        ({"homing": 1024}, ""),
        ({"homing": -1025}, OFFSET),
        ({"homing": -1025, "mode": 4}, ""),
        ({"secondary": 253}, ""),
        ({"secondary": 252}, "obeys servo 252 too (register 12 should hold 255)"),
    ],
)
def test_a_servo_with_other_settings_may_not_be_driven(changed: dict[str, int], wrong: str) -> None:
    found = SERVOS.settings(SPEC, Answer(3, 0, settings(**changed)), Block(9, 56))
    assert found.homing_offset == changed.get("homing", -400)
    assert found.wrong == (f"{wrong}; `armcade arm calibrate` sets it" if wrong else "")
    assert found.unset == () and not found.closed


@pytest.mark.parametrize(("secondary", "wrong"), [(2, False), (255, True), (3, True)])
def test_a_shadow_must_follow_its_leader(secondary: int, wrong: bool) -> None:
    shadow = replace(SPEC, leader_id=2, drive_mode=1)
    answer = Answer(3, 0, settings(secondary=secondary, drive=1))
    assert bool(SERVOS.settings(shadow, answer, Block(9, 56)).wrong) == wrong


@pytest.mark.parametrize(
    ("changed", "name", "address", "data"),
    [
        ({"min": 0}, "position limits (registers 48 and 52)", 48, b"\x80\x0c\0\0\x20\x03\0\0"),
        ({"max": 4095}, "position limits (registers 48 and 52)", 48, b"\x80\x0c\0\0\x20\x03\0\0"),
        ({"velocity": 65}, "velocity limit (register 44)", 44, b"\x40\0\0\0"),
        ({"velocity": 0}, "velocity limit (register 44)", 44, b"\x40\0\0\0"),
        ({"current": 1324}, "current limit (register 38)", 38, b"\x2b\x05"),
        ({"current": 0}, "current limit (register 38)", 38, b"\x2b\x05"),
        ({"delay": 250}, "return delay (register 9)", 9, b"\0"),
    ],
)
def test_what_is_looser_than_it_shall_be_is_to_be_written(
    changed: dict[str, int], name: str, address: int, data: bytes
) -> None:
    found = SERVOS.settings(SPEC, Answer(3, 0, settings(**changed)), Block(9, 56))
    assert found.unset == (Setting(3, name, address, data),)


def test_without_a_current_sensor_the_duty_is_bounded() -> None:
    spec = replace(SPEC, model_number=1060)
    found = SERVOS.settings(spec, Answer(3, 0, settings(current=0)), Block(9, 56))
    assert found.unset == (Setting(3, "PWM limit (register 36)", 36, b"\x1c\x03"),)
    assert SERVOS.settings(spec, Answer(3, 0, settings(pwm=796)), Block(9, 56)).unset == ()
    told = SERVOS.control(spec, Answer(3, 0, registers(current=2000)), TOLD)
    assert told is not None and told.unlike == ""


def test_settings_are_closed_under_torque() -> None:
    assert SERVOS.settings(SPEC, Answer(3, 0, settings(torque=1)), Block(9, 56)).closed


def test_settings_are_written_register_by_register_of_those_servos_alone() -> None:
    wanted = [Setting(one, "", at, b"\1\2") for one, at in ((3, 38), (4, 38), (4, 36))]
    sent = dynamixel.sync_write(38, {3: b"\1\2", 4: b"\1\2"}) + dynamixel.sync_write(36, {4: b"\1\2"})
    assert SERVOS.write_settings(wanted) == sent


def test_one_restart_each() -> None:
    assert SERVOS.restart([3, 4]) == dynamixel.reboot(3) + dynamixel.reboot(4)
