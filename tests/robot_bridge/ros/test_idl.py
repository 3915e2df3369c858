"""Our messages as DDS types: bytes that a third party reads by the published definitions."""

import pytest
from ros_definitions import Definitions

from robot_bridge.ros import idl
from robot_bridge.ros.messages import (
    Command,
    JointJog,
    JointStates,
    JointTrajectory,
    MultiArray,
    TrajectoryPoint,
    TwistStamped,
)
from robot_bridge.ros.type_hashes import TYPE_HASHES

STAMP = 3_000_000_004
TYPES = Definitions(2).types
POINTS = (
    TrajectoryPoint((1.0, 2.0), (0.1, 0.2), 10_000_000),
    TrajectoryPoint((1.5, 2.5), (0.0, 0.0), 60_000_000),
)


def read(kind: str, command: Command) -> object:
    name, form = idl.TYPES[kind]
    message = idl.encode(command)
    assert isinstance(message, form)
    assert name in TYPE_HASHES
    return TYPES.deserialize_cdr(message.serialize(), name)


def test_every_kind_of_controller_has_its_type() -> None:
    package = {name: form.__idl_typename__ for name, form in idl.TYPES.values()}
    for name, mangled in package.items():
        first, folder, last = name.split("/")
        assert mangled == f"{first}::{folder}::dds_::{last}_"


def test_a_trajectory() -> None:
    message = read("joint_trajectory", JointTrajectory(STAMP, ("a", "b"), POINTS))
    assert (message.header.stamp.sec, message.header.stamp.nanosec) == (3, 4)
    assert list(message.joint_names) == ["a", "b"]
    assert [list(point.positions) for point in message.points] == [[1.0, 2.0], [1.5, 2.5]]
    assert [list(point.velocities) for point in message.points] == [[0.1, 0.2], [0.0, 0.0]]
    assert [point.time_from_start.nanosec for point in message.points] == [10_000_000, 60_000_000]


def test_the_other_commands() -> None:
    assert list(read("forward_command", MultiArray((1.0, -2.0))).data) == [1.0, -2.0]
    jog = read("servo_joint", JointJog(STAMP, ("a",), (0.5,), 0.01))
    assert (list(jog.joint_names), list(jog.velocities), jog.duration) == (["a"], [0.5], 0.01)
    twist = read("servo_twist", TwistStamped(STAMP, "base", (1.0, 2.0, 3.0), (4.0, 5.0, 6.0)))
    assert twist.header.frame_id == "base"
    assert (twist.twist.linear.z, twist.twist.angular.x) == (3.0, 4.0)


@pytest.mark.parametrize("efforts", [(), (1.0, 2.0)])
def test_joint_states(efforts: tuple[float, ...]) -> None:
    header = idl.Header(idl.Time(3, 4), "base")
    message = idl.JointState(header, ["a", "b"], [1.0, 2.0], [], list(efforts))
    told = idl.joint_states(message)
    assert told == JointStates(("a", "b"), (1.0, 2.0), (), efforts, STAMP)
    theirs = TYPES.deserialize_cdr(message.serialize(), "sensor_msgs/msg/JointState")
    assert list(theirs.effort) == list(efforts)
