"""Judges the goals that go to the bus by an own reading of the arm's file; asks none of the bridge's code.

The bounds hold for means over a period, so differences of what was commanded must obey them exactly: where
a joint goes from tick to tick is its velocity, how that changes its acceleration, how that changes its jerk.
"""

import math
import tomllib
from collections import deque
from collections.abc import Iterator, Sequence
from importlib import resources
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

KEEP_OUT_M = 0.01  # docs/safety.md: what every link keeps from a keep-out box
STRAY_M = 0.002  # docs/safety.md: what a smooth motion may cut off a corner
_CORNER = 1.05  # the tool's cap is kept by joint speeds, planned one period ahead
_TINY = 1e-6
_TINY_STEP = 1e-8  # of a position: at rest, goals settle onto their target by less than this
_SAMPLES = np.linspace(0.0, 1.0, 9)

Matrix = NDArray[np.float64]
Span = tuple[float, float]
Box = tuple[Span, Span, Span]


class Judge:
    """Remembers the last goals of one arm, and names every bound that the next ones break."""

    def __init__(self, arm: str, period_s: float, boxes: Sequence[Box] = ()) -> None:
        """Reads the arm's file itself; `boxes` are spans of x, y and z that no link may enter."""
        read = tomllib.loads(resources.files("robot_bridge.arms").joinpath(f"{arm}.toml").read_text())
        joints, motion = read["joints"], read["motion"]
        margin = motion["soft_margin_rad"]
        self.lower = np.array([joint["limits_rad"][0] + margin for joint in joints])
        self.upper = np.array([joint["limits_rad"][1] - margin for joint in joints])
        self.velocity = np.array(motion["velocity_rad_s"])
        self._bounds = {
            True: (np.array(motion["acceleration_rad_s2"]), np.array(motion["jerk_rad_s3"])),
            False: (np.array(motion["stop_acceleration_rad_s2"]), np.array(motion["stop_jerk_rad_s3"])),
        }
        self._speed_m_s = read["tool_speed_m_s"]
        self._workspace = np.array([read["workspace"][f"{axis}_m"] for axis in "xyz"])
        self._clearance_m = read["table_clearance_m"]
        self._origins = [_origin(joint["xyz_m"], joint["rpy_rad"]) for joint in joints]
        self._tool = np.array([*read["tool_xyz_m"], 1.0])
        links = [read["base_link"], *(joint["child"] for joint in joints)]
        self._guards = [
            (links.index(one["link"]), np.array([*one["xyz_m"], 1.0])) for one in read["guard_points"]
        ]
        self._solids = [
            (links.index(one["link"]), _along(one["from_m"], one["to_m"]), one["radius_m"])
            for one in read.get("capsules", ())
            if one["link"] != read["base_link"]
        ]
        self._boxes = [np.array(box) for box in boxes]
        self._period_s = period_s
        self._positions: deque[Matrix] = deque(maxlen=4)
        self._speeds: deque[Matrix] = deque(maxlen=3)
        self._played: deque[bool] = deque(maxlen=3)
        self._tool_m: Matrix | None = None

    def broken(
        self, positions_rad: Sequence[float], velocities_rad_s: Sequence[float], *, playing: bool
    ) -> list[str]:
        """The bounds that these goals break; `playing` is false in a controlled stop, which has its own."""
        if not all(map(math.isfinite, (*positions_rad, *velocities_rad_s))):
            return ["no number"]
        if not len(positions_rad) == len(velocities_rad_s) == len(self.lower):
            return ["arity"]
        self._positions.append(np.array(positions_rad))
        self._speeds.append(np.array(velocities_rad_s))
        self._played.append(playing)
        return [*self._of_joints(), *self._of_place()]

    def _of_joints(self) -> Iterator[str]:
        here, dt = self._positions[-1], self._period_s
        if np.any(here < self.lower - _TINY) or np.any(here > self.upper + _TINY):
            yield "position"
        if np.any(np.abs(self._speeds[-1]) > self.velocity + _TINY):
            yield "velocity"
        acceleration, jerk = self._bounds[all(self._played)]
        bounds = (("velocity", self.velocity), ("acceleration", acceleration), ("jerk", jerk))
        yield from _differing(self._positions, bounds, dt, _TINY_STEP)
        yield from _differing(self._speeds, bounds[1:], dt, _TINY)

    def _of_place(self) -> Iterator[str]:
        frames = self._frames(self._positions[-1])
        tool = (frames[-2] @ self._tool)[:3]
        if self._tool_m is not None:
            way = float(np.linalg.norm(tool - self._tool_m))
            if way > self._speed_m_s * self._period_s * _CORNER:
                yield "tool speed"
        self._tool_m = tool
        if np.any(tool < self._workspace[:, 0] - STRAY_M - _TINY) or np.any(
            tool > self._workspace[:, 1] + STRAY_M + _TINY
        ):
            yield "workspace"
        lowest = min(float(frames[link][2] @ point) for link, point in self._guards)
        if lowest < self._clearance_m - STRAY_M - _TINY:
            yield "table"
        for box in self._boxes:
            if self._room(frames, box) < KEEP_OUT_M - STRAY_M - _TINY:
                yield "keep_out"

    def _frames(self, positions: Matrix) -> list[Matrix]:
        """The base's frame and every joint's."""
        frames = [np.eye(4)]
        for origin, angle in zip(self._origins, positions, strict=True):
            c, s = math.cos(angle), math.sin(angle)
            turn = np.array([(c, -s, 0, 0), (s, c, 0, 0), (0, 0, 1, 0), (0, 0, 0, 1)])
            frames.append(frames[-1] @ origin @ turn)
        return frames

    def _room(self, frames: list[Matrix], box: Matrix) -> float:
        """The least way in m from any link's sampled points to the box; 0 and less inside it."""
        least = math.inf
        for link, points, radius in self._solids:
            at = (frames[link] @ points)[:3]
            beyond = np.maximum(box[:, :1] - at, at - box[:, 1:])
            away = np.linalg.norm(np.maximum(beyond, 0.0), axis=0) + np.minimum(beyond.max(axis=0), 0.0)
            least = min(least, float(away.min()) - radius)
        return least


def _differing(
    values: Sequence[Matrix], bounds: Sequence[tuple[str, Matrix]], dt: float, tiny: float
) -> Iterator[str]:
    """Names each bound that the values' first, second and third differences break."""
    steps, span = list(values), 1.0
    for name, bound in bounds:
        steps, span = [b - a for a, b in pairwise(steps)], span * dt
        if steps and np.any(np.abs(steps[-1]) > bound * span + tiny):
            yield name


def _origin(xyz: Sequence[float], rpy: Sequence[float]) -> Matrix:
    """Where a joint stands in its parent link, as a URDF says it."""
    (cr, cp, cy), (sr, sp, sy) = np.cos(rpy), np.sin(rpy)
    about_x = np.array([(1, 0, 0), (0, cr, -sr), (0, sr, cr)])
    about_y = np.array([(cp, 0, sp), (0, 1, 0), (-sp, 0, cp)])
    about_z = np.array([(cy, -sy, 0), (sy, cy, 0), (0, 0, 1)])
    frame = np.eye(4)
    frame[:3, :3] = about_z @ about_y @ about_x
    frame[:3, 3] = xyz
    return frame


def _along(start: Sequence[float], end: Sequence[float]) -> Matrix:
    """Points between two, one a column."""
    a, b = np.array([*start, 1.0])[:, None], np.array([*end, 1.0])[:, None]
    return a + (b - a) * _SAMPLES
