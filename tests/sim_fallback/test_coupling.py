"""Steps and radians: the same relation as the bridge's, both ways."""

import pytest

from robot_bridge.arms import nominal_calibration, steps_to_rad
from sim_fallback.coupling import Coupling, servo_specs
from sim_fallback.servo_bus import Drive
from sim_fallback.world.arm import JointReading


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
    for spec, entry in zip(servo_specs(calibration), calibration, strict=True):
        assert (spec.id, spec.homing_offset) == (entry.id, entry.homing_offset)
        assert (spec.range_min, spec.range_max) == (entry.range_min, entry.range_max)
