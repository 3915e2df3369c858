"""The referee's eye against pictures painted here: where pieces are, which, how high, and what is hidden."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, hypot, pi, remainder, sin
from statistics import median

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from game.puzzle import Puzzle, load_puzzles
from game.rules import PieceSighting
from game.table import FIDUCIAL_SIZE_M, FIDUCIALS
from robot_bridge.wire.frames import CameraCalibration
from teleop.cell.vision import Vision

WIDTH, HEIGHT, FOCAL_PX = 640, 480, 686.0
EYE, AIM = np.array([0.62, 0.0, 0.50]), np.array([0.20, 0.0, 0.02])
FINER = 3  # the painter works on a finer grid and averages, as a lens and its pixels do
TABLE_GREY, WHITE, SIDE_GREY = 150, 245, 90
PATCH_PX = 60

Array = NDArray[np.float64]
Grey = NDArray[np.uint8]


@dataclass(frozen=True)
class Cube:
    """A piece as it truly lies: its tag and the pose of its centre."""

    tag: int
    x_m: float
    y_m: float
    z_m: float
    yaw_rad: float
    size_m: float = 0.03


def looking(eye: Array = EYE, aim: Array = AIM) -> tuple[Array, Array]:
    """Returns rotation and translation of a camera at `eye` that looks at `aim`, x level."""
    ahead = (aim - eye) / np.linalg.norm(aim - eye)
    right = np.cross(ahead, [0.0, 0.0, 1.0])
    right /= np.linalg.norm(right)
    rotation = np.stack([right, np.cross(ahead, right), ahead])
    return rotation, -rotation @ eye


def calibration_of(rotation: Array, translation: Array) -> CameraCalibration:
    return CameraCalibration(
        version=1,
        camera="overview",
        width=WIDTH,
        height=HEIGHT,
        fx=FOCAL_PX,
        fy=FOCAL_PX,
        cx=WIDTH / 2 - 0.5,
        cy=HEIGHT / 2 - 0.5,
        rotation=tuple(float(value) for value in rotation.ravel()),
        translation_m=tuple(float(value) for value in translation),
    )


class Painter:
    """Paints cubes and flat fiducials as the camera would see them, as I420 bytes."""

    def __init__(self, rotation: Array, translation: Array) -> None:
        self._rotation, self._translation = rotation, translation
        self._tags = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_50)

    def paint(
        self, cubes: Sequence[Cube], fiducials: Sequence[tuple[int, float, float]] = FIDUCIALS, seed: int = 0
    ) -> bytes:
        canvas = np.full((HEIGHT * FINER, WIDTH * FINER), TABLE_GREY, np.uint8)
        for tag, x_m, y_m in fiducials:
            canvas = self._face(canvas, tag, FIDUCIAL_SIZE_M, Cube(tag, x_m, y_m, 0.0, 0.0, 0.04), 0.0)
        for cube in sorted(cubes, key=lambda one: (one.z_m, one.x_m)):
            canvas = self._cube(canvas, cube)
        grey = cv2.resize(canvas, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)
        noise = np.random.default_rng(seed).normal(0.0, 2.0, grey.shape)
        grey = np.clip(cv2.GaussianBlur(grey, (3, 3), 0.6) + noise, 0, 255).astype(np.uint8)
        return grey.tobytes() + bytes([128]) * (WIDTH * HEIGHT // 2)

    def _pixels(self, points: Array) -> Array:
        seen = points @ self._rotation.T + self._translation
        flat = seen[:, :2] / seen[:, 2:] * FOCAL_PX + [WIDTH / 2 - 0.5, HEIGHT / 2 - 0.5]
        return np.asarray((flat + 0.5) * FINER - 0.5, np.float64)

    def _square(self, cube: Cube, side_m: float, z_m: float) -> Array:
        corners = []
        for right, up in ((-0.5, 0.5), (0.5, 0.5), (0.5, -0.5), (-0.5, -0.5)):
            x_m, y_m = right * side_m, up * side_m
            c, s = cos(cube.yaw_rad), sin(cube.yaw_rad)
            corners.append((cube.x_m + c * x_m - s * y_m, cube.y_m + s * x_m + c * y_m, z_m))
        return np.array(corners)

    def _cube(self, canvas: Grey, cube: Cube) -> Grey:
        low = self._square(cube, cube.size_m, cube.z_m - cube.size_m / 2)
        high = self._square(cube, cube.size_m, cube.z_m + cube.size_m / 2)
        outline = cv2.convexHull(self._pixels(np.concatenate([low, high])).astype(np.float32))
        cv2.fillConvexPoly(canvas, np.round(outline).astype(np.int32), SIDE_GREY)
        return self._face(canvas, cube.tag, 0.8 * cube.size_m, cube, cube.z_m + cube.size_m / 2)

    def _face(self, canvas: Grey, tag: int, tag_m: float, cube: Cube, z_m: float) -> Grey:
        margin = round(PATCH_PX * (cube.size_m / tag_m - 1) / 2)
        marker = cv2.aruco.generateImageMarker(self._tags, tag, PATCH_PX)
        patch = cv2.copyMakeBorder(marker, margin, margin, margin, margin, cv2.BORDER_CONSTANT, value=WHITE)
        side = PATCH_PX + 2 * margin
        face_m = tag_m * side / PATCH_PX
        frame = np.array([[0, 0], [side, 0], [side, side], [0, side]], np.float32) - 0.5
        place = self._pixels(self._square(cube, face_m, z_m)).astype(np.float32)
        warp = cv2.getPerspectiveTransform(frame, place)
        size = (canvas.shape[1], canvas.shape[0])
        painted = cv2.warpPerspective(patch, warp, size, flags=cv2.INTER_AREA)
        mask = cv2.warpPerspective(np.full_like(patch, 255), warp, size)
        return np.where(mask > 127, painted, canvas).astype(np.uint8)
