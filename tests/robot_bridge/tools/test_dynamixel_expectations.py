"""What each safety register of a Dynamixel should hold, and the verdict on what it does hold."""

import pytest

from robot_bridge.arms import load_arm, nominal_calibration
from robot_bridge.buses.servo_spec import chain_spec
from robot_bridge.tools.complaint import Named
from robot_bridge.tools.dynamixel_expectations import dynamixel_expectations
from robot_bridge.tools.expectations import Row, judge
from robot_bridge.tools.registers import DYNAMIXEL, Image, encode
from sim_fallback.coupling import servo_specs
from sim_fallback.servo_bus.dynamixel.servo import DynamixelServo
from sim_fallback.servo_bus.dynamixel.table import MODELS
from sim_fallback.servo_bus.motor import Sensed

WIDOWX = load_arm("widowx_250")
ENTRIES = nominal_calibration(WIDOWX)
EVERYONE = chain_spec(WIDOWX, ENTRIES).everyone
SHOULDER, GRIPPER, SHADOW = 1, 6, 7
JOINT_OF = {SHOULDER: 1, GRIPPER: 6, SHADOW: 1}
BOUNDS = {SHOULDER: {"current_limit": 684}, GRIPPER: {"pwm_limit": 354}, SHADOW: {"current_limit": 684}}
VELOCITY = {SHOULDER: 70, GRIPPER: 140, SHADOW: 70}


def sound(at: int, **changed: int) -> Image:
    """The registers of an emulated servo that the bridge has bound, at rest, with some changed."""
    servo = DynamixelServo(servo_specs(WIDOWX, ENTRIES)[at], MODELS[EVERYONE[at].model_number], 3)
    servo.sense(Sensed(2048.0, 0.0, 0.0), servo.model.nominal_v, 0.01)
    data = servo.read(0, 147)
    assert data is not None
    memory = bytearray(data)
    bound = {"return_delay": 0, "velocity_limit": VELOCITY[at], **BOUNDS[at]}
    for name, value in (bound | changed).items():
        register = DYNAMIXEL[name]
        memory[register.address : register.address + register.length] = encode(register, value)
    return Image(DYNAMIXEL, bytes(memory))


def wrong(at: int, image: Image, leader_at: int | None = None) -> list[Row]:
    """The rows that are not right, of a servo with its own calibration."""
    entry = ENTRIES[JOINT_OF[at]]
    rows = judge(Named(1), image, dynamixel_expectations(WIDOWX, EVERYONE[at], entry, leader_at))
    return [row for row in rows if row.verdict != "ok"]


@pytest.mark.parametrize("at", [SHOULDER, GRIPPER, SHADOW])
def test_a_servo_as_calibrated_and_bound_is_right(at: int) -> None:
    assert wrong(at, sound(at)) == []


@pytest.mark.parametrize(
    ("at", "name", "value", "severity", "advice"),
    [
        (SHOULDER, "model", 1060, "wrong", "model"),
        (SHOULDER, "id", 9, "wrong", "model"),
        (SHOULDER, "response_level", 0, "wrong", "factory"),
        (SHOULDER, "return_delay", 250, "notice", "start"),
        (SHOULDER, "drive_mode", 1, "wrong", "group"),
        (SHADOW, "drive_mode", 0, "wrong", "group"),
        (SHOULDER, "secondary_id", 4, "wrong", "group"),
        (SHADOW, "secondary_id", 255, "wrong", "group"),
        (SHOULDER, "mode", 1, "wrong", "calibrate"),
        (SHOULDER, "mode", 4, "notice", "unclipped"),
        (SHOULDER, "startup", 1, "wrong", "factory"),
        (SHOULDER, "max_temperature", 100, "wrong", "factory"),
        (SHOULDER, "max_voltage", 200, "wrong", "factory"),
        (SHOULDER, "min_voltage", 0, "wrong", "factory"),
        (SHOULDER, "shutdown", 4, "wrong", "factory"),
        (SHOULDER, "velocity_limit", 71, "wrong", "start"),
        (SHOULDER, "velocity_limit", 0, "wrong", "start"),
        (SHOULDER, "velocity_limit", 69, "notice", "tighter"),
        (SHOULDER, "current_limit", 685, "wrong", "start"),
        (SHOULDER, "current_limit", 100, "notice", "tighter"),
        (GRIPPER, "pwm_limit", 885, "wrong", "start"),
        (GRIPPER, "pwm_limit", 353, "notice", "tighter"),
        (SHOULDER, "bus_watchdog", 255, "notice", "tripped"),
        (SHOULDER, "voltage", 80, "wrong", "supply"),
        (SHOULDER, "temperature", 70, "wrong", "heat"),
        (SHOULDER, "status", 32, "wrong", "fault"),
        (SHOULDER, "homing_offset", 7, "wrong", "calibrate"),
        (SHOULDER, "min_position", 0, "wrong", "limits"),
        (SHADOW, "max_position", 4095, "wrong", "limits"),
        (SHOULDER, "position", 100, "wrong", "posture"),
    ],
)
def test_one_wrong_register_is_the_one_row_that_differs(
    at: int, name: str, value: int, severity: str, advice: str
) -> None:
    (row,) = wrong(at, sound(at, **{name: value}))
    assert (row.register, row.verdict, row.advice) == (DYNAMIXEL[name].label, severity, advice)


def test_a_shadow_has_an_offset_of_its_own_and_stands_where_its_leader_stands() -> None:
    assert wrong(SHADOW, sound(SHADOW, homing_offset=300, position=2100), leader_at=2070) == []
    (row,) = wrong(SHADOW, sound(SHADOW, position=2101), leader_at=2070)
    assert (row.register, row.expected, row.advice) == ("132 position", "2040 to 2100 steps", "calibrate")


def test_without_a_calibration_offsets_and_limits_are_open() -> None:
    image = sound(SHOULDER, homing_offset=300, min_position=0, position=5)
    rows = judge(Named(2), image, dynamixel_expectations(WIDOWX, EVERYONE[SHOULDER], None))
    assert {row.verdict for row in rows} == {"ok"}


def test_people_read_bounds_in_units() -> None:
    (row,) = wrong(SHOULDER, sound(SHOULDER, velocity_limit=200))
    assert (row.expected, row.found) == ("0.229 to 16.03 rev/min", "45.8 rev/min")
    (row,) = wrong(SHOULDER, sound(SHOULDER, shutdown=4))
    assert (row.expected, row.found) == ("bits 2, 5", "0x04")
