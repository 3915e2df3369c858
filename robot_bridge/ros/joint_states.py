"""Joint states of ROS as the arm's samples: found by name, in the arm's order and units.

Nothing guarantees the order of the names or that one message names every joint, so each joint keeps the
newest sample of its own.
"""

import math
from dataclasses import dataclass

from msgspec.structs import replace

from robot_bridge.buses.reading import JointSample
from robot_bridge.ros.config import RosJoint
from robot_bridge.ros.messages import JointStates, Values

FARTHEST_RAD = 12.6
FASTEST_RAD_S = 50.0
Samples = tuple[JointSample | None, ...]


@dataclass(frozen=True, slots=True)
class Merged:
    """The newest sample of every joint, and how many values were no numbers that a joint can have."""

    samples: Samples
    implausible: int


def merge(joints: tuple[RosJoint, ...], samples: Samples, states: JointStates, at_ns: int) -> Merged:
    """The samples after this message; values for unknown joints are passed over, older ones too."""
    places = {name: place for place, name in enumerate(states.names)}
    merged: list[JointSample | None] = []
    implausible = 0
    for joint, old in zip(joints, samples, strict=True):
        place = places.get(joint.name)
        if place is None or (old is not None and at_ns <= old.at_ns):
            merged.append(old)
            continue
        fresh = _sample(joint, states, place, at_ns)
        implausible += fresh is None
        merged.append(old if fresh is None else _with_velocity(fresh, old, states))
    return Merged(tuple(merged), implausible)


def _sample(joint: RosJoint, states: JointStates, place: int, at_ns: int) -> JointSample | None:
    position = _value(states.positions, place)
    velocity = _value(states.velocities, place) if states.velocities else 0.0
    if position is None or velocity is None:
        return None
    angle = (position - joint.offset) / joint.scale
    speed = velocity / joint.scale
    if abs(angle) > FARTHEST_RAD or abs(speed) > FASTEST_RAD_S:
        return None
    return JointSample(angle, speed, _load(joint, states.efforts, place), None, None, "none", 0, at_ns)


def _with_velocity(fresh: JointSample, old: JointSample | None, states: JointStates) -> JointSample:
    """The velocity from two positions where the message has none."""
    if states.velocities or old is None:
        return fresh
    speed = (fresh.position_rad - old.position_rad) / ((fresh.at_ns - old.at_ns) / 1e9)
    return replace(fresh, velocity_rad_s=min(FASTEST_RAD_S, max(-FASTEST_RAD_S, speed)))


def _load(joint: RosJoint, efforts: Values, place: int) -> float:
    effort = _value(efforts, place)
    if effort is None or joint.effort_limit is None:
        return 0.0
    return min(1.0, max(-1.0, effort / joint.effort_limit))


def _value(values: Values, place: int) -> float | None:
    if place >= len(values) or not math.isfinite(values[place]):
        return None
    return values[place]
