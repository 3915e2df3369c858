"""An arm is known by what calibration left in its servos."""

from collections.abc import Mapping

import pytest
from msgspec.structs import replace

from robot_bridge.arms import ArmModel, JointCalibration, load_arm, nominal_calibration
from robot_bridge.tools.arm_servos import ArmServo, arm_servos
from robot_bridge.tools.identity import Known, differing, identify
from robot_bridge.tools.registers import DYNAMIXEL, FEETECH, Image, encode


def image(entry: JointCalibration) -> Image:
    """A servo that carries this entry."""
    memory = bytearray(71)
    values = {
        "model": 777,
        "homing_offset": entry.homing_offset,
        "min_position": entry.range_min,
        "max_position": entry.range_max,
    }
    for name, value in values.items():
        register = FEETECH[name]
        memory[register.address : register.address + 2] = encode(register, value)
    return Image(FEETECH, bytes(memory))


@pytest.fixture
def one(model: ArmModel) -> Known:
    return Known("left", model, nominal_calibration(model))


@pytest.fixture
def carried(one: Known) -> Mapping[int, Image]:
    return {entry.id: image(entry) for entry in one.calibration}


def test_an_arm_is_known_when_every_servo_carries_the_file(
    one: Known, carried: Mapping[int, Image], model: ArmModel
) -> None:
    other = Known("right", model, (replace(one.calibration[0], homing_offset=9), *one.calibration[1:]))
    assert identify((other, one), carried) == "left"
    assert identify((other,), carried) is None


@pytest.mark.parametrize("field", ["homing_offset", "range_min", "range_max"])
def test_one_differing_register_is_another_arm(one: Known, carried: dict[int, Image], field: str) -> None:
    entry = one.calibration[2]
    moved = replace(entry, **{field: getattr(entry, field) + 1})
    assert differing(one, {**carried, entry.id: image(moved)}) == ("elbow_flex",)


def test_a_missing_servo_is_no_arm(one: Known, carried: Mapping[int, Image]) -> None:
    some = {servo_id: found for servo_id, found in carried.items() if servo_id != 4}
    assert differing(one, some) is None
    assert identify((one,), some) is None


def test_another_model_of_servo_is_another_arm(one: Known, carried: dict[int, Image]) -> None:
    memory = bytearray(carried[3].data)
    memory[3:5] = encode(FEETECH["model"], 1284)
    assert differing(one, {**carried, 3: Image(FEETECH, bytes(memory))}) == ("elbow_flex",)


def test_a_shadow_must_be_there_and_has_an_offset_of_its_own() -> None:
    widowx = load_arm("widowx_250")
    one = Known("big", widowx, nominal_calibration(widowx))
    carried = {servo.named.servo_id: dynamixel_image(servo, one) for servo in arm_servos(widowx)}
    assert identify((one,), carried) == "big"
    assert differing(one, {**carried, 3: dynamixel_image(arm_servos(widowx)[7], one, 40)}) == ()
    assert differing(one, {**carried, 2: dynamixel_image(arm_servos(widowx)[1], one, 40)}) == ("shoulder",)
    del carried[3]
    assert differing(one, carried) is None


def dynamixel_image(servo: ArmServo, one: Known, offset: int = 0) -> Image:
    """A Dynamixel that carries its joint's entry, with this offset."""
    entry = one.calibration[servo.joint]
    values = {
        "model": servo.model_number,
        "homing_offset": offset,
        "min_position": entry.range_min,
        "max_position": entry.range_max,
    }
    memory = bytearray(147)
    for name, value in values.items():
        register = DYNAMIXEL[name]
        memory[register.address : register.address + register.length] = encode(register, value)
    return Image(DYNAMIXEL, bytes(memory))
