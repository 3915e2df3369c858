"""Scenes without physics: the arm in any posture, pieces where the layout has them."""

import math

import pytest

from robot_bridge.kinematics import link_frames
from sim_fallback.scene import LINKS, Pose, Scene


def quaternion(m):
    """Unit quaternion x, y, z, w of a rotation matrix (rows)."""
    trace = m[0][0] + m[1][1] + m[2][2]
    if trace > 0:
        s = 2 * math.sqrt(trace + 1)
        return ((m[2][1] - m[1][2]) / s, (m[0][2] - m[2][0]) / s, (m[1][0] - m[0][1]) / s, s / 4)
    i = max(range(3), key=lambda k: m[k][k])
    j, k = (i + 1) % 3, (i + 2) % 3
    s = 2 * math.sqrt(1 + m[i][i] - m[j][j] - m[k][k])
    q = [0.0, 0.0, 0.0]
    q[i], q[j], q[k] = s / 4, (m[j][i] + m[i][j]) / s, (m[k][i] + m[i][k]) / s
    return (*q, (m[k][j] - m[j][k]) / s)


@pytest.fixture
def scene_of(model):
    """Builds a scene from joint angles and a layout."""

    def build(joints, layout, capture_ns=0):
        frames = link_frames(model, joints)
        listed = [frames[name] for name in LINKS] if isinstance(frames, dict) else list(frames)
        links = tuple(Pose(tuple(row[3] for row in f[:3]), quaternion(f)) for f in listed)
        pieces = tuple(
            Pose((p.x_m, p.y_m, p.z_m), (0.0, 0.0, math.sin(p.yaw_rad / 2), math.cos(p.yaw_rad / 2)))
            for p in layout.pieces
        )
        return Scene(capture_ns, links, pieces)

    return build
