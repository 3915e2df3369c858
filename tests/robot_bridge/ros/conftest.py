"""The SO-101 as ROS might name it, for the tests of the ROS drives."""

import pytest

from robot_bridge.arms import ArmModel
from robot_bridge.ros.config import RosArm, RosController, RosJoint


@pytest.fixture
def joints(so101: ArmModel) -> tuple[RosJoint, ...]:
    return tuple(RosJoint(f"{name}_joint") for name in so101.joint_names)


@pytest.fixture
def config(joints: tuple[RosJoint, ...]) -> RosArm:
    return RosArm(joints=joints, controllers=(RosController("joint_trajectory", "/arm/joint_trajectory"),))
