"""Straight legs of a move, walked at bounded speed."""

from dataclasses import dataclass
from math import dist
from typing import Literal

TURN_RAD_S = 1.2

Stage = Literal["approach", "descend", "grip", "lift", "carry", "lower", "release", "retreat"]


@dataclass(frozen=True, slots=True)
class Pose:
    """A tool pose in the arm's base frame; pitch above the horizon, roll about the tool axis."""

    x_m: float
    y_m: float
    z_m: float
    pitch_rad: float
    roll_rad: float

    @property
    def point_m(self) -> tuple[float, float, float]:
        """The position alone."""
        return (self.x_m, self.y_m, self.z_m)


@dataclass(frozen=True, slots=True)
class Leg:
    """One stage's way: where to, how fast, and the gripper's opening meanwhile (None: as it was)."""

    stage: Stage
    to: Pose
    speed_m_s: float
    gripper: float | None = None


def leg_seconds(origin: Pose, leg: Leg) -> float:
    """Returns how long the walk from `origin` takes."""
    turn = max(abs(leg.to.pitch_rad - origin.pitch_rad), abs(leg.to.roll_rad - origin.roll_rad))
    return max(dist(origin.point_m, leg.to.point_m) / leg.speed_m_s, turn / TURN_RAD_S)


def along(origin: Pose, leg: Leg, elapsed_s: float) -> Pose:
    """Returns the pose on the leg after `elapsed_s`, its end once the walk is over."""
    walked_s, duration_s = max(0.0, elapsed_s), leg_seconds(origin, leg)
    if walked_s >= duration_s:
        return leg.to
    share = walked_s / duration_s
    start, end = origin, leg.to
    return Pose(
        start.x_m + (end.x_m - start.x_m) * share,
        start.y_m + (end.y_m - start.y_m) * share,
        start.z_m + (end.z_m - start.z_m) * share,
        start.pitch_rad + (end.pitch_rad - start.pitch_rad) * share,
        start.roll_rad + (end.roll_rad - start.roll_rad) * share,
    )
