"""The renderer: a scene in, one I420 picture out; the same scene and frame id give the same bytes."""

import cv2
import numpy as np
from numpy.typing import NDArray

from robot_bridge.wire.frames import CameraCalibration
from sim_fallback.camera import backdrop, shading
from sim_fallback.camera.compose import Label, compose
from sim_fallback.camera.pinhole import View, view
from sim_fallback.camera.projection import Faces, body_frames, project
from sim_fallback.camera.raster import MAX_FACES, Bytes, Raster
from sim_fallback.camera.stage import Moment, Stage

NOISE = 0.9
"""Standard deviation of the sensor noise in luma steps."""
SAMPLES = {"world": 2, "gripper": 1}
"""Samples per pixel along each axis, by where the camera is mounted."""
_NOISE_MARGIN = 64


class Renderer:
    """One camera's renderer."""

    def __init__(self, calibration: CameraCalibration, stage: Stage, seed: int) -> None:
        """Prepares buffers and the noise of this seed."""
        self.calibration = calibration
        self._size = (calibration.width, calibration.height)
        self._raster = Raster(calibration.width, calibration.height, SAMPLES[calibration.mount])
        self._stage = stage
        self._still: backdrop.Planes | None = None
        self._drawn: tuple[Moment, backdrop.Planes] | None = None
        self._noise = _noise(self._size, seed)

    def restage(self, stage: Stage) -> None:
        """Takes over a new layout."""
        self._stage, self._still, self._drawn = stage, None, None

    def picture(self, now: Moment, frame_id: int) -> bytes:
        """The picture of this moment: planar I420, width * height * 3 / 2 bytes."""
        if self._drawn is None or self._drawn[0] is not now:
            self._drawn = (now, self._draw(now))
        y, u, v = self._drawn[1]
        noisy = np.asarray(cv2.add(y, self._noise_of(frame_id)), np.uint8)
        return noisy.tobytes() + u.tobytes() + v.tobytes()

    def _draw(self, now: Moment) -> backdrop.Planes:
        seen = view(self.calibration, now.links)
        planes = self._backdrop(seen, now)
        faces = _largest(project(seen, self._stage.mesh, now.rotations, now.positions))
        if len(faces.index):
            window = self._raster.window(faces)
            ids = self._raster.draw(faces, window)
            compose(planes, window, ids, self._tones(faces, now), self._labels(seen, faces, now))
        return planes

    def _backdrop(self, seen: View, now: Moment) -> backdrop.Planes:
        if self.calibration.mount != "world":
            return backdrop.moving(seen, self._stage.texture, now.shadows, self._size)
        if self._still is None:
            self._still = backdrop.still(seen, self._stage.texture, self._size)
        y, u, v = self._still
        shade = backdrop.shade(seen, now.shadows, self._size)
        return np.asarray(cv2.multiply(y, shade, scale=1 / 255), np.uint8), u.copy(), v.copy()

    def _tones(self, faces: Faces, now: Moment) -> Bytes:
        """Y, U, V by face number; number 0 is no face."""
        mesh = self._stage.mesh
        world = np.einsum("fij,fj->fi", now.rotations[mesh.face_body[faces.index]], mesh.normals[faces.index])
        tones = np.zeros((3, 256), np.uint8)
        tones[:, 1 : len(faces.index) + 1] = shading.shaded(mesh.colours[faces.index], world).T
        return tones

    def _labels(self, seen: View, faces: Faces, now: Moment) -> list[Label]:
        """The stickers among the visible faces."""
        rows = {face: row for row, face in enumerate(faces.index.tolist())}
        turn, shift = body_frames(seen, now.rotations, now.positions)
        labels = []
        for sticker in self._stage.stickers:
            row = rows.get(sticker.face)
            if row is not None:
                axes = turn[sticker.body]
                origin = axes[:, 2] * sticker.height_m + shift[sticker.body]
                surface = seen.intrinsics @ np.column_stack((axes[:, 0], axes[:, 1], origin))
                labels.append(Label(row + 1, sticker.luma, surface @ sticker.to_surface))
        return labels

    def _noise_of(self, frame_id: int) -> Bytes:
        down, right = frame_id * 37 % _NOISE_MARGIN, frame_id * 101 % _NOISE_MARGIN
        return self._noise[down : down + self._size[1], right : right + self._size[0]]


def _noise(size: tuple[int, int], seed: int) -> Bytes:
    shape = (size[1] + _NOISE_MARGIN, size[0] + _NOISE_MARGIN)
    grain = np.random.default_rng(seed).normal(1.5, NOISE, shape)
    return np.clip(np.rint(grain), 0, 3).astype(np.uint8)


def _largest(faces: Faces) -> Faces:
    """At most as many faces as there are numbers, the largest ones."""
    if len(faces.index) <= MAX_FACES:
        return faces
    area = np.prod(faces.high - faces.low, axis=1)
    kept: NDArray[np.intp] = np.sort(np.argsort(-area, kind="stable")[:MAX_FACES])
    return faces.rows(kept)
