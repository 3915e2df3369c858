"""Pure kinematics of the arm: link frames, forward pose and inverse."""

from robot_bridge.kinematics.frames import chain_frames, link_frames, lowest_guard_m
from robot_bridge.kinematics.inverses import Inverses, Progress
from robot_bridge.kinematics.pose import distance, forward, inverse
from robot_bridge.kinematics.solution import Solution, Unreachable

__all__ = [
    "Inverses",
    "Progress",
    "Solution",
    "Unreachable",
    "chain_frames",
    "distance",
    "forward",
    "inverse",
    "link_frames",
    "lowest_guard_m",
]
