"""The tables of the ROS drives, and what does not fit an arm."""

import tomllib
from pathlib import Path

import msgspec
import pytest

from robot_bridge.arms import load_arm
from robot_bridge.config import BridgeConfig
from robot_bridge.ros.config import (
    Ros2Config,
    RosArm,
    RosbridgeConfig,
    RosController,
    RosJoint,
    check_arm,
    controlled,
)
from robot_bridge.toml_table import InvalidTable, read_table

JOINTS = (RosJoint("a"), RosJoint("b"), RosJoint("jaw"))
ARM = RosController("joint_trajectory", "/arm", ("a", "b"))
JAW = RosController("forward_command", "/jaw", ("jaw",))


def test_an_arm_and_a_gripper_of_their_own_fit() -> None:
    check_arm(RosArm(joints=JOINTS, controllers=(ARM, JAW)), 3, "here")


def test_a_controller_without_names_moves_all_and_a_twist_all_but_the_jaw() -> None:
    whole, twist = RosController("forward_command", "/c"), RosController("servo_twist", "/c")
    arm = RosArm(joints=JOINTS, controllers=(whole,))
    assert controlled(arm, whole) == ("a", "b", "jaw")
    assert controlled(arm, twist) == ("a", "b")
    check_arm(RosArm(joints=JOINTS, controllers=(twist, JAW)), 3, "here")


@pytest.mark.parametrize(
    ("joints", "controllers", "complaint"),
    [
        (JOINTS[:2], (ARM,), "2 entries for an arm of 3"),
        ((JOINTS[0], JOINTS[0], JOINTS[2]), (ARM, JAW), "different names"),
        ((JOINTS[0], RosJoint("b", scale=0.0), JOINTS[2]), (ARM, JAW), "scale of 0"),
        (JOINTS, (ARM,), "'jaw' has 0 controllers"),
        (JOINTS, (ARM, JAW, JAW), "'jaw' has 2 controllers"),
        (JOINTS, (ARM, RosController("forward_command", "/c", ("claw",))), "no joint is named 'claw'"),
    ],
)
def test_what_does_not_fit_is_said(
    joints: tuple[RosJoint, ...], controllers: tuple[RosController, ...], complaint: str
) -> None:
    with pytest.raises(InvalidTable, match=f"here: .*{complaint}"):
        check_arm(RosArm(joints=joints, controllers=controllers), 3, "here")


def test_tables_are_read_with_their_defaults() -> None:
    table = {
        "joints": [{"name": "a"}, {"name": "b"}],
        "controllers": [{"kind": "servo_joint", "topic": "/s"}],
    }
    by_dds = read_table(table, Ros2Config, "here")
    assert (by_dds.lifespan_ms, by_dds.deadline_ms, by_dds.multicast) == (100, 50, False)
    assert read_table(table | {"url": "ws://h:9090"}, RosbridgeConfig, "here").ros == 2


@pytest.mark.parametrize(
    "change",
    [
        {"peers": ['1.2.3.4"/><x']},
        {"lifespan_ms": 0},
        {"interface": "a b"},
        {"joint_states": "joint_states"},
        {"controllers": []},
        {"controllers": [{"kind": "velocity", "topic": "/s"}]},
        {"domain": 500},
    ],
)
def test_values_out_of_bounds_are_refused(change: dict[str, object]) -> None:
    table = {
        "joints": [{"name": "a"}, {"name": "b"}],
        "controllers": [{"kind": "servo_joint", "topic": "/s"}],
    }
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(table | change, Ros2Config)


def test_the_example_in_the_docs_fits_the_arm_that_it_names() -> None:
    text = (Path(__file__).resolve().parents[3] / "docs" / "ros.md").read_text()
    example = text.split("```toml")[1].split("```")[0]
    config = read_table(tomllib.loads(example)["bridge"], BridgeConfig, "docs/ros.md")
    assert config.drive == "ros2" and config.ros2 is not None
    check_arm(config.ros2, len(load_arm(config.arm).joints), "docs/ros.md")
