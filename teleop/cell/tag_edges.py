"""Sharpens a tag's corners: each side's line is fitted to the picture, and the lines are cut again.

The corner of a small tag is blurred round, and a corner finder pulls it inward by a third of a pixel,
which at half a metre is a centimetre of height. The sides are straight over twenty pixels: their
dark-to-bright step, measured at many points across, stays true.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
_ALONG = np.linspace(0.14, 0.86, 11)  # where on a side to measure, as shares of it; corners are round
_ACROSS_PX = np.linspace(-2.0, 2.0, 13)  # from inside the black border to the white margin
_BETWEEN_PX = (_ACROSS_PX[1:] + _ACROSS_PX[:-1]) / 2
_ROUNDS = 2
_FAINT = 20.0  # a step of fewer grey levels is no edge
_EVEN = 0.5  # a point whose step is lower than this share of the tag's usual one is covered
_ROUGH_PX = 0.35  # points further from their line than this are not all on one edge
_MOST_PX = 3.0  # a corner that would move further is not the tag's corner


def sharpened(grey: NDArray[np.uint8], corners: Array) -> tuple[Array, NDArray[np.bool_]]:
    """Returns the (n, 4, 2) corners where the fitted sides meet, and which of the n tags are clean.

    A tag is not clean when something covers part of a side, so that its points are off the line or faint,
    or when its corners had to move so far that these are not the sides that were found.
    """
    found = corners
    for _ in range(_ROUNDS - 1):
        found, _ = _refitted(grey, found)
    found, straight = _refitted(grey, found)
    moved = np.linalg.norm(found - corners, axis=2).max(axis=1)
    return found, np.asarray(straight & np.isfinite(moved) & (moved <= _MOST_PX))


def _refitted(grey: NDArray[np.uint8], corners: Array) -> tuple[Array, NDArray[np.bool_]]:
    """Returns corners where lines fitted to the four steps from dark to bright meet, and their quality."""
    ends = np.roll(corners, -1, axis=1)
    offset, weight, outward = _steps(grey, corners, ends - corners)
    start, end, rough = _fit(offset, weight)
    usual = np.median(weight.reshape(len(weight), -1), axis=1)[:, None]
    straight = (weight.min(axis=2) >= np.maximum(_FAINT, _EVEN * usual)) & (rough <= _ROUGH_PX)
    return _cut(corners + outward * start, ends + outward * end), np.asarray(straight.all(axis=1))


def _steps(grey: NDArray[np.uint8], starts: Array, along: Array) -> tuple[Array, Array, Array]:
    """Returns where across each side the step lies (px outward), how high it is, and the normals."""
    length = np.linalg.norm(along, axis=2, keepdims=True)
    outward = np.stack([along[..., 1], -along[..., 0]], axis=2) / length  # corners run clockwise on screen
    points = starts[:, :, None] + along[:, :, None] * _ALONG[:, None]
    grid = points[:, :, :, None] + outward[:, :, None, None] * _ACROSS_PX[:, None]
    flat = grid.reshape(-1, len(_ACROSS_PX), 2).astype(np.float32)
    levels = cv2.remap(grey, flat[..., 0], flat[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    rises = np.maximum(np.diff(levels.reshape(grid.shape[:-1]).astype(np.float64), axis=3), 0.0)
    weight = rises.sum(axis=3)
    return (rises * _BETWEEN_PX).sum(axis=3) / np.maximum(weight, 1.0), weight, outward


def _fit(offset: Array, weight: Array) -> tuple[Array, Array, Array]:
    """Returns a weighted straight fit at both ends of each side, and the spread around it in px."""
    total = np.maximum(weight.sum(axis=2, keepdims=True), 1.0)
    middle = (weight * _ALONG).sum(axis=2, keepdims=True) / total
    mean = (weight * offset).sum(axis=2, keepdims=True) / total
    lever = _ALONG - middle
    slope = (weight * lever * offset).sum(axis=2, keepdims=True)
    slope /= np.maximum((weight * lever * lever).sum(axis=2, keepdims=True), 1e-9)
    off = offset - mean - slope * lever
    rough = np.sqrt((weight * off * off).sum(axis=2) / total[..., 0])
    return mean - slope * middle, mean + slope * (1.0 - middle), rough


def _cut(starts: Array, ends: Array) -> Array:
    """Returns where each side's line meets the one before it."""
    along = ends - starts
    before, before_along = np.roll(starts, 1, axis=1), np.roll(along, 1, axis=1)
    apart = starts - before
    with np.errstate(invalid="ignore", divide="ignore"):
        share = _area(apart, along) / _area(before_along, along)
        return np.asarray(before + before_along * share)


def _area(one: Array, other: Array) -> Array:
    return one[..., :1] * other[..., 1:] - one[..., 1:] * other[..., :1]
