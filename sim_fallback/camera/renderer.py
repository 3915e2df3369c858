"""The renderer: a scene in, one I420 picture out; the same scene and frame id give the same bytes.

Order of work: backdrop with shadows, which face is seen at each sample, tones by table look-up,
tags by warping, then one area average that gives smooth edges, and a little sensor noise.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from robot_bridge.wire.frames import CameraCalibration
from sim_fallback.camera import backdrop, shading
from sim_fallback.camera.arm_model import ARM_SOLIDS
from sim_fallback.camera.pieces import STICKER_LIFT_M, TAG_FRACTION, piece_solids, sticker_tones
from sim_fallback.camera.pinhole import View, rotation_matrix, view
from sim_fallback.camera.projection import Faces, body_frames, project
from sim_fallback.camera.raster import MAX_FACES, Bytes, Raster, Window
from sim_fallback.camera.shadow import shadow_map
from sim_fallback.camera.solids import Floats, Mesh, Solid, gather
from sim_fallback.camera.table import Texture, table_texture
from sim_fallback.camera.tags import picture_to_surface, tag_picture
from sim_fallback.layout import Layout
from sim_fallback.scene import Scene

NOISE = 1.1
"""Standard deviation of the sensor noise in luma steps."""
_NOISE_MARGIN = 64


@dataclass(frozen=True, slots=True)
class Sticker:
    """A tagged face: which face of the mesh, on which body, at what height, and its picture in luma."""

    face: int
    body: int
    height_m: float
    to_surface: Floats
    luma: Bytes


class Stage:
    """What all cameras share: the mesh, stickers and table texture of one layout."""

    def __init__(self, layout: Layout, seed: int) -> None:
        """Builds it; takes some 50 ms."""
        solids: list[Solid] = list(ARM_SOLIDS)
        stickers: list[Sticker] = []
        faces = sum(len(solid.faces) for solid in solids)
        for at, piece in enumerate(layout.pieces):
            cube, label = piece_solids(at, piece)
            solids += (cube, label)
            faces += len(cube.faces) + len(label.faces)
            black, white = shading.to_yuv(sticker_tones(piece.colour))[:, 0]
            tones = np.rint(black + (white - black) * np.arange(256) / 255).astype(np.uint8)
            stickers.append(
                Sticker(
                    face=faces - 1,
                    body=cube.body,
                    height_m=piece.size_m / 2 + STICKER_LIFT_M,
                    to_surface=picture_to_surface(piece.size_m * TAG_FRACTION),
                    luma=tones[tag_picture(piece.tag)],
                )
            )
        self.pieces = len(layout.pieces)
        self.mesh: Mesh = gather(solids)
        self.stickers = tuple(stickers)
        self._tint(layout)
        self.texture: Texture = table_texture(layout, seed)

    def _tint(self, layout: Layout) -> None:
        for sticker, piece in zip(self.stickers, layout.pieces, strict=True):
            self.mesh.colours[sticker.face] = sticker_tones(piece.colour)[1]


@dataclass(frozen=True, slots=True)
class Moment:
    """One scene as arrays: where every body is, and the light that its shadows leave on the table."""

    scene: Scene
    rotations: Floats
    positions: Floats
    shadows: Bytes


def moment(stage: Stage, scene: Scene) -> Moment:
    """What all cameras share of one scene."""
    poses = (*scene.links, *scene.pieces)
    rotations = np.array([rotation_matrix(pose) for pose in poses])
    positions = np.array([pose.position_m for pose in poses])
    mesh = stage.mesh
    points = np.einsum("vij,vj->vi", rotations[mesh.vertex_body], mesh.vertices) + positions[mesh.vertex_body]
    return Moment(scene, rotations, positions, shadow_map(mesh, points))


class Renderer:
    """One camera's renderer."""

    def __init__(self, calibration: CameraCalibration, stage: Stage, seed: int, scale: int = 2) -> None:
        """Prepares buffers; `scale` x `scale` samples per pixel."""
        self.calibration = calibration
        self._size = (calibration.width, calibration.height)
        self._raster = Raster(calibration.width, calibration.height, scale)
        self._stage = stage
        self._still: backdrop.Planes | None = None
        grain = np.random.default_rng(seed).normal(
            2.0, NOISE, (self._size[1] + _NOISE_MARGIN, 2 * _NOISE_MARGIN + self._size[0])
        )
        self._noise: Bytes = np.clip(np.rint(grain), 0, 4).astype(np.uint8)

    def restage(self, stage: Stage) -> None:
        """Takes over a new layout."""
        self._stage, self._still = stage, None

    def picture(self, now: Moment, frame_id: int) -> bytes:
        """The picture of this moment: planar I420, width * height * 3 / 2 bytes."""
        seen = view(self.calibration, now.scene.links)
        y, u, v = self._backdrop(seen)
        faces = project(seen, self._stage.mesh, now.rotations, now.positions)
        faces = _largest(faces)
        window = _even(self._raster.window(faces))
        shade = backdrop.shade(seen, now.shadows, self._size)
        y = np.asarray(cv2.multiply(y, shade, scale=1 / 255), np.uint8)
        if len(faces.index):
            self._raster.draw(faces, window)
            tones = self._tones(faces, now)
            self._compose((y, u, v), window, tones, self._textured(seen, faces, now))
        y = cv2.add(y, self._noise_of(frame_id))
        return y.tobytes() + u.tobytes() + v.tobytes()

    def _backdrop(self, seen: View) -> backdrop.Planes:
        if self.calibration.mount != "world":
            return backdrop.moving(seen, self._stage.texture, self._size)
        if self._still is None:
            self._still = backdrop.still(seen, self._stage.texture, self._size)
        y, u, v = self._still
        return y, u.copy(), v.copy()

    def _tones(self, faces: Faces, now: Moment) -> Bytes:
        """Y, U, V by face number; number 0 is no face."""
        mesh = self._stage.mesh
        world = np.einsum("fij,fj->fi", now.rotations[mesh.face_body[faces.index]], mesh.normals[faces.index])
        tones = np.zeros((3, 256), np.uint8)
        tones[:, 1 : len(faces.index) + 1] = shading.shaded(mesh.colours[faces.index], world).T
        return tones

    def _textured(self, seen: View, faces: Faces, now: Moment) -> list[tuple[int, int, Sticker, Floats]]:
        """Visible stickers: row in `faces`, light, sticker, and homography from its picture to pixels."""
        rows = {int(face): row for row, face in enumerate(faces.index)}
        found = []
        turn, shift = body_frames(seen, now.rotations, now.positions)
        for sticker in self._stage.stickers:
            row = rows.get(sticker.face)
            if row is not None:
                axes = turn[sticker.body]
                origin = axes[:, 2] * sticker.height_m + shift[sticker.body]
                matrix = seen.intrinsics @ np.column_stack((axes[:, 0], axes[:, 1], origin))
                found.append((row, 255, sticker, matrix @ sticker.to_surface))
        return found

    def _compose(
        self,
        planes: backdrop.Planes,
        window: Window,
        tones: Bytes,
        stickers: list[tuple[int, int, Sticker, Floats]],
    ) -> None:
        scale = self._raster.scale
        width, height = window.right - window.left, window.bottom - window.top
        rows = slice(window.top * scale, window.bottom * scale)
        columns = slice(window.left * scale, window.right * scale)
        ids = np.ascontiguousarray(self._raster.ids[rows, columns])
        y = planes[0][window.area]
        fine = cv2.resize(y, (width * scale, height * scale), interpolation=cv2.INTER_NEAREST)
        cv2.copyTo(cv2.LUT(ids, tones[0]), ids, fine)
        for row, _, sticker, matrix in stickers:
            _paste(np.asarray(fine), ids, row + 1, sticker.luma, _window_matrix(matrix, window, scale))
        y[:] = cv2.resize(fine, (width, height), interpolation=cv2.INTER_AREA)
        half = (slice(window.top // 2, window.bottom // 2), slice(window.left // 2, window.right // 2))
        coarse = np.ascontiguousarray(ids[scale // 2 :: scale, scale // 2 :: scale])
        for plane, tone in zip(planes[1:], tones[1:], strict=True):
            _colour(plane[half], coarse, tone)

    def _noise_of(self, frame_id: int) -> Bytes:
        down, right = frame_id * 37 % _NOISE_MARGIN, frame_id * 101 % (2 * _NOISE_MARGIN)
        return self._noise[down : down + self._size[1], right : right + self._size[0]]


def _colour(plane: Bytes, coarse: Bytes, tone: Bytes) -> None:
    """Lays one chroma tone per face over a half-size plane, averaged over each 2 x 2 block."""
    height, width = coarse.shape
    fine = cv2.resize(plane, (width, height), interpolation=cv2.INTER_NEAREST)
    cv2.copyTo(cv2.LUT(coarse, tone), coarse, fine)
    plane[:] = cv2.resize(fine, (width // 2, height // 2), interpolation=cv2.INTER_AREA)


def _paste(fine: Bytes, ids: Bytes, number: int, luma: Bytes, matrix: Floats) -> None:
    """Warps a sticker's picture onto the samples where its face is seen."""
    corners = matrix @ np.array(
        [[0, luma.shape[1], luma.shape[1], 0], [0, 0, luma.shape[0], luma.shape[0]], [1, 1, 1, 1]]
    )
    pixels = corners[:2] / corners[2]
    left, top = np.maximum(np.floor(pixels.min(axis=1)).astype(int) - 1, 0)
    right, bottom = np.ceil(pixels.max(axis=1)).astype(int) + 2
    part = ids[top:bottom, left:right]
    if not part.size:
        return
    moved = np.array([[1.0, 0.0, -left], [0.0, 1.0, -top], [0.0, 0.0, 1.0]]) @ matrix
    size = (part.shape[1], part.shape[0])
    shown = cv2.warpPerspective(luma, moved, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    np.copyto(fine[top:bottom, left:right], shown, where=part == number)


def _window_matrix(matrix: Floats, window: Window, scale: int) -> Floats:
    """A homography into pixels, made one into the samples of a window."""
    half = 0.5 * scale - 0.5
    to_samples = np.array(
        [[scale, 0.0, half - window.left * scale], [0.0, scale, half - window.top * scale], [0.0, 0.0, 1.0]]
    )
    return to_samples @ matrix


def _even(window: Window) -> Window:
    """The window widened to even pixels, as chroma has half the size."""
    return Window(
        window.left // 2 * 2, window.top // 2 * 2, (window.right + 1) // 2 * 2, (window.bottom + 1) // 2 * 2
    )


def _largest(faces: Faces) -> Faces:
    """At most as many faces as numbers, the largest ones."""
    if len(faces.index) <= MAX_FACES:
        return faces
    area = np.prod(faces.high - faces.low, axis=1)
    kept: NDArray[np.intp] = np.sort(np.argsort(-area, kind="stable")[:MAX_FACES])
    return Faces(
        *(getattr(faces, name)[kept] for name in ("index", "polygons", "low", "high", "depth", "normals"))
    )
