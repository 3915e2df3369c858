"""The referee's eye: tags in one picture to piece positions in the arm's base frame.

The camera's pose comes from the table's fiducials when at least three are seen, else from its calibration.
A piece's tag lies flat on top of it, so its height follows from its apparent size alone: every ray is cut
with a level plane, and the plane where the tag has its known size is the right one. Heights near those
of a stack's levels snap to them, which makes the rest as exact as the picture's corners.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import atan2

import cv2
import numpy as np
from numpy.typing import NDArray

from game.puzzle import Piece
from game.referee import Sighting
from game.rules import PieceSighting
from game.table import FIDUCIAL_SIZE_M, FIDUCIALS, PIECE_TAG_SHARE
from robot_bridge.wire.frames import CameraCalibration
from teleop.cell.tag_edges import sharpened

Array = NDArray[np.float64]
LEVELS = 4
SNAP_M = 0.009
MIN_FIDUCIALS = 3
MAX_FIDUCIAL_ERROR_PX = 1.5
MAX_PIECE_ERROR_PX = 0.6
LOWEST_TOP_M, HIGHEST_TOP_M = 0.01, 0.26
# cv2 gives a tag's corners clockwise from its upper left; x is the tag's right, y its up.
_CORNERS = np.array([[-0.5, 0.5], [0.5, 0.5], [0.5, -0.5], [-0.5, -0.5]])


@dataclass(frozen=True, slots=True)
class CameraPose:
    """point_camera = rotation @ point_arm + translation."""

    rotation: Array
    translation: Array

    @property
    def eye(self) -> Array:
        """Where the camera is, in the arm's base frame."""
        return np.asarray(-self.rotation.T @ self.translation)


class Vision:
    """Finds one puzzle's pieces in pictures of one fixed camera."""

    def __init__(
        self,
        calibration: CameraCalibration,
        pieces: Sequence[Piece],
        fiducials: Sequence[tuple[int, float, float]] = FIDUCIALS,
    ) -> None:
        """Prepares the detector; fiducials are (tag, x, y), flat on the table, x along the arm's x."""
        self._size = (calibration.width, calibration.height)
        self._lens = np.array(
            [[calibration.fx, 0.0, calibration.cx], [0.0, calibration.fy, calibration.cy], [0.0, 0.0, 1.0]]
        )
        rotation = np.array(calibration.rotation).reshape(3, 3)
        self._calibrated = CameraPose(rotation, np.array(calibration.translation_m))
        self._pieces = {piece.tag: piece for piece in pieces}
        self._fiducials = {tag: _flat_corners(x_m, y_m, 0.0, FIDUCIAL_SIZE_M) for tag, x_m, y_m in fiducials}
        self._detector = cv2.aruco.ArucoDetector(
            cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_50), _detector_parameters()
        )

    def look(self, i420: bytes, capture_ns: int) -> Sighting:
        """Returns the pieces that this I420 picture shows; raises ValueError for a wrong size."""
        width, height = self._size
        if len(i420) != width * height * 3 // 2:
            raise ValueError(f"picture has {len(i420)} bytes, not {width * height * 3 // 2}")
        grey = np.frombuffer(i420, np.uint8, width * height).reshape(height, width)
        tags = self._tags(grey)
        pose = self._camera_pose(tags)
        found = (self._locate(pose, tag, tags[tag]) for tag in sorted(tags.keys() & self._pieces.keys()))
        return Sighting(capture_ns, tuple(one for one in found if one is not None))

    def _tags(self, grey: NDArray[np.uint8]) -> dict[int, Array]:
        corners, ids, _ = self._detector.detectMarkers(grey)
        if not corners:
            return {}
        sharp, clean = sharpened(grey, np.asarray(corners, np.float64).reshape(-1, 4, 2))
        return {int(tag): one for tag, one, good in zip(np.ravel(ids), sharp, clean, strict=True) if good}

    def _camera_pose(self, tags: dict[int, Array]) -> CameraPose:
        """Solves the pose from the fiducials in sight, starting from the calibrated one."""
        seen = sorted(tags.keys() & self._fiducials.keys())
        if len(seen) < MIN_FIDUCIALS:
            return self._calibrated
        points = np.concatenate([self._fiducials[tag] for tag in seen])
        pixels = np.concatenate([tags[tag] for tag in seen])
        near_turn = cv2.Rodrigues(self._calibrated.rotation)[0]
        near_shift = self._calibrated.translation.reshape(3, 1).copy()
        _, turn, shift = cv2.solvePnP(points, pixels, self._lens, None, near_turn, near_shift, True)
        pose = CameraPose(np.asarray(cv2.Rodrigues(turn)[0], np.float64), np.ravel(shift).astype(np.float64))
        return pose if self._error_px(pose, points, pixels) <= MAX_FIDUCIAL_ERROR_PX else self._calibrated

    def _locate(self, pose: CameraPose, tag: int, pixels: Array) -> PieceSighting | None:
        """Returns the piece under this tag; None when no height explains its four corners."""
        piece = self._pieces[tag]
        side = piece.size_m * PIECE_TAG_SHARE
        on_table = self._on_plane(pose, pixels, 0.0)
        # A plane's cut of the rays shrinks in proportion to the plane's distance below the camera.
        apparent = float(np.mean(np.linalg.norm(on_table - np.roll(on_table, 1, axis=0), axis=1)))
        top = _snapped(float(pose.eye[2]) * (1.0 - side / apparent), piece.size_m)
        corners = self._on_plane(pose, pixels, top)
        x_m, y_m = (float(value) for value in corners.mean(axis=0))
        yaw = _yaw(corners - corners.mean(axis=0))
        error = self._error_px(pose, _flat_corners(x_m, y_m, top, side, yaw), pixels)
        if error > MAX_PIECE_ERROR_PX or not LOWEST_TOP_M <= top <= HIGHEST_TOP_M:
            return None
        return PieceSighting(piece.id, x_m, y_m, top - piece.size_m / 2, yaw, error)

    def _on_plane(self, pose: CameraPose, pixels: Array, z_m: float) -> Array:
        """Returns the (n, 2) points where the pixels' rays meet the plane at height z."""
        homogeneous = np.column_stack([pixels, np.ones(len(pixels))])
        rays = homogeneous @ np.linalg.inv(self._lens).T @ pose.rotation
        eye = pose.eye
        return np.asarray(eye[:2] + rays[:, :2] * ((z_m - eye[2]) / rays[:, 2:]))

    def _error_px(self, pose: CameraPose, points: Array, pixels: Array) -> float:
        """Returns the root mean square distance between projected points and pixels."""
        seen = (points @ pose.rotation.T + pose.translation) @ self._lens.T
        off = seen[:, :2] / seen[:, 2:] - pixels
        return float(np.sqrt(np.mean(np.sum(off * off, axis=1))))


def _detector_parameters() -> cv2.aruco.DetectorParameters:
    parameters = cv2.aruco.DetectorParameters()
    parameters.cornerRefinementMethod = cv2.aruco.CORNER_REFINE_SUBPIX
    parameters.adaptiveThreshWinSizeMin = parameters.adaptiveThreshWinSizeMax = 13
    parameters.minMarkerPerimeterRate = 0.06
    parameters.maxMarkerPerimeterRate = 1.0
    return parameters


def _flat_corners(x_m: float, y_m: float, z_m: float, side_m: float, yaw_rad: float = 0.0) -> Array:
    """Returns the (4, 3) corners of a tag lying flat, in cv2's order."""
    c, s = np.cos(yaw_rad), np.sin(yaw_rad)
    turned = side_m * _CORNERS @ np.array([[c, s], [-s, c]])
    return np.column_stack([turned[:, 0] + x_m, turned[:, 1] + y_m, np.full(4, z_m)])


def _yaw(centred: Array) -> float:
    """Returns the turn that best maps the model's corners on these, both centred."""
    dot = float(np.sum(_CORNERS * centred))
    cross = float(np.sum(_CORNERS[:, 0] * centred[:, 1] - _CORNERS[:, 1] * centred[:, 0]))
    return atan2(cross, dot)


def _snapped(top_m: float, size_m: float) -> float:
    """Returns the height of the nearest stack level's top face when it is near, else the height itself."""
    level = min(max(round(top_m / size_m), 1), LEVELS)
    return level * size_m if abs(top_m - level * size_m) <= SNAP_M else top_m
