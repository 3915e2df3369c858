"""The few ROS 2 message types of the drive as DDS types, and our messages as these.

Names are mangled as ROS 2 does (pkg::msg::dds_::Name_); fields follow the published definitions.
"""

from dataclasses import dataclass

from cyclonedds.idl import IdlStruct, types

from robot_bridge.ros.messages import (
    Command,
    JointJog,
    JointStates,
    JointTrajectory,
    MultiArray,
    TrajectoryPoint,
    TwistStamped,
)

_SECOND = 1_000_000_000


@dataclass
class Time(IdlStruct, typename="builtin_interfaces::msg::dds_::Time_"):
    """builtin_interfaces/Time."""

    sec: types.int32
    nanosec: types.uint32


@dataclass
class Duration(IdlStruct, typename="builtin_interfaces::msg::dds_::Duration_"):
    """builtin_interfaces/Duration."""

    sec: types.int32
    nanosec: types.uint32


@dataclass
class Header(IdlStruct, typename="std_msgs::msg::dds_::Header_"):
    """std_msgs/Header."""

    stamp: Time
    frame_id: str


@dataclass
class JointState(IdlStruct, typename="sensor_msgs::msg::dds_::JointState_"):
    """sensor_msgs/JointState."""

    header: Header
    name: types.sequence[str]
    position: types.sequence[types.float64]
    velocity: types.sequence[types.float64]
    effort: types.sequence[types.float64]


@dataclass
class Point(IdlStruct, typename="trajectory_msgs::msg::dds_::JointTrajectoryPoint_"):
    """trajectory_msgs/JointTrajectoryPoint."""

    positions: types.sequence[types.float64]
    velocities: types.sequence[types.float64]
    accelerations: types.sequence[types.float64]
    effort: types.sequence[types.float64]
    time_from_start: Duration


@dataclass
class Trajectory(IdlStruct, typename="trajectory_msgs::msg::dds_::JointTrajectory_"):
    """trajectory_msgs/JointTrajectory."""

    header: Header
    joint_names: types.sequence[str]
    points: types.sequence[Point]


@dataclass
class Dimension(IdlStruct, typename="std_msgs::msg::dds_::MultiArrayDimension_"):
    """std_msgs/MultiArrayDimension."""

    label: str
    size: types.uint32
    stride: types.uint32


@dataclass
class Layout(IdlStruct, typename="std_msgs::msg::dds_::MultiArrayLayout_"):
    """std_msgs/MultiArrayLayout."""

    dim: types.sequence[Dimension]
    data_offset: types.uint32


@dataclass
class Float64MultiArray(IdlStruct, typename="std_msgs::msg::dds_::Float64MultiArray_"):
    """std_msgs/Float64MultiArray."""

    layout: Layout
    data: types.sequence[types.float64]


@dataclass
class Jog(IdlStruct, typename="control_msgs::msg::dds_::JointJog_"):
    """control_msgs/JointJog."""

    header: Header
    joint_names: types.sequence[str]
    displacements: types.sequence[types.float64]
    velocities: types.sequence[types.float64]
    duration: types.float64


@dataclass
class Vector3(IdlStruct, typename="geometry_msgs::msg::dds_::Vector3_"):
    """geometry_msgs/Vector3."""

    x: types.float64
    y: types.float64
    z: types.float64


@dataclass
class TwistPart(IdlStruct, typename="geometry_msgs::msg::dds_::Twist_"):
    """geometry_msgs/Twist."""

    linear: Vector3
    angular: Vector3


@dataclass
class Twist(IdlStruct, typename="geometry_msgs::msg::dds_::TwistStamped_"):
    """geometry_msgs/TwistStamped."""

    header: Header
    twist: TwistPart


TYPES: dict[str, tuple[str, type[IdlStruct]]] = {
    "joint_trajectory": ("trajectory_msgs/msg/JointTrajectory", Trajectory),
    "forward_command": ("std_msgs/msg/Float64MultiArray", Float64MultiArray),
    "servo_joint": ("control_msgs/msg/JointJog", Jog),
    "servo_twist": ("geometry_msgs/msg/TwistStamped", Twist),
}
"""What each kind of controller listens to: the ROS type and its DDS form."""


def encode(command: Command) -> IdlStruct:
    """The command in its DDS form."""
    match command:
        case JointTrajectory():
            points = [_point(point) for point in command.points]
            return Trajectory(_header(command.stamp_ns, ""), command.names, points)
        case MultiArray():
            return Float64MultiArray(Layout([], 0), command.data)
        case JointJog():
            header = _header(command.stamp_ns, "")
            return Jog(header, command.names, (), command.velocities, command.duration_s)
        case TwistStamped():
            parts = TwistPart(Vector3(*command.linear), Vector3(*command.angular))
            return Twist(_header(command.stamp_ns, command.frame), parts)


def joint_states(message: JointState) -> JointStates:
    """Joint states as they came."""
    stamp = message.header.stamp
    return JointStates(
        tuple(message.name),
        tuple(message.position),
        tuple(message.velocity),
        tuple(message.effort),
        stamp.sec * _SECOND + stamp.nanosec,
    )


def _header(stamp_ns: int, frame: str) -> Header:
    return Header(Time(*divmod(stamp_ns, _SECOND)), frame)


def _point(point: TrajectoryPoint) -> Point:
    after = Duration(*divmod(point.from_start_ns, _SECOND))
    return Point(point.positions, point.velocities, (), (), after)
