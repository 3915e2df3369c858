"""Soft shadows on the table: every solid's outline thrown along the light, once per scene for all cameras."""

import cv2
import numpy as np
from numpy.typing import NDArray

from sim_fallback.camera.shading import SHADOW, TO_LIGHT
from sim_fallback.camera.solids import Floats, Mesh

PIXELS_PER_M = 500
X_M, Y_M = (-0.3, 0.6), (-0.45, 0.45)
_SIZE = (round((X_M[1] - X_M[0]) * PIXELS_PER_M), round((Y_M[1] - Y_M[0]) * PIXELS_PER_M))
_SHIFT = 4
FROM_TABLE = np.array(
    [
        [PIXELS_PER_M, 0.0, -X_M[0] * PIXELS_PER_M - 0.5],
        [0.0, PIXELS_PER_M, -Y_M[0] * PIXELS_PER_M - 0.5],
        [0.0, 0.0, 1.0],
    ]
)
"""Homography from metres on the table to the shadow map's pixels."""


def shadow_map(mesh: Mesh, points: Floats) -> NDArray[np.uint8]:
    """How much light each place of the table gets, 255 for all; `points` are the mesh's in the world."""
    picture = np.full((_SIZE[1], _SIZE[0]), 255, np.uint8)
    slant = points[:, 2:3] / TO_LIGHT[2]
    thrown = points[:, :2] - slant * TO_LIGHT[:2]
    pixels = (thrown * PIXELS_PER_M + FROM_TABLE[:2, 2]) * (1 << _SHIFT)
    corners = np.rint(pixels).astype(np.int32)
    left = round(255 * SHADOW)
    for solid in mesh.solid_vertices:
        cv2.fillConvexPoly(picture, cv2.convexHull(corners[solid]), left, cv2.LINE_AA, _SHIFT)
    return np.asarray(cv2.blur(cv2.blur(picture, (5, 5)), (5, 5)), np.uint8)
