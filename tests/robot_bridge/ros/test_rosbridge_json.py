"""Texts of the rosbridge protocol, against the published message definitions of ROS 1 and 2."""

import json
import math
from typing import Literal

import pytest
from ros_definitions import Definitions

from robot_bridge.ros.config import Kind, RosbridgeConfig, RosController, RosJoint
from robot_bridge.ros.messages import (
    Command,
    JointJog,
    JointStates,
    JointTrajectory,
    MultiArray,
    TrajectoryPoint,
    TwistStamped,
)
from robot_bridge.ros.rosbridge_json import Complaint, Echo, greetings, publication, understand

STAMP = 1_700_000_000_123_456_789
COMMANDS: list[tuple[Kind, Command]] = [
    (
        "joint_trajectory",
        JointTrajectory(STAMP, ("a", "b"), (TrajectoryPoint((1.0, 2.0), (0.1, 0.2), 2_500_000_000),)),
    ),
    ("forward_command", MultiArray((1.0, 2.0))),
    ("servo_joint", JointJog(STAMP, ("a", "b"), (0.1, 0.2), 0.01)),
    ("servo_twist", TwistStamped(STAMP, "base", (1.0, 2.0, 3.0), (4.0, 5.0, 6.0))),
]


def config(kind: Kind, ros: Literal[1, 2]) -> RosbridgeConfig:
    return RosbridgeConfig(
        url="ws://h",
        ros=ros,
        joints=(RosJoint("a"), RosJoint("b")),
        controllers=(RosController(kind, "/command"),),
    )


@pytest.mark.parametrize("ros", [1, 2])
@pytest.mark.parametrize(("kind", "command"), COMMANDS, ids=[kind for kind, _ in COMMANDS])
def test_commands_are_whole_messages_of_the_type_that_is_advertised(
    kind: Kind, command: Command, ros: Literal[1, 2]
) -> None:
    definitions = Definitions(ros)
    advertise, echo, states = (json.loads(text) for text in greetings(config(kind, ros)))
    for subscribe, topic in ((echo, "/command"), (states, "/joint_states")):
        assert (subscribe["op"], subscribe["topic"], subscribe["queue_length"]) == ("subscribe", topic, 1)
        definitions.empty(subscribe["type"])
    assert echo["type"] == advertise["type"]
    publish = json.loads(publication(config(kind, ros), 0, command))
    assert (publish["op"], publish["topic"]) == ("publish", "/command") == ("publish", advertise["topic"])
    filled = definitions.fill(advertise["type"], publish["msg"])
    if not isinstance(command, MultiArray):
        assert definitions.stamp_ns(filled["header"]["stamp"]) == STAMP
    if isinstance(command, JointTrajectory):
        assert definitions.stamp_ns(filled["points"][0]["time_from_start"]) == 2_500_000_000
    echoed = json.dumps({"op": "publish", "topic": "/command", "msg": filled})
    assert understand(config(kind, ros), echoed) == Echo(0)


@pytest.mark.parametrize("ros", [1, 2])
def test_a_ros_2_server_is_asked_to_keep_no_command_for_longer_than_it_is_fresh(ros: Literal[1, 2]) -> None:
    advertise = json.loads(greetings(config("forward_command", ros))[0])
    assert advertise["queue_size"] == 1 and advertise["latch"] is False
    assert ("qos" in advertise) == (ros == 2)
    if ros == 2:
        assert advertise["qos"]["lifespan"] == 0.1 and advertise["qos"]["depth"] == 1


def text(**message: object) -> str:
    return json.dumps({"op": "publish", "topic": "/joint_states", "msg": message})


@pytest.mark.parametrize("stamp", [{"secs": 3, "nsecs": 4}, {"sec": 3, "nanosec": 4}])
def test_joint_states_of_either_ros(stamp: dict[str, int]) -> None:
    told = text(header={"stamp": stamp, "frame_id": "", "seq": 1}, name=["b", "a"], position=[2, 1.5])
    assert understand(config("servo_joint", 2), told) == JointStates(
        ("b", "a"), (2.0, 1.5), (), (), 3_000_000_004
    )


def test_null_is_no_number() -> None:
    heard = understand(config("servo_joint", 2), text(name=["a"], position=[None]))
    assert isinstance(heard, JointStates) and math.isnan(heard.positions[0])


def test_complaints_are_heard() -> None:
    complaint = json.dumps({"op": "status", "level": "error", "msg": "no such type", "id": "x"})
    assert understand(config("servo_joint", 2), complaint) == Complaint("no such type")
    assert understand(config("servo_joint", 2), complaint.replace("error", "info")) is None


@pytest.mark.parametrize(
    "nonsense",
    [
        "",
        "[]",
        "{",
        b"\xff\xfe",
        '{"op": "service_response"}',
        text(name="a"),
        text(position=["x"]),
        '{"op": "publish", "topic": "/other", "msg": {}}',
    ],
)
def test_anything_else_is_passed_over(nonsense: str | bytes) -> None:
    assert understand(config("servo_joint", 2), nonsense) is None
