"""The ROS messages that pass between the bridge and an arm's controllers, free of any transport's form."""

from dataclasses import dataclass

Values = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class JointStates:
    """sensor_msgs/JointState as it came; velocities and efforts may be empty, stamp 0 when unset."""

    names: tuple[str, ...]
    positions: Values
    velocities: Values
    efforts: Values
    stamp_ns: int


@dataclass(frozen=True, slots=True)
class Heard:
    """Joint states and when they were received, on this machine's monotonic clock."""

    states: JointStates
    at_ns: int


@dataclass(frozen=True, slots=True)
class TrajectoryPoint:
    """One point of a trajectory, so long after its start."""

    positions: Values
    velocities: Values
    from_start_ns: int


@dataclass(frozen=True, slots=True)
class JointTrajectory:
    """trajectory_msgs/JointTrajectory; stamp 0 starts it on arrival."""

    stamp_ns: int
    names: tuple[str, ...]
    points: tuple[TrajectoryPoint, ...]


@dataclass(frozen=True, slots=True)
class MultiArray:
    """std_msgs/Float64MultiArray without a layout."""

    data: Values


@dataclass(frozen=True, slots=True)
class JointJog:
    """control_msgs/JointJog by velocities."""

    stamp_ns: int
    names: tuple[str, ...]
    velocities: Values
    duration_s: float


@dataclass(frozen=True, slots=True)
class TwistStamped:
    """geometry_msgs/TwistStamped: linear m/s and angular rad/s in the named frame."""

    stamp_ns: int
    frame: str
    linear: tuple[float, float, float]
    angular: tuple[float, float, float]


Command = JointTrajectory | MultiArray | JointJog | TwistStamped


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A command for the controller of this number in the configuration."""

    controller: int
    command: Command
