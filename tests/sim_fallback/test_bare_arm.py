"""A bare arm: joints are where their motors take them, and nowhere else."""

from sim_fallback.bare_arm import BareArm
from sim_fallback.joints import JointReading, Motor

OFF = Motor(False, 9.0, 0.0)


def test_a_joint_under_torque_is_where_its_motor_is() -> None:
    arm = BareArm((0.0, 1.0))
    arm.step((Motor(True, 0.1, 0.5), Motor(True, 0.9, 1.0)), 0.5)
    first, second = arm.readings()
    assert (first.position_rad, first.velocity_rad_s) == (0.1, 0.2)
    assert (second.position_rad, round(second.velocity_rad_s, 9)) == (0.9, -0.2)
    arm.step((Motor(True, 0.1, 0.5), Motor(True, 0.9, 1.0)), 0.5)
    assert arm.readings() == (JointReading(0.1, 0.0, 0.0), JointReading(0.9, 0.0, 0.0))


def test_without_torque_it_stays() -> None:
    arm = BareArm((0.3, 0.4))
    arm.step((OFF, Motor(True, 0.9, 0.0)), 0.5)
    assert arm.readings() == (JointReading(0.3, 0.0, 0.0), JointReading(0.4, 0.0, 0.0))
