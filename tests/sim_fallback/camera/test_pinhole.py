"""Both cameras: proper rotations, the working area in the picture, and a mount that follows the gripper."""

import numpy as np
import pytest

from sim_fallback.camera.pinhole import CAMERAS, rotation_matrix, view
from sim_fallback.scene import Pose


def pixel(seen, point):
    x, y, z = seen.rotation @ np.array(point) + seen.offset
    assert z > 0
    return seen.fx * x / z + seen.cx, seen.fy * y / z + seen.cy


@pytest.mark.parametrize("name", CAMERAS)
def test_rotations_are_rotations(name):
    rotation = np.array(CAMERAS[name].rotation).reshape(3, 3)
    assert rotation @ rotation.T == pytest.approx(np.eye(3), abs=1e-12)
    assert np.linalg.det(rotation) == pytest.approx(1.0)


@pytest.mark.parametrize("x", [0.10, 0.33])
@pytest.mark.parametrize("y", [-0.18, 0.18])
@pytest.mark.parametrize("z", [0.0, 0.09])
def test_the_overview_holds_the_reachable_table(x, y, z):
    u, v = pixel(view(CAMERAS["overview"], ()), (x, y, z))
    assert 10 < u < 630
    assert 10 < v < 470


def test_the_overview_faces_the_arm():
    seen = view(CAMERAS["overview"], ())
    left, right = pixel(seen, (0.2, -0.1, 0.0)), pixel(seen, (0.2, 0.1, 0.0))
    near, far = pixel(seen, (0.3, 0.0, 0.0)), pixel(seen, (0.1, 0.0, 0.0))
    assert left[0] < right[0]
    assert near[1] > far[1]


def test_the_wrist_camera_moves_with_the_gripper():
    level = Pose((0.0, 0.0, 0.0), (0.0, 0.0, 0.0, 1.0))
    turned = Pose((0.1, 0.2, 0.3), (0.0, 0.0, 0.70710678, 0.70710678))
    tip = np.array([0.0, 0.0, -0.1])
    here = view(CAMERAS["wrist"], (level,) * 7)
    there = view(CAMERAS["wrist"], (level,) * 5 + (turned, level))
    moved = rotation_matrix(turned) @ tip + np.array(turned.position_m)
    assert pixel(there, moved) == pytest.approx(pixel(here, tip), abs=1e-3)


def test_the_table_homography_is_the_projection():
    seen = view(CAMERAS["overview"], ())
    projected = seen.table_to_picture @ np.array([0.25, -0.1, 1.0])
    assert projected[:2] / projected[2] == pytest.approx(pixel(seen, (0.25, -0.1, 0.0)))
