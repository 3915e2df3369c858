"""The rosbridge protocol's texts: what is said to a server, and what its answers mean.

Field names differ between ROS 1 and 2 in stamps (`secs`, `nsecs` against `sec`, `nanosec`) and in the
names of types; nothing else here does.
"""

from collections.abc import Mapping
from typing import Literal

import msgspec

from robot_bridge.ros.config import Kind, RosbridgeConfig
from robot_bridge.ros.messages import (
    Command,
    JointJog,
    JointStates,
    JointTrajectory,
    MultiArray,
    TrajectoryPoint,
    TwistStamped,
)

Json = Mapping[str, object]
_SECOND = 1_000_000_000
# What a ROS 2 server shall offer its controllers. Left to itself rosbridge_suite keeps a command for a second
# for controllers that come later; transient local it stays, for only then does the server listen reliably to
# our echo. Servers that do not know `qos` in an advertisement pass over it.
_OFFER: Json = {
    "history": "keep_last",
    "depth": 1,
    "reliability": "reliable",
    "durability": "transient_local",
    "lifespan": 0.1,
}
_TYPES: dict[Kind, tuple[str, str]] = {
    "joint_trajectory": ("trajectory_msgs", "JointTrajectory"),
    "forward_command": ("std_msgs", "Float64MultiArray"),
    "servo_joint": ("control_msgs", "JointJog"),
    "servo_twist": ("geometry_msgs", "TwistStamped"),
}


class _Stamp(msgspec.Struct, frozen=True):
    sec: int = 0
    nanosec: int = 0
    secs: int = 0
    nsecs: int = 0


class _Header(msgspec.Struct, frozen=True):
    stamp: _Stamp = _Stamp()


class _JointState(msgspec.Struct, frozen=True):
    """sensor_msgs/JointState; servers write NaN as null."""

    header: _Header = _Header()
    name: tuple[str, ...] = ()
    position: tuple[float | None, ...] = ()
    velocity: tuple[float | None, ...] = ()
    effort: tuple[float | None, ...] = ()


class _Publication(msgspec.Struct, frozen=True, tag_field="op", tag="publish"):
    topic: str
    msg: _JointState


class _Status(msgspec.Struct, frozen=True, tag_field="op", tag="status"):
    level: str
    msg: str


class Complaint(msgspec.Struct, frozen=True):
    """What the server says is wrong."""

    text: str


class Echo(msgspec.Struct, frozen=True):
    """A command of this controller has passed the server."""

    controller: int


_DECODER = msgspec.json.Decoder[_Publication | _Status](_Publication | _Status)


def greetings(config: RosbridgeConfig) -> tuple[str, ...]:
    """What a fresh connection is told first: what we shall publish, and what we listen to, our own too."""
    kinds = [(one.topic, _name(*_TYPES[one.kind], config.ros)) for one in config.controllers]
    states = (config.joint_states, _name("sensor_msgs", "JointState", config.ros))
    listening: list[Json] = [
        {
            "op": "subscribe",
            "id": f"hear_{number}",
            "topic": topic,
            "type": kind,
            "throttle_rate": 0,
            "queue_length": 1,
        }
        for number, (topic, kind) in enumerate([*kinds, states])
    ]
    offers: list[Json] = [
        {
            "op": "advertise",
            "id": f"command_{number}",
            "topic": topic,
            "type": kind,
            "queue_size": 1,
            "latch": False,
            **({"qos": _OFFER} if config.ros == 2 else {}),
        }
        for number, (topic, kind) in enumerate(kinds)
    ]
    return tuple(msgspec.json.encode(one).decode() for one in (*offers, *listening))


def publication(config: RosbridgeConfig, controller: int, command: Command) -> str:
    """The text that publishes this command on its controller's topic."""
    topic = config.controllers[controller].topic
    return msgspec.json.encode(
        {
            "op": "publish",
            "id": f"command_{controller}",
            "topic": topic,
            "msg": _message(command, config.ros),
        }
    ).decode()


def understand(config: RosbridgeConfig, text: str | bytes) -> JointStates | Complaint | Echo | None:
    """Joint states, an echo of a command or a complaint of the server; None for what is none of them."""
    try:
        message = _DECODER.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    if isinstance(message, _Status):
        return Complaint(message.msg) if message.level == "error" else None
    if message.topic != config.joint_states:
        topics = [one.topic for one in config.controllers]
        return Echo(topics.index(message.topic)) if message.topic in topics else None
    state = message.msg
    stamp = state.header.stamp
    return JointStates(
        state.name,
        _numbers(state.position),
        _numbers(state.velocity),
        _numbers(state.effort),
        (stamp.sec + stamp.secs) * _SECOND + stamp.nanosec + stamp.nsecs,
    )


def _numbers(values: tuple[float | None, ...]) -> tuple[float, ...]:
    return tuple(float("nan") if value is None else value for value in values)


def _name(package: str, name: str, ros: Literal[1, 2]) -> str:
    return f"{package}/{name}" if ros == 1 else f"{package}/msg/{name}"


def _message(command: Command, ros: Literal[1, 2]) -> Json:
    match command:
        case JointTrajectory():
            points = [_point(point, ros) for point in command.points]
            header = _header(command.stamp_ns, "", ros)
            return {"header": header, "joint_names": command.names, "points": points}
        case MultiArray():
            return {"layout": {"dim": [], "data_offset": 0}, "data": command.data}
        case JointJog():
            return {
                "header": _header(command.stamp_ns, "", ros),
                "joint_names": command.names,
                "displacements": [],
                "velocities": command.velocities,
                "duration": command.duration_s,
            }
        case TwistStamped():
            twist = {"linear": _vector(command.linear), "angular": _vector(command.angular)}
            return {"header": _header(command.stamp_ns, command.frame, ros), "twist": twist}


def _point(point: TrajectoryPoint, ros: Literal[1, 2]) -> Json:
    return {
        "positions": point.positions,
        "velocities": point.velocities,
        "accelerations": [],
        "effort": [],
        "time_from_start": _time(point.from_start_ns, ros),
    }


def _header(stamp_ns: int, frame: str, ros: Literal[1, 2]) -> Json:
    return {"stamp": _time(stamp_ns, ros), "frame_id": frame}


def _time(duration_ns: int, ros: Literal[1, 2]) -> Json:
    seconds, rest = divmod(duration_ns, _SECOND)
    return {"secs": seconds, "nsecs": rest} if ros == 1 else {"sec": seconds, "nanosec": rest}


def _vector(values: tuple[float, float, float]) -> Json:
    return dict(zip("xyz", values, strict=True))
