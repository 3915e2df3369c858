"""How near an arm is to a posture where the tool cannot be moved every way, and steps that bear it.

The task is x, y, z, pitch and roll, lengths counted in units of 0.15 m so that they compare with angles.
The measure is taken on the smaller side of the Jacobian, so that an arm of four or five joints is judged
by what its joints can do and not by what it has no joint for.
"""

import math
from functools import lru_cache

from robot_bridge.arms.model import ArmModel
from robot_bridge.kinematics import forward
from robot_bridge.kinematics.task import measure
from robot_bridge.wire.commands import PoseTarget

_LENGTH_M = 0.15
_DAMPING = 0.03
_NOTHING = 1e-12
_SOFT_SHARE = 0.5
_PASSES = 2

Rows = tuple[tuple[float, ...], ...]
Posture = tuple[float, ...]
Change = tuple[float, float, float, float, float]


@lru_cache(maxsize=8)
def conditioning(model: ArmModel, positions_rad: Posture) -> float:
    """0 at a singular posture, larger the better the task's worst direction can be moved."""
    columns = _columns(model, positions_rad)
    sides = columns if len(columns) <= len(columns[0]) else tuple(zip(*columns, strict=True))
    return _least(_products(sides))


@lru_cache(maxsize=16)
def soft_conditioning(model: ArmModel) -> float:
    """The measure below which motion toward a singularity slows: half of that at the ready posture."""
    return _SOFT_SHARE * conditioning(model, model.ready_rad)


def tool_step(model: ArmModel, start_rad: Posture, wanted: Change) -> Posture:
    """The arm joints after a small change of x, y, z (m), pitch and roll (rad), as near to it as they can.

    A second step by the same Jacobian takes out what the first one missed, so that a long way made of
    small changes stays straight. Damping sets in only near a singularity.
    """
    columns = _columns(model, start_rad)
    near = conditioning(model, start_rad) / soft_conditioning(model)
    damping = _DAMPING * max(0.0, 1.0 - near)
    products = _products(columns)
    for at, row in enumerate(products):
        row[at] += damping * damping
    lower = _root(products)
    here, arm = forward(model, start_rad), start_rad[:-1]
    missing = wanted
    for _ in range(_PASSES):
        scaled = (*(value / _LENGTH_M for value in missing[:3]), *missing[3:])
        steps = _solve(lower, [_dot(column, scaled) for column in columns])
        arm = tuple(angle + step for angle, step in zip(arm, steps, strict=True))
        missing = _less(wanted, _change(here, forward(model, (*arm, start_rad[-1]))))
    return arm


def _change(a: PoseTarget, b: PoseTarget) -> Change:
    pitch = math.remainder(b.pitch_rad - a.pitch_rad, math.tau)
    roll = math.remainder(b.roll_rad - a.roll_rad, math.tau)
    return b.x_m - a.x_m, b.y_m - a.y_m, b.z_m - a.z_m, pitch, roll


def _less(a: Change, b: Change) -> Change:
    return a[0] - b[0], a[1] - b[1], a[2] - b[2], a[3] - b[3], a[4] - b[4]


@lru_cache(maxsize=8)
def _columns(model: ArmModel, positions_rad: tuple[float, ...]) -> Rows:
    """What one radian of each arm joint does to the task."""
    rows = measure(model, positions_rad).rows
    lengths = tuple(tuple(value / _LENGTH_M for value in row) for row in rows[:3])
    return tuple(zip(*lengths, *rows[3:], strict=True))


def _products(sides: Rows) -> list[list[float]]:
    return [[_dot(a, b) for b in sides] for a in sides]


def _least(products: list[list[float]]) -> float:
    """Between the smallest singular value over the root of their number and the smallest one itself."""
    lower = _root(products)
    total = 0.0
    count = len(lower)
    for at in range(count):
        unit = [0.0] * count
        unit[at] = 1.0
        total += sum(value * value for value in _ahead(lower, unit))
    return 1.0 / math.sqrt(total)


def _root(products: list[list[float]]) -> list[list[float]]:
    """The lower triangle whose product with its transpose this is; a lost rank counts as almost lost."""
    count = len(products)
    lower = [[0.0] * count for _ in range(count)]
    for i in range(count):
        for j in range(i + 1):
            rest = products[i][j] - sum(lower[i][k] * lower[j][k] for k in range(j))
            lower[i][j] = math.sqrt(max(_NOTHING, rest)) if i == j else rest / lower[j][j]
    return lower


def _ahead(lower: list[list[float]], right: list[float]) -> list[float]:
    found: list[float] = []
    for i, row in enumerate(lower):
        found.append((right[i] - sum(row[k] * found[k] for k in range(i))) / row[i])
    return found


def _solve(lower: list[list[float]], right: list[float]) -> tuple[float, ...]:
    half = _ahead(lower, right)
    count = len(lower)
    found = [0.0] * count
    for i in reversed(range(count)):
        known = sum(lower[k][i] * found[k] for k in range(i + 1, count))
        found[i] = (half[i] - known) / lower[i][i]
    return tuple(found)


def _dot(a: tuple[float, ...], b: tuple[float, ...]) -> float:
    return sum(x * y for x, y in zip(a, b, strict=True))
