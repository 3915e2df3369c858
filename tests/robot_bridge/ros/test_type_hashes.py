"""Names and hashes of the types, computed anew by a third party from the published definitions."""

import pytest
from rosbags.typesys import Stores, get_types_from_msg, get_typestore

from robot_bridge.ros.type_hashes import TYPE_HASHES, dds_topic, user_data

JOINT_JOG = (
    "std_msgs/Header header\nstring[] joint_names\nfloat64[] displacements\nfloat64[] velocities\n"
    "float64 duration\n"
)


@pytest.mark.parametrize("store", [Stores.ROS2_IRON, Stores.ROS2_JAZZY])
def test_hashes_are_those_of_the_published_definitions(store: Stores) -> None:
    types = get_typestore(store)
    types.register(get_types_from_msg(JOINT_JOG, "control_msgs/msg/JointJog"))
    assert {name: types.hash_rihs01(name) for name in TYPE_HASHES} == TYPE_HASHES


def test_topics_are_named_as_ros_does() -> None:
    assert dds_topic("/arm/joint_trajectory") == "rt/arm/joint_trajectory"


def test_user_data_says_the_hash() -> None:
    assert user_data("sensor_msgs/msg/JointState").startswith(b"typehash=RIHS01_a13ee3a3")
    assert user_data("sensor_msgs/msg/JointState").endswith(b";")
