"""The inverse for arms without a closed form: damped least squares, the tool point before the angles.

Each step serves the point first and turns pitch and roll only by what leaves the point alone; a spare
joint keeps the tool axis in the arm's plane. The damping grows with the nearness of a singularity and is
nothing away from it. A joint all but at its limit is taken out of a step that would push it out, and only
then; what remains of the step is scaled as a whole, so the direction stays and no posture holds the arm.
A step that brings the tool no nearer is halved, so that at the end of its reach the arm comes to rest.
"""

import math
from collections.abc import Iterator
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from robot_bridge.arms.model import ArmModel, gripper_angle
from robot_bridge.kinematics.frames import chain_frames, compose, tool_offset
from robot_bridge.kinematics.solution import Solution, Unreachable
from robot_bridge.kinematics.task import Rows, Task, measure, pan_sign
from robot_bridge.wire.commands import PoseTarget

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


def inverse(model: ArmModel, pose: PoseTarget, near: tuple[float, ...]) -> Solution | Unreachable:
    """Joint angles for this pose within the soft limits, found from `near`, pitch and roll giving way.

    The posture that `near` leads to is taken even when its pitch had to give way, so that a stream of
    poses does not flip the arm; other starts are tried only when the point was not reached from there and
    lies in another direction. What cannot be reached is answered with the nearest posture found.
    """
    found: list[tuple[float, Vector]] = []
    for start in _starts(model, pose, near):
        found.append(_descend(model, pose, start))
        if found[-1][0] <= _POINT:
            return _solution(model, pose, found[-1][1])
    return Unreachable(_solution(model, pose, min(found, key=_miss)[1]))


def _miss(found: tuple[float, Vector]) -> float:
    return found[0]


def _solution(model: ArmModel, pose: PoseTarget, found: Vector) -> Solution:
    """The answer for these arm joints: what gave way is told by what is missing."""
    q = tuple(float(angle) for angle in found)
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
    lower, upper = np.array(model.lower_rad[:-1]), np.array(model.upper_rad[:-1])
    yield np.clip(np.array(near[:-1]), lower, upper)
    x, y = _axis(model)
    pan = pan_sign(model) * math.atan2(pose.y_m - y, pose.x_m - x)
    if abs(math.remainder(pan - near[0], math.tau)) < _WIDE_RAD:
        return
    for posture in (near, model.ready_rad):
        yield np.clip(np.array((pan, *posture[1:-1])), lower, upper)


def _descend(model: ArmModel, pose: PoseTarget, start: Vector) -> tuple[float, Vector]:
    """Arm joints that bring the tool nearest, the point before the angles, and how far off the point is."""
    limits = (np.array(model.lower_rad[:-1]), np.array(model.upper_rad[:-1]))
    q, levels = start, _levels(model, pose, start)
    for _ in range(_STEPS):
        if np.linalg.norm(levels[0][1]) <= _POINT and np.linalg.norm(levels[1][1]) <= _ANGLE_RAD:
            break
        nearer = _nearer(model, pose, (q, levels), limits)
        if nearer is None:
            break
        q, levels = nearer
    return _settle(model, pose, q, limits)


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


def _settle(
    model: ArmModel, pose: PoseTarget, q: Vector, limits: tuple[Vector, Vector]
) -> tuple[float, Vector]:
    """The posture moved exactly onto the point, whatever the angles do, when it is nearly there."""
    point = _levels(model, pose, q)[:1]
    miss = float(np.linalg.norm(point[0][1]))
    for _ in range(_SETTLING_STEPS):
        if miss <= _POINT:
            break
        moved = np.clip(q + _step(q, point, limits), *limits)
        point = _levels(model, pose, moved)[:1]
        off = float(np.linalg.norm(point[0][1]))
        if off > _SETTLING * miss:
            break
        q, miss = moved, off
    return miss, q


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
        u, values, v = np.linalg.svd(rows @ spare, full_matrices=False)
        step = step + v.T @ (_gain(values) * (u.T @ (wanted - rows @ step)))
        used = v[values > _RANK]
        spare = spare - used.T @ used
    return step


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
