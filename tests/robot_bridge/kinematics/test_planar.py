"""The plane's constants, and arms that have no such plane."""

import msgspec
import pytest

from robot_bridge.arms import ArmModel
from robot_bridge.kinematics.planar import planar


def test_constants_match_the_measured_ones(so101: ArmModel) -> None:
    arm = planar(so101)
    assert (arm.upper_m, arm.lower_m, arm.hand_m) == pytest.approx((0.116, 0.135, 0.1592), abs=1e-4)
    assert (arm.base_x_m, arm.shoulder_radius_m, arm.shoulder_height_m) == pytest.approx(
        (0.0388, 0.0304, 0.1166), abs=1e-4
    )
    assert (arm.upper_elevation_rad, arm.lower_elevation_rad) == pytest.approx((1.3270, 0.0385), abs=1e-4)
    assert arm.pan_sign == -1.0


@pytest.mark.parametrize("broken", [0, 1, 2, 3, 4])
def test_an_arm_with_another_axis_is_refused(so101: ArmModel, broken: int) -> None:
    joints = list(so101.joints)
    roll, pitch, yaw = joints[broken].rpy_rad
    joints[broken] = msgspec.structs.replace(joints[broken], rpy_rad=(roll + 0.2, pitch + 0.1, yaw))
    with pytest.raises(ValueError, match="parallel axes"):
        planar(msgspec.structs.replace(so101, joints=tuple(joints)))


def test_an_arm_whose_pan_axis_is_off_the_middle_is_refused(so101: ArmModel) -> None:
    pan = msgspec.structs.replace(so101.joints[0], xyz_m=(0.0388, 0.01, 0.0624))
    with pytest.raises(ValueError, match="parallel axes"):
        planar(msgspec.structs.replace(so101, joints=(pan, *so101.joints[1:])))


def test_an_arm_with_fewer_joints_is_refused(so101: ArmModel) -> None:
    with pytest.raises(ValueError, match="parallel axes"):
        planar(msgspec.structs.replace(so101, joints=so101.joints[:5]))
