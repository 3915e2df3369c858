"""Pure kinematics of the arm: link frames, forward pose, closed-form inverse."""

from robot_bridge.kinematics.frames import chain_frames, link_frames, lowest_guard_m
from robot_bridge.kinematics.pose import Solution, Unreachable, distance, forward, inverse

__all__ = [
    "Solution",
    "Unreachable",
    "chain_frames",
    "distance",
    "forward",
    "inverse",
    "link_frames",
    "lowest_guard_m",
]
