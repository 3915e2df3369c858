"""The ROS drives' own tables of a cell's configuration file, [bridge.ros2] and [bridge.rosbridge]."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from robot_bridge.toml_table import InvalidTable
from robot_bridge.wire.units import Identifier

Kind = Literal["joint_trajectory", "forward_command", "servo_joint", "servo_twist"]
Topic = Annotated[str, Meta(min_length=2, max_length=200, pattern=r"^/[A-Za-z0-9_/]+$")]
Host = Annotated[str, Meta(min_length=1, max_length=100, pattern=r"^[A-Za-z0-9.:_-]+$")]
WebSocketAddress = Annotated[str, Meta(min_length=6, max_length=300, pattern=r"^wss?://")]
Milliseconds = Annotated[int, Meta(ge=5, le=2000)]
Scale = Annotated[float, Meta(ge=-100.0, le=100.0)]


class RosJoint(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What ROS calls one of the arm's joints, and its unit: ROS value = scale x angle in rad + offset.

    `effort_limit` is the effort in the joint's ROS unit that counts as full load; without it load is 0.
    """

    name: Identifier
    scale: Scale = 1.0
    offset: Annotated[float, Meta(ge=-100.0, le=100.0)] = 0.0
    effort_limit: Annotated[float, Meta(gt=0.0, le=1e6)] | None = None


class RosController(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One controller of the arm: its kind, its command topic, and its joints in its own order (all if empty).

    `stamped` puts the robot's time into the header of trajectories, so that late ones end in the past and are
    refused there.
    `gain_hz` pulls a velocity-driven controller (servo_*) to where the goals are; `frame` is servo_twist's.
    """

    kind: Kind
    topic: Topic
    joints: tuple[Identifier, ...] = ()
    stamped: bool = True
    gain_hz: Annotated[float, Meta(ge=0.0, le=20.0)] = 5.0
    frame: Identifier = "base_link"


Joints = Annotated[tuple[RosJoint, ...], Meta(min_length=2, max_length=8)]
Controllers = Annotated[tuple[RosController, ...], Meta(min_length=1, max_length=4)]


class RosArm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What both ways to ROS need: joints in the arm's order, controllers, and when silence is a loss.

    `stamps` says whether the header stamps of joint states are used to find samples that came late.
    """

    joints: Joints
    controllers: Controllers
    joint_states: Topic = "/joint_states"
    silence_ms: Milliseconds = 200
    stamps: Literal["checked", "ignored"] = "checked"


class Ros2Config(RosArm, frozen=True, forbid_unknown_fields=True):
    """ROS 2 by DDS: domain, who to look for, and the quality of service that is offered and asked."""

    domain: Annotated[int, Meta(ge=0, le=101)] = 0
    peers: Annotated[tuple[Host, ...], Meta(max_length=16)] = ("127.0.0.1",)
    multicast: bool = False
    interface: Host | None = None
    lifespan_ms: Milliseconds = 100
    deadline_ms: Milliseconds = 50
    joint_states_deadline_ms: Milliseconds | None = None
    joint_states_reliability: Literal["best_effort", "reliable"] = "best_effort"


class RosbridgeConfig(RosArm, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """rosbridge over a WebSocket: its address, and which ROS stands behind it."""

    url: WebSocketAddress
    ros: Literal[1, 2] = 2


def check_arm(config: RosArm, count: int, where: str) -> None:
    """Raises InvalidTable unless every joint has one name and exactly one controller."""
    names = [joint.name for joint in config.joints]
    if len(names) != count:
        raise InvalidTable(f"{where}: `joints` has {len(names)} entries for an arm of {count} joints")
    if len(set(names)) != count or any(joint.scale == 0.0 for joint in config.joints):
        raise InvalidTable(f"{where}: `joints` must have different names and no scale of 0")
    driven = [name for one in config.controllers for name in controlled(config, one)]
    unknown = sorted(set(driven) - set(names))
    if unknown:
        raise InvalidTable(f"{where}: no joint is named {unknown[0]!r}")
    for name in names:
        if driven.count(name) != 1:
            raise InvalidTable(f"{where}: {name!r} has {driven.count(name)} controllers, must have one")


def controlled(config: RosArm, controller: RosController) -> tuple[str, ...]:
    """The ROS names of the joints that this controller moves, in its order.

    A twist says nothing about the jaw, so servo_twist without joints moves all but the last.
    """
    if controller.joints:
        return controller.joints
    names = tuple(joint.name for joint in config.joints)
    return names[:-1] if controller.kind == "servo_twist" else names
