"""What is written into the servos follows from the arm and its calibration."""

import math

from robot_bridge.arms import ArmModel, nominal_calibration
from robot_bridge.buses.servo_spec import chain_spec


def test_the_chain_follows_the_arm(so101: ArmModel) -> None:
    spec = chain_spec(so101, nominal_calibration(so101))
    assert spec.ids == (1, 2, 3, 4, 5, 6)
    assert spec.model_number == 777
    pan = spec.servos[0]
    assert (pan.name, pan.range_min, pan.range_max, pan.torque_limit) == ("shoulder_pan", 795, 3299, 900)
    assert pan.goal_speed > so101.motion.velocity_rad_s[0] * 4096 / math.tau
    assert spec.max_steps_s == so101.servo.velocity_rad_s * 4096 / math.tau
