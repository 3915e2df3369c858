"""Steps and angles of one calibrated arm, both ways."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from robot_bridge.arms import ArmModel, load_arm, nominal_calibration
from robot_bridge.buses.servo_angles import ServoAngles
from robot_bridge.buses.servo_reading import ChainReading, ServoSample, absent

SO101 = load_arm("so101")
ANGLES = ServoAngles(SO101, nominal_calibration(SO101))
STEP_RAD = math.tau / 4096


def test_a_reading_becomes_angles_and_speeds(so101: ArmModel) -> None:
    steps = ANGLES.steps(so101.ready_rad)
    samples = tuple(ServoSample(at, 100, -0.2, 7.4, 31.0, "overheat", 4, 1_000) for at in steps)
    reading = ANGLES.reading(ChainReading("ready", samples, steps, "none"))
    assert reading.held_rad == pytest.approx(so101.ready_rad, abs=STEP_RAD)
    first = reading.samples[0]
    assert first is not None
    assert first.position_rad == pytest.approx(so101.ready_rad[0], abs=STEP_RAD)
    assert first.velocity_rad_s == pytest.approx(100 * STEP_RAD)
    assert (first.load, first.voltage_v, first.temperature_c) == (-0.2, 7.4, 31.0)
    assert (first.trouble, first.status, first.at_ns) == ("overheat", 4, 1_000)


def test_what_is_absent_stays_absent() -> None:
    reading = ANGLES.reading(absent(6))
    assert (reading.phase, reading.samples, reading.held_rad) == ("absent", (None,) * 6, None)


@given(st.tuples(*(st.floats(*joint.limits_rad) for joint in SO101.joints)))
def test_rounding_moves_no_joint_by_more_than_half_a_step(posture: tuple[float, ...]) -> None:
    rounded = ANGLES.quantised(posture)
    assert all(abs(a - b) <= STEP_RAD * 0.75 for a, b in zip(posture, rounded, strict=True))
    assert ANGLES.quantised(rounded) == rounded
