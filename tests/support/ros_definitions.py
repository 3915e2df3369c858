"""The published message definitions of ROS 1 and 2, as the rosbags package carries them.

Fills in JSON messages as a rosbridge server does: a field that a type does not have is refused, one that
is left out gets its default.
"""

from typing import Any, Literal

from rosbags.interfaces import Nodetype
from rosbags.typesys import Stores, get_types_from_msg, get_typestore

JOINT_JOG = (
    "std_msgs/Header header\nstring[] joint_names\nfloat64[] displacements\nfloat64[] velocities\n"
    "float64 duration\n"
)
ROS1_TRAJECTORY = (
    "std_msgs/Header header\nstring[] joint_names\ntrajectory_msgs/JointTrajectoryPoint[] points\n"
)
ROS1_POINT = (
    "float64[] positions\nfloat64[] velocities\nfloat64[] accelerations\nfloat64[] effort\n"
    "duration time_from_start\n"
)
TIMES = {"builtin_interfaces/msg/Time", "builtin_interfaces/msg/Duration"}


class Definitions:
    """All definitions of one ROS."""

    def __init__(self, ros: Literal[1, 2]) -> None:
        """ROS 1 as in Noetic, ROS 2 as in Jazzy."""
        self.ros = ros
        self.types = get_typestore(Stores.ROS1_NOETIC if ros == 1 else Stores.ROS2_JAZZY)
        self.types.register(get_types_from_msg(JOINT_JOG, "control_msgs/msg/JointJog"))
        if ros == 1 and "trajectory_msgs/msg/JointTrajectory" not in self.types.fielddefs:
            self.types.register(get_types_from_msg(ROS1_POINT, "trajectory_msgs/msg/JointTrajectoryPoint"))
            self.types.register(get_types_from_msg(ROS1_TRAJECTORY, "trajectory_msgs/msg/JointTrajectory"))

    def empty(self, name: str) -> dict[str, Any]:
        """A message of this type with nothing filled in."""
        return self.fill(name, {})

    def fill(self, name: str, message: dict[str, Any]) -> dict[str, Any]:
        """The whole message; raises KeyError for an unknown type and ValueError for an unknown field."""
        return self._struct(self._full(name), message)

    def stamp_ns(self, stamp: dict[str, int]) -> int:
        """A stamp or duration of this ROS in ns."""
        seconds, rest = ("secs", "nsecs") if self.ros == 1 else ("sec", "nanosec")
        return stamp[seconds] * 1_000_000_000 + stamp[rest]

    def _full(self, name: str) -> str:
        """The package's own name of a type; a name of the other ROS is refused as a server does."""
        if (name.count("/") == 1) != (self.ros == 1):
            raise KeyError(name)
        package, short = name.split("/", maxsplit=1)[0], name.rsplit("/", maxsplit=1)[-1]
        return f"{package}/msg/{short}"

    def _struct(self, name: str, message: Any) -> dict[str, Any]:
        if not isinstance(message, dict):
            raise ValueError(f"{name} is not {message!r}")
        if self.ros == 1 and name in TIMES:
            return {key: int(message.pop(key, 0)) for key in ("secs", "nsecs")} | self._nothing(name, message)
        fields = dict(self.types.fielddefs[name][1])
        self._nothing(name, {key: value for key, value in message.items() if key not in fields})
        return {field: self._value(kind, message.get(field)) for field, kind in fields.items()}

    @staticmethod
    def _nothing(name: str, rest: dict[str, Any]) -> dict[str, Any]:
        if rest:
            raise ValueError(f"{name} has no field {next(iter(rest))}")
        return {}

    def _value(self, kind: Any, value: Any) -> Any:
        node, detail = kind
        if node == Nodetype.NAME:
            return self._struct(detail, {} if value is None else value)
        if node in (Nodetype.SEQUENCE, Nodetype.ARRAY):
            return [self._value(detail[0], one) for one in value or []]
        base = detail[0]
        if base == "string":
            return str(value or "")
        number = 0 if value is None else value
        if isinstance(number, bool) or not isinstance(number, int | float):
            raise ValueError(f"{number!r} is not a {base}")
        return float(number) if base.startswith("float") else int(number)
