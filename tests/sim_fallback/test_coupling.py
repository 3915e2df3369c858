"""Steps and radians: the same relation as the bridge's, both ways."""

from pathlib import Path

import pytest
from msgspec.structs import replace

import robot_bridge.arms
from robot_bridge.arms import load_arm, nominal_calibration, steps_to_rad
from sim_fallback.coupling import Coupling, UnknownServo, servo_chain, servo_specs
from sim_fallback.joints import JointReading
from sim_fallback.servo_bus import Drive, DynamixelChain, ServoChain

ARMS = sorted(path.stem for path in Path(robot_bridge.arms.__file__).parent.glob("*.toml"))


def test_motors_turn_to_what_the_bridge_means(model):
    calibration = nominal_calibration(model)
    drives = tuple(Drive(True, 1500.25 + 100 * at, 0.5) for at in range(6))
    motors = Coupling(model, calibration).motors(drives)
    for at, motor in enumerate(motors):
        wanted = steps_to_rad(model, at, calibration[at], drives[at].target_steps)
        assert motor.target_rad == pytest.approx(wanted, abs=1e-9)
        assert (motor.torque_on, motor.torque_fraction) == (True, 0.5)


@pytest.mark.parametrize("mode", [0, 1])
def test_sensing_undoes_driving_whichever_way_a_servo_turns(model, mode):
    calibration = tuple(
        type(entry)(entry.id, mode, entry.homing_offset, entry.range_min, entry.range_max)
        for entry in nominal_calibration(model)
    )
    coupling = Coupling(model, calibration)
    drives = tuple(Drive(True, 1800.0 + at, 0.5) for at in range(6))
    readings = [JointReading(motor.target_rad, 1.0, 0.2) for motor in coupling.motors(drives)]
    for drive, sensed in zip(drives, coupling.sensed(readings), strict=True):
        assert sensed.position_steps == pytest.approx(drive.target_steps)
        assert abs(sensed.velocity_steps_s) == pytest.approx(4096 / 6.283185307, rel=1e-6)
        assert sensed.velocity_steps_s * sensed.load_fraction > 0


def test_servos_hold_their_calibration(model):
    calibration = nominal_calibration(model)
    for spec, entry in zip(servo_specs(model, calibration), calibration, strict=True):
        assert (spec.model, spec.shadow_of) == (777, None)
        assert (spec.id, spec.homing_offset) == (entry.id, entry.homing_offset)
        assert (spec.range_min, spec.range_max) == (entry.range_min, entry.range_max)


@pytest.fixture
def mixed(model):
    """An arm of Dynamixels whose first two joints are of a stronger model, the second with a shadow."""
    first, second, *others = model.joints
    joints = (replace(first, model_number=1060), replace(second, model_number=1060, shadow_ids=(9,)), *others)
    servo = replace(model.servo, protocol="dynamixel-2", model_number=1200)
    return replace(model, servo=servo, joints=joints)


def test_the_arms_file_says_which_servos_there_are(model, mixed):
    assert isinstance(servo_chain(model, nominal_calibration(model)), ServoChain)
    chain = servo_chain(mixed, nominal_calibration(mixed))
    assert isinstance(chain, DynamixelChain)
    assert chain.ids == (1, 2, 3, 4, 5, 6, 9)
    assert [chain.servo(one).model.number for one in chain.ids] == [1060, 1060, 1200, 1200, 1200, 1200, 1060]
    assert [chain.servo(one).shadow for one in (1, 2, 9)] == [255, 255, 2]


def test_a_shadow_feels_what_its_joint_does_and_drives_nothing(mixed):
    coupling = Coupling(mixed, nominal_calibration(mixed))
    drives = tuple(Drive(True, 1800.0 + at, 0.5) for at in range(7))
    motors = coupling.motors(drives)
    assert len(motors) == 6
    sensed = coupling.sensed([JointReading(motor.target_rad, 0.0, 0.0) for motor in motors])
    assert [round(one.position_steps) for one in sensed] == [1800, 1801, 1802, 1803, 1804, 1805, 1801]


@pytest.mark.parametrize(
    ("change", "why"), [({"model_number": 350}, "model 350"), ({"baud": 250_000}, "250000 baud")]
)
def test_a_servo_that_is_not_emulated_is_named(mixed, change, why):
    arm = replace(mixed, servo=replace(mixed.servo, **change))
    with pytest.raises(UnknownServo, match=why):
        servo_chain(arm, nominal_calibration(arm))


@pytest.mark.parametrize("name", ARMS)
def test_every_arm_has_all_its_servos(name):
    arm = load_arm(name)
    shadows = [one for joint in arm.joints for one in joint.shadow_ids]
    chain = servo_chain(arm, nominal_calibration(arm))
    assert chain.ids == (*(joint.servo_id for joint in arm.joints), *shadows)
