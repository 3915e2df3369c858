"""What each safety register should hold, and the verdict on what it does hold."""

import pytest
from msgspec.structs import replace

from robot_bridge.arms import ArmModel, JointCalibration, nominal_calibration
from robot_bridge.tools.complaint import Named
from robot_bridge.tools.expectations import Row, expectations, judge, worst
from robot_bridge.tools.registers import FEETECH, Image, encode
from sim_fallback.servo_bus.chain import ServoChain
from sim_fallback.servo_bus.servo import Sensed, ServoSpec

ELBOW = Named(3, "elbow_flex")


@pytest.fixture
def entry(model: ArmModel) -> JointCalibration:
    return nominal_calibration(model)[2]


@pytest.fixture
def sound(entry: JointCalibration) -> Image:
    """The registers of an emulated servo as calibrated, at rest in the middle of its range."""
    spec = ServoSpec(entry.id, entry.homing_offset, entry.range_min, entry.range_max)
    chain = ServoChain([spec])
    chain.sense([Sensed((entry.range_min + entry.range_max) / 2, 0.0, 0.0)], 0.01)
    replies = chain.receive(b"\xff\xff\x03\x04\x02\x00\x47" + bytes((0xFF & ~(3 + 4 + 2 + 0x47),)), 0)
    return Image(FEETECH, replies[0].data[5:-1])


def with_register(image: Image, name: str, value: int) -> Image:
    """The image with one register changed."""
    register = FEETECH[name]
    memory = bytearray(image.data)
    memory[register.address : register.address + register.length] = encode(register, value)
    return Image(FEETECH, bytes(memory))


def rows_of(model: ArmModel, entry: JointCalibration | None, image: Image | None) -> tuple[Row, ...]:
    """The verdict on the elbow."""
    return judge(ELBOW, image, expectations(model, model.joints[2], entry))


def test_a_servo_as_delivered_and_calibrated_is_right(
    model: ArmModel, entry: JointCalibration, sound: Image
) -> None:
    rows = rows_of(model, entry, sound)
    assert {row.verdict for row in rows} == {"ok"}
    assert {row.servo for row in rows} == {"3 (elbow_flex)"}
    assert worst(rows) == "ok"


@pytest.mark.parametrize(
    ("name", "value", "severity", "advice"),
    [
        ("model", 1284, "wrong", "model"),
        ("id", 4, "wrong", "model"),
        ("response_level", 0, "wrong", "factory"),
        ("return_delay", 250, "notice", "factory"),
        ("mode", 1, "wrong", "factory"),
        ("max_temperature", 90, "wrong", "factory"),
        ("max_temperature", 40, "wrong", "factory"),
        ("max_voltage", 160, "wrong", "factory"),
        ("min_voltage", 70, "wrong", "factory"),
        ("max_torque", 0, "wrong", "factory"),
        ("torque_limit", 0, "wrong", "power_on"),
        ("protection_current", 0, "notice", "factory"),
        ("protective_torque", 31, "notice", "factory"),
        ("overload_torque", 95, "notice", "factory"),
        ("lock", 0, "wrong", "power_on"),
        ("voltage", 40, "wrong", "supply"),
        ("voltage", 140, "wrong", "supply"),
        ("temperature", 66, "wrong", "heat"),
        ("status", 32, "wrong", "fault"),
        ("homing_offset", 100, "wrong", "calibrate"),
        ("min_position", 0, "wrong", "limits"),
        ("max_position", 4095, "wrong", "limits"),
        ("position", 10, "wrong", "posture"),
        ("unload_mask", 0, "wrong", "factory"),
        ("phase", 28, "wrong", "factory"),
    ],
)
def test_one_wrong_register_is_the_one_row_that_differs(
    name: str, value: int, severity: str, advice: str, sound: Image, model: ArmModel
) -> None:
    differing = [
        row
        for row in rows_of(model, nominal_calibration(model)[2], with_register(sound, name, value))
        if row.verdict != "ok"
    ]
    assert [(row.register, row.verdict, row.advice) for row in differing] == [
        (FEETECH[name].label, severity, advice)
    ]


def test_the_model_number_of_the_joint_goes_before_that_of_the_arm(
    model: ArmModel, entry: JointCalibration, sound: Image
) -> None:
    joint = replace(model.joints[2], model_number=1284)
    rows = judge(ELBOW, sound, expectations(model, joint, entry))
    assert [(row.expected, row.found) for row in rows if row.verdict != "ok"] == [("1284", "777")]


def test_without_a_calibration_offsets_and_limits_are_open(model: ArmModel, sound: Image) -> None:
    moved = with_register(with_register(sound, "homing_offset", 500), "min_position", 0)
    assert worst(rows_of(model, None, moved)) == "ok"


def test_people_read_bounds_and_values_in_units(
    model: ArmModel, entry: JointCalibration, sound: Image
) -> None:
    rows = rows_of(model, entry, with_register(sound, "voltage", 40))
    assert ("4.5 to 13.5 V", "4 V") in [(row.expected, row.found) for row in rows]


def test_a_silent_servo_is_one_wrong_row(model: ArmModel, entry: JointCalibration) -> None:
    rows = rows_of(model, entry, None)
    assert [(row.verdict, row.advice) for row in rows] == [("wrong", "answer")]


def test_the_gravest_verdict_counts(model: ArmModel, entry: JointCalibration, sound: Image) -> None:
    noticed = rows_of(model, entry, with_register(sound, "return_delay", 1))
    assert worst(noticed) == "notice"
    assert worst((*noticed, *rows_of(model, entry, None))) == "wrong"
