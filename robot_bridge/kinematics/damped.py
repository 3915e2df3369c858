"""The inverse for arms without a closed form: damped least squares, the tool point before the angles.

Each step serves the point first and turns pitch and roll only by what leaves the point alone; a spare
joint keeps the tool axis in the arm's plane. The damping grows with the nearness of a singularity and is
nothing away from it. A joint all but at its limit is taken out of a step that would push it out, and only
then; what remains of the step is scaled as a whole, so the direction stays and no posture holds the arm.
A step that brings the tool no nearer is halved, so that at the end of its reach the arm comes to rest.
The search can be cut into parts of a few steps each, so that no tick has to wait for its end.
"""

import math
from collections.abc import Iterator
from functools import lru_cache

import numpy as np
from msgspec import Struct
from msgspec.structs import replace
from numpy.typing import NDArray

from robot_bridge.arms.model import ArmModel, gripper_angle
from robot_bridge.kinematics.frames import chain_frames, compose, tool_offset
from robot_bridge.kinematics.solution import Solution, Unreachable
from robot_bridge.kinematics.task import Rows, Task, measure, pan_sign
from robot_bridge.wire.commands import PoseTarget

Joints = tuple[float, ...]
Vector = NDArray[np.float64]
Level = tuple[Vector, Vector]
Spot = tuple[Vector, tuple[Level, ...]]

_STEPS = 20
_SETTLING_STEPS = 8
_SETTLING = 0.9
_WIDE_RAD = 0.5
_HALVINGS = 3
_WEIGHTS = (10.0, 1.0, 0.1)
_GAIN = 5e-3
_FARTHEST_STEP_RAD = 0.5
_POINT = 1e-8
_RANK = 1e-6
_ANGLE_RAD = 1e-7
_NEAR_SINGULAR = 0.05
_MOST_DAMPING = 0.05
_LEAST_SHARE = 0.1
_TINY = 1e-300
_ONE: Vector = np.ones((1, 1))


class Search(Struct, frozen=True):
    """One inverse on its way: where it stands, what it has tried, and the answer once there is one.

    `at_rad` are arm joints within the soft limits; `steps` and `settled` count what this descent has used.
    `ended` tells for each descent that missed the point by how much, and where it came to rest.
    """

    pose: PoseTarget
    at_rad: Joints
    starts: tuple[Joints, ...] = ()
    steps: int = 0
    settled: int = 0
    ended: tuple[tuple[float, Joints], ...] = ()
    answer: Solution | Unreachable | None = None

    @property
    def nearest_rad(self) -> Joints:
        """The best arm joints so far: of the descents that have ended, or else where the first one stands."""
        return min(self.ended, key=_miss)[1] if self.ended else self.at_rad


def begin(model: ArmModel, pose: PoseTarget, near: tuple[float, ...]) -> Search:
    """A search for this pose from `near` that has not taken any step yet."""
    first, *others = (_angles(start) for start in _starts(model, pose, near))
    return Search(pose, first, tuple(others))


def go_on(model: ArmModel, search: Search, steps: int) -> tuple[Search, int]:
    """The search after at most so many steps, and how many of them it did not need.

    It is the same search, to the last bit, into however many parts it is cut.
    """
    while search.answer is None and steps > 0:
        if search.steps < _STEPS:
            search, steps = _descend(model, search, steps)
        else:
            search, steps = _settle(model, search, steps)
    return search, steps


def inverse(model: ArmModel, pose: PoseTarget, near: tuple[float, ...]) -> Solution | Unreachable:
    """Joint angles for this pose within the soft limits, found from `near`, pitch and roll giving way.

    The posture that `near` leads to is taken even when its pitch had to give way, so that a stream of
    poses does not flip the arm; other starts are tried only when the point was not reached from there and
    lies in another direction. What cannot be reached is answered with the nearest posture found.
    """
    search = begin(model, pose, near)
    while search.answer is None:
        search, _ = go_on(model, search, _STEPS)
    return search.answer


def _miss(found: tuple[float, Joints]) -> float:
    return found[0]


def _angles(values: Vector) -> Joints:
    return tuple(float(value) for value in values)


@lru_cache(maxsize=16)
def _limits(model: ArmModel) -> tuple[Vector, Vector]:
    return np.array(model.lower_rad[:-1]), np.array(model.upper_rad[:-1])


def _solution(model: ArmModel, pose: PoseTarget, q: Joints) -> Solution:
    """The answer for these arm joints: what gave way is told by what is missing."""
    off = _turn(pose, measure(model, (*q, 0.0)))
    relaxed, limited = (abs(angle) > 10.0 * _ANGLE_RAD for angle in off)
    return Solution((*q, gripper_angle(model, pose.gripper)), relaxed, limited)


def _scaled(model: ArmModel, found: Rows) -> Vector:
    rows = np.array(found)
    rows[:3] /= _reach_m(model)
    return rows if _has_roll(model) else rows[:4]


@lru_cache(maxsize=16)
def _reach_m(model: ArmModel) -> float:
    """Length of the chain from the second joint to the tool point."""
    frames = chain_frames(model, (0.0,) * len(model.joints))
    tool = compose(frames[-2], tool_offset(model))
    points = [(frame[3], frame[7], frame[11]) for frame in (*frames[1:-1], tool)]
    return sum(math.dist(a, b) for a, b in zip(points, points[1:], strict=False))


@lru_cache(maxsize=16)
def _has_roll(model: ArmModel) -> bool:
    """Whether any joint turns the gripper about the tool axis; read at the ready posture."""
    return max(abs(value) for value in measure(model, model.ready_rad).rows[4]) > _ANGLE_RAD


@lru_cache(maxsize=16)
def _axis(model: ArmModel) -> tuple[float, float]:
    """x and y of the pan axis, in m."""
    first = chain_frames(model, (0.0,) * len(model.joints))[0]
    return first[3], first[7]


def _starts(model: ArmModel, pose: PoseTarget, near: tuple[float, ...]) -> Iterator[Vector]:
    """Where to look: the given posture; from a wide turn away, that one and the ready one turned there."""
    limits = _limits(model)
    yield np.clip(np.array(near[:-1]), *limits)
    x, y = _axis(model)
    pan = pan_sign(model) * math.atan2(pose.y_m - y, pose.x_m - x)
    if abs(math.remainder(pan - near[0], math.tau)) < _WIDE_RAD:
        return
    for posture in (near, model.ready_rad):
        yield np.clip(np.array((pan, *posture[1:-1])), *limits)


def _descend(model: ArmModel, search: Search, steps: int) -> tuple[Search, int]:
    """Arm joints that bring the tool nearer, the point before the angles, as long as a step does so."""
    q, taken = np.array(search.at_rad), search.steps
    levels = _levels(model, search.pose, q)
    while taken < _STEPS and steps > 0:
        if np.linalg.norm(levels[0][1]) <= _POINT and np.linalg.norm(levels[1][1]) <= _ANGLE_RAD:
            taken = _STEPS
            break
        nearer = _nearer(model, search.pose, (q, levels), _limits(model))
        taken, steps = taken + 1, steps - 1
        if nearer is None:
            taken = _STEPS
            break
        q, levels = nearer
    return replace(search, at_rad=_angles(q), steps=taken), steps


def _nearer(model: ArmModel, pose: PoseTarget, at: Spot, limits: tuple[Vector, Vector]) -> Spot | None:
    """Where the step leads, or as much of it as brings the tool nearer; None when nothing does."""
    q, levels = at
    move, missing = _step(q, levels, limits), _missing(levels)
    for halvings in range(_HALVINGS):
        moved = np.clip(q + move * 0.5**halvings, *limits)
        there = _levels(model, pose, moved)
        if _missing(there) < missing * (1.0 - _GAIN):
            return moved, there
    return None


def _missing(levels: tuple[Level, ...]) -> float:
    """How much of what is asked is missing, a length of the point counting more than an angle."""
    weights = zip(_WEIGHTS, levels, strict=False)
    return sum(weight * float(np.linalg.norm(wanted)) for weight, (_, wanted) in weights)


def _settle(model: ArmModel, search: Search, steps: int) -> tuple[Search, int]:
    """The posture moved exactly onto the point, whatever the angles do, when it is nearly there."""
    q, taken, limits = np.array(search.at_rad), search.settled, _limits(model)
    point = _levels(model, search.pose, q)[:1]
    miss = float(np.linalg.norm(point[0][1]))
    while miss > _POINT and taken < _SETTLING_STEPS and steps > 0:
        moved = np.clip(q + _step(q, point, limits), *limits)
        point = _levels(model, search.pose, moved)[:1]
        off = float(np.linalg.norm(point[0][1]))
        taken, steps = taken + 1, steps - 1
        if off > _SETTLING * miss:
            taken = _SETTLING_STEPS
            break
        q, miss = moved, off
    search = replace(search, at_rad=_angles(q), settled=taken)
    done = miss <= _POINT or taken == _SETTLING_STEPS
    return (_ended(model, search, miss) if done else search), steps


def _ended(model: ArmModel, search: Search, miss: float) -> Search:
    """What follows on a descent: the answer, or the next start."""
    if miss <= _POINT:
        return replace(search, answer=_solution(model, search.pose, search.at_rad))
    search = replace(search, ended=(*search.ended, (miss, search.at_rad)))
    if search.starts:
        return replace(search, at_rad=search.starts[0], starts=search.starts[1:], steps=0, settled=0)
    return replace(search, answer=Unreachable(_solution(model, search.pose, search.nearest_rad)))


def _levels(model: ArmModel, pose: PoseTarget, q: Vector) -> tuple[Level, ...]:
    """What is asked, the most important first: the point, pitch and roll, and no leaning of a spare joint."""
    task = measure(model, (*(float(angle) for angle in q), 0.0))
    rows = _scaled(model, task.rows)
    x, y, z = task.point_m
    point = np.array([pose.x_m - x, pose.y_m - y, pose.z_m - z]) / _reach_m(model)
    turn = np.array(_turn(pose, task))[: len(rows) - 3]
    levels = ((rows[:3], point), (rows[3:], turn))
    if len(q) <= len(rows):
        return levels
    return (*levels, (np.array([task.leaning]), np.array([-task.lean_rad])))


def _turn(pose: PoseTarget, task: Task) -> tuple[float, float]:
    """What is missing of pitch and roll, the short way round."""
    return (
        math.remainder(pose.pitch_rad - task.pitch_rad, math.tau),
        math.remainder(pose.roll_rad - task.roll_rad, math.tau),
    )


def _step(q: Vector, levels: tuple[Level, ...], limits: tuple[Vector, Vector]) -> Vector:
    """One step inside the limits; joints with next to no room for it are taken out one after another."""
    free = np.ones(len(q), dtype=bool)
    while True:
        step = np.zeros(len(q))
        step[free] = _ranked(tuple((rows[:, free], wanted) for rows, wanted in levels))
        room = np.where(step > 0.0, limits[1] - q, q - limits[0])
        out = room < _LEAST_SHARE * np.abs(step)
        if not out.any():
            return step * _share(q, step, limits)
        free &= ~out


def _ranked(levels: tuple[Level, ...]) -> Vector:
    """The step that serves each level by what the levels before it leave free."""
    count = levels[0][0].shape[1]
    step, spare = np.zeros(count), np.eye(count)
    for rows, wanted in levels:
        u, values, v = _parts(rows @ spare)
        step = step + v.T @ (_gain(values) * (u.T @ (wanted - rows @ step)))
        used = v[values > _RANK]
        spare = spare - used.T @ used
    return step


def _parts(rows: Vector) -> tuple[Vector, Vector, Vector]:
    """The singular value decomposition, which for a single row is its length and direction."""
    if len(rows) > 1:
        return np.linalg.svd(rows, full_matrices=False)
    length = math.sqrt(float(rows[0] @ rows[0]))
    return _ONE, np.array([length]), rows / max(length, _TINY)


def _gain(values: Vector) -> Vector:
    """The inverse of each singular value, damped more the smaller it is."""
    damping = _MOST_DAMPING * np.clip(1.0 - values / _NEAR_SINGULAR, 0.0, 1.0)
    return np.asarray(values / np.maximum(values * values + damping * damping, _RANK * _RANK))


def _share(q: Vector, step: Vector, limits: tuple[Vector, Vector]) -> float:
    """The part of the step that stays inside every limit and is not too long to trust."""
    farthest = float(np.max(np.abs(step)))
    share = 1.0 if farthest <= _FARTHEST_STEP_RAD else _FARTHEST_STEP_RAD / farthest
    for angle, move, lower, upper in zip(q, step, *limits, strict=True):
        room = upper - angle if move > 0.0 else lower - angle
        if move != 0.0 and abs(move) * share > abs(room):
            share = float(abs(room) / abs(move))
    return share
