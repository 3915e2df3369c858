"""The pinhole camera of each picture, and the two cameras of the simulated cell."""

import math
from dataclasses import dataclass

import numpy as np

from robot_bridge.wire.frames import CameraCalibration
from sim_fallback.camera.solids import Floats
from sim_fallback.scene import Pose

WIDTH, HEIGHT = 640, 480
_GRIPPER = 5
_NEAR_M = {"world": 0.15, "gripper": 0.012}


@dataclass(frozen=True, slots=True)
class View:
    """Intrinsics in pixels (pixel centres at whole numbers), and point_camera = rotation @ point + offset.

    Nothing nearer than `near_m` is seen.
    """

    fx: float
    fy: float
    cx: float
    cy: float
    rotation: Floats
    offset: Floats
    near_m: float

    @property
    def depth_unit(self) -> float:
        """Inverse depth is counted in this unit per 1/m, so that the near plane fills 24 bits."""
        return (2**24 - 1) * self.near_m

    @property
    def intrinsics(self) -> Floats:
        """The 3x3 camera matrix."""
        return np.array([[self.fx, 0.0, self.cx], [0.0, self.fy, self.cy], [0.0, 0.0, 1.0]])

    @property
    def table_to_picture(self) -> Floats:
        """Homography from table coordinates (x, y, 1) in metres to pixels."""
        columns = np.column_stack((self.rotation[:, 0], self.rotation[:, 1], self.offset))
        return self.intrinsics @ columns


def rotation_matrix(pose: Pose) -> Floats:
    """The matrix of a pose's quaternion."""
    x, y, z, w = pose.orientation
    return np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
            [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
            [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
        ]
    )


def _looking(
    eye: tuple[float, float, float], target: tuple[float, float, float], up: tuple[float, float, float]
) -> tuple[Floats, Floats]:
    """Rotation and offset of a camera at `eye` that looks at `target` with `up` upward in the picture."""
    ahead = np.array(target) - np.array(eye)
    ahead /= np.linalg.norm(ahead)
    right = np.cross(ahead, np.array(up))
    right /= np.linalg.norm(right)
    rotation = np.stack((right, np.cross(ahead, right), ahead))
    return rotation, -rotation @ np.array(eye)


def _calibration(
    name: str, fov_deg: float, placed: tuple[Floats, Floats], mounted: bool
) -> CameraCalibration:
    focal = WIDTH / 2 / math.tan(math.radians(fov_deg) / 2)
    rotation, offset = placed
    return CameraCalibration(
        version=1,
        camera=name,
        width=WIDTH,
        height=HEIGHT,
        fx=focal,
        fy=focal,
        cx=(WIDTH - 1) / 2,
        cy=(HEIGHT - 1) / 2,
        rotation=tuple(float(value) for value in rotation.ravel()),
        translation_m=tuple(float(value) for value in offset),
        mount="gripper" if mounted else "world",
    )


CAMERAS = {
    "overview": _calibration(
        "overview", 48.0, _looking((0.67, 0.0, 0.53), (0.155, 0.0, 0.075), (0.0, 0.0, 1.0)), mounted=False
    ),
    "wrist": _calibration(
        "wrist",
        68.0,
        _looking((0.008, 0.056, -0.03), (0.0095, 0.006, -0.103), (0.0, -1.0, 0.0)),
        mounted=True,
    ),
}


def view(calibration: CameraCalibration, links: tuple[Pose, ...]) -> View:
    """Where the camera is now: in the world, or on the gripper link as it stands."""
    rotation = np.array(calibration.rotation).reshape(3, 3)
    offset = np.array(calibration.translation_m)
    if calibration.mount == "gripper":
        gripper = rotation_matrix(links[_GRIPPER])
        offset = offset - rotation @ gripper.T @ np.array(links[_GRIPPER].position_m)
        rotation = rotation @ gripper.T
    near = _NEAR_M[calibration.mount]
    return View(calibration.fx, calibration.fy, calibration.cx, calibration.cy, rotation, offset, near)
