"""Puts the faces that are seen over the backdrop: tones by table look-up, tags by warping.

Luma is composed at the samples' resolution and averaged down, which gives smooth edges; with one
sample per pixel, edges between faces are smoothed instead. Chroma is averaged over each 2 x 2 block.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from sim_fallback.camera.backdrop import Planes
from sim_fallback.camera.raster import Bytes, Window
from sim_fallback.camera.solids import Floats


@dataclass(frozen=True, slots=True)
class Label:
    """A tag to lay on one face: the face's number, the tag in luma, and its homography to pixels."""

    number: int
    luma: Bytes
    to_picture: Floats


def compose(planes: Planes, window: Window, ids: Bytes, tones: Bytes, labels: list[Label]) -> None:
    """Draws into the planes; `ids` has a face's number per sample, `tones` Y, U, V by number."""
    scale = ids.shape[1] // (window.right - window.left)
    size = (window.right - window.left, window.bottom - window.top)
    y = planes[0][window.area]
    fine = np.asarray(cv2.resize(y, (ids.shape[1], ids.shape[0]), interpolation=cv2.INTER_NEAREST), np.uint8)
    cv2.copyTo(cv2.LUT(ids, tones[0]), ids, fine)
    for label in labels:
        _paste(fine, ids, label, _to_samples(window, scale))
    y[:] = cv2.resize(fine, size, interpolation=cv2.INTER_AREA) if scale > 1 else _smoothed(fine, ids)
    half = Window(window.left // 2, window.top // 2, window.right // 2, window.bottom // 2)
    coarse = np.ascontiguousarray(ids[scale // 2 :: scale, scale // 2 :: scale])
    for plane, tone in zip(planes[1:], tones[1:], strict=True):
        _colour(plane[half.area], coarse, tone)


def _smoothed(luma: Bytes, ids: Bytes) -> Bytes:
    """Luma blurred only where two faces meet."""
    block = np.ones((3, 3), np.uint8)
    edges = cv2.morphologyEx(ids, cv2.MORPH_GRADIENT, block)
    cv2.copyTo(cv2.GaussianBlur(luma, (3, 3), 0.0), edges, luma)
    return luma


def _colour(plane: Bytes, coarse: Bytes, tone: Bytes) -> None:
    """Lays one chroma tone per face over a half-size plane."""
    height, width = coarse.shape
    fine = cv2.resize(plane, (width, height), interpolation=cv2.INTER_NEAREST)
    cv2.copyTo(cv2.LUT(coarse, tone), coarse, fine)
    plane[:] = cv2.resize(fine, (width // 2, height // 2), interpolation=cv2.INTER_AREA)


def _to_samples(window: Window, scale: int) -> Floats:
    """Homography from pixels to the samples of a window."""
    half = 0.5 * scale - 0.5
    return np.array(
        [[scale, 0.0, half - window.left * scale], [0.0, scale, half - window.top * scale], [0.0, 0.0, 1.0]]
    )


def _paste(fine: Bytes, ids: Bytes, label: Label, to_samples: Floats) -> None:
    """Warps a label onto the samples where its face is seen."""
    height, width = label.luma.shape
    matrix = to_samples @ label.to_picture
    corners = matrix @ np.array([[0, width, width, 0], [0, 0, height, height], [1, 1, 1, 1]])
    if (corners[2] <= 0).any():
        return  # reaches behind the camera
    pixels = corners[:2] / corners[2]
    left, top = np.maximum(np.floor(pixels.min(axis=1)).astype(int) - 1, 0)
    right, bottom = np.maximum(np.ceil(pixels.max(axis=1)).astype(int) + 2, 0)
    part = ids[top:bottom, left:right]
    if not part.size:
        return
    moved = np.array([[1.0, 0.0, -left], [0.0, 1.0, -top], [0.0, 0.0, 1.0]]) @ matrix
    shown = cv2.warpPerspective(
        label.luma, moved, (part.shape[1], part.shape[0]), borderMode=cv2.BORDER_REPLICATE
    )
    np.copyto(fine[top:bottom, left:right], shown, where=part == label.number)
