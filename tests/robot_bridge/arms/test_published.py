"""Each arm's file against the geometry that its makers published, walked by pinocchio.

A table holds the published joint origins and axes as they stand in the source that the arm's file names;
ours differ by the base's place, each joint's zero and each joint's sense.
"""

import math
import random
from dataclasses import dataclass

import numpy as np
import pinocchio as pin
import pytest
from pinocchio_arm import PinocchioArm, Turn, placed

from robot_bridge.arms import load_arm
from robot_bridge.kinematics import chain_frames, forward
from robot_bridge.kinematics.frames import transform

RIGHT = math.pi / 2
Vector = tuple[float, float, float]


@dataclass(frozen=True)
class Published:
    """A published chain, and how our angles and our base stand to it.

    `points` are (link, ours, published): the same spot of the same link in either frame.
    """

    turns: tuple[Turn, ...]
    base_xyz_m: Vector
    base_rpy_rad: Vector
    zeros_rad: tuple[float, ...]
    senses: tuple[int, ...]
    points: tuple[tuple[int, Vector, Vector], ...]
    within_m: float


SO100 = Published(
    turns=(
        Turn((0, -0.0452, 0.0165), (1.57079, 0, 0), (0, 1, 0)),
        Turn((0, 0.1025, 0.0306), (-1.8, 0, 0), (1, 0, 0)),
        Turn((0, 0.11257, 0.028), (1.57079, 0, 0), (1, 0, 0)),
        Turn((0, 0.0052, 0.1349), (-1, 0, 0), (1, 0, 0)),
        Turn((0, -0.0601, 0), (0, 1.57079, 0), (0, 1, 0)),
        Turn((-0.0202, -0.0244, 0), (0, 3.14158, 0), (0, 0, 1)),
    ),
    base_xyz_m=(0, 0, 0),
    base_rpy_rad=(0, 0, RIGHT),
    zeros_rad=(0, 1.75, -1.5707, -0.65, 0, 0),
    senses=(-1, 1, 1, 1, 1, 1),
    points=((1, (0, 0, 0), (0, 0, 0)), (3, (0, 0, 0), (0, 0, 0)), (5, (0, 0, 0), (0, 0, 0))),
    within_m=3e-5,  # the source rounds right angles
)
KOCH = Published(
    turns=(
        Turn((0, 0, 0), (0, 0, 0), (0, 0, -1)),
        Turn((0.020713, 0, 0.015368), (1.5707963, 0, 0), (-1, 0, 0)),
        Turn((-0.038026, -0.014951, 0.108424), (-1.5707963, 0, 0), (1, 0, 0)),
        Turn((-0.000251, -0.100502, 0.002641), (-1.5707963, 0, 0), (1, 0, 0)),
        Turn((0.019234, 0.00037, -0.044779), (0, 0, -1.5707963), (0, 0, -1)),
        Turn((0.007429, -0.017441, -0.013336), (0, 0, 0), (0, -1, 0)),
    ),
    base_xyz_m=(0, 0, 0.0409),
    base_rpy_rad=(0, 0, RIGHT),
    zeros_rad=(0, 1.25, 1.525, 0.570795, 0, 0),
    senses=(1, 1, 1, 1, 1, 1),
    points=(
        (3, (0, 0, 0), (0, 0, 0)),
        (4, (-0.008, 0, 0.065), (-0.008, 0, -0.065)),
        (5, (0, 0, 0), (0, 0, 0)),
    ),
    within_m=1e-6,
)
OMX = Published(
    turns=(
        Turn((0.012, 0, 0.017), (0, 0, 0), (0, 0, 1)),
        Turn((0, 0, 0.0595), (0, 0, 0), (0, 1, 0)),
        Turn((0.024, 0, 0.128), (0, 0, 0), (0, 1, 0)),
        Turn((0.124, 0, 0), (0, 0, 0), (0, 1, 0)),
    ),
    base_xyz_m=(0, 0, 0),
    base_rpy_rad=(0, 0, 0),
    zeros_rad=(0, 0, 0, 0),
    senses=(1, 1, 1, 1),
    points=((2, (0, 0, 0), (0, 0, 0)), (3, (0.126, 0, 0), (0.126, 0, 0))),
    within_m=1e-9,
)
OMX_F = Published(
    turns=(
        Turn((-0.01125, 0, 0.034), (0, 0, 0), (0, 0, 1)),
        Turn((0, 0, 0.0635), (0, 0, 0), (0, 1, 0)),
        Turn((0.0415, 0, 0.11315), (0, 0, 0), (0, 1, 0)),
        Turn((0.162, 0, 0), (0, 0, 0), (0, 1, 0)),
        Turn((0.0287, 0, 0), (0, 0, 0), (1, 0, 0)),
        Turn((0.0295, 0.0075, 0), (0, 0, 0), (0, 0, 1)),
    ),
    base_xyz_m=(0, 0, 0),
    base_rpy_rad=(0, 0, 0),
    zeros_rad=(0, 0, 0, 0, 0, 0),
    senses=(1, 1, 1, 1, 1, 1),
    points=((3, (0, 0, 0), (0, 0, 0)), (4, (0, -0.0016, 0.09193), (0.09193, -0.0016, 0))),
    within_m=1e-9,
)
TABLES = {"so100": SO100, "koch_v1_1": KOCH, "omx": OMX, "omx_f": OMX_F}


@pytest.mark.parametrize("name", TABLES)
def test_links_stand_where_the_published_ones_do(name: str) -> None:
    model, published = load_arm(name), TABLES[name]
    oracle = PinocchioArm(published.turns)
    base = placed(published.base_xyz_m, published.base_rpy_rad).homogeneous
    draw = random.Random(name)
    for _ in range(50):
        q = tuple(draw.uniform(a, b) for a, b in zip(model.lower_rad, model.upper_rad, strict=True))
        known = zip(published.zeros_rad, published.senses, q, strict=False)
        theirs = tuple(zero + sense * angle for zero, sense, angle in known)
        for link, ours, spot in published.points:
            at = transform(chain_frames(model, q)[link], ours)
            expected = base @ oracle.frame(link, theirs) @ np.array((*spot, 1.0))
            assert at == pytest.approx(tuple(expected[:3]), abs=published.within_m)


def test_the_widowx_moves_by_its_published_screws() -> None:
    """The product of exponentials, a form that has no link frames at all."""
    model = load_arm("widowx_250")
    home = np.array((0.458325, 0.0, 0.36065, 1.0))
    screws = (
        (0, 0, 1, 0, 0, 0),
        (0, 1, 0, -0.11065, 0, 0),
        (0, 1, 0, -0.36065, 0, 0.04975),
        (1, 0, 0, 0, 0.36065, 0),
        (0, 1, 0, -0.36065, 0, 0.29975),
        (1, 0, 0, 0, 0.36065, 0),
    )
    draw = random.Random(250)
    for _ in range(50):
        q = tuple(draw.uniform(a, b) for a, b in zip(model.lower_rad, model.upper_rad, strict=True))
        at = home
        for screw, angle in reversed(tuple(zip(screws, q, strict=False))):
            turn, shift = np.array(screw[:3], float), np.array(screw[3:], float)
            at = pin.exp6(np.concatenate((shift, turn)) * angle).homogeneous @ at
        pose = forward(model, q)
        assert (pose.x_m, pose.y_m, pose.z_m) == pytest.approx(tuple(at[:3]), abs=1e-9)
