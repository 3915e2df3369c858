"""The table's picture: a dark mat with light on it, slots, and fiducials, as Y, U and V textures."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from sim_fallback.camera.shading import to_yuv
from sim_fallback.camera.solids import Floats, rgb
from sim_fallback.camera.tags import paper_size, picture_to_surface, tag_picture
from sim_fallback.layout import FiducialLayout, Layout, SlotLayout

PIXELS_PER_M = 2000
X_M, Y_M = (-0.5, 0.66), (-0.6, 0.6)
"""What the texture covers, in the arm's base frame."""
BACKDROP_YUV = (21, 131, 126)
_WOOD, _MAT, _LINE, _PAPER = "#191d25", "#252b36", "#39424f", "#eceae4"
_SLOT_GREY = "#7d8897"
_MAT_X_M, _MAT_Y_M, _MAT_CORNER_M = (0.075, 0.385), (-0.245, 0.245), 0.02
_SHIFT = 4


@dataclass(frozen=True, slots=True)
class Texture:
    """The three planes, all of one size, and the homography from metres (x, y) to texture pixels."""

    planes: tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.uint8]]
    from_table: Floats


def table_texture(layout: Layout, seed: int) -> Texture:
    """Paints the table for this layout; the seed only chooses the grain."""
    width = round((X_M[1] - X_M[0]) * PIXELS_PER_M)
    height = round((Y_M[1] - Y_M[0]) * PIXELS_PER_M)
    picture = np.empty((height, width, 3), np.uint8)
    picture[:] = rgb(_WOOD)
    _paint_mat(picture)
    for slot in layout.slots:
        _paint_slot(picture, slot)
    lit = picture * _light(width, height)[:, :, None] + _grain(width, height, seed)[:, :, None]
    shown = np.clip(lit, 0, 255).astype(np.uint8)
    from_table = np.array(
        [
            [PIXELS_PER_M, 0.0, -X_M[0] * PIXELS_PER_M - 0.5],
            [0.0, PIXELS_PER_M, -Y_M[0] * PIXELS_PER_M - 0.5],
            [0.0, 0.0, 1.0],
        ]
    )
    for fiducial in layout.fiducials:
        _paint_fiducial(shown, fiducial, from_table)
    return Texture(_planes(shown), from_table)


def _at(x_m: float, y_m: float) -> tuple[int, int]:
    """Fixed-point texture coordinates of a place on the table."""
    unit = PIXELS_PER_M * (1 << _SHIFT)
    half = 1 << (_SHIFT - 1)
    return round((x_m - X_M[0]) * unit) - half, round((y_m - Y_M[0]) * unit) - half


def _paint_mat(picture: NDArray[np.uint8]) -> None:
    for grow_m, colour in ((0.0015, _LINE), (0.0, _MAT)):
        radius = _MAT_CORNER_M + grow_m
        for x_m in _MAT_X_M:
            for y_m in _MAT_Y_M:
                inward = (np.sign(sum(_MAT_X_M) / 2 - x_m), np.sign(-y_m))
                centre = _at(x_m + inward[0] * _MAT_CORNER_M, y_m + inward[1] * _MAT_CORNER_M)
                _disc(picture, centre, radius, colour)
        for along, across in ((grow_m, -_MAT_CORNER_M), (-_MAT_CORNER_M, grow_m)):
            low = _at(_MAT_X_M[0] - along, _MAT_Y_M[0] - across)
            high = _at(_MAT_X_M[1] + along, _MAT_Y_M[1] + across)
            cv2.rectangle(picture, low, high, rgb(colour), cv2.FILLED, cv2.LINE_AA, _SHIFT)


def _paint_slot(picture: NDArray[np.uint8], slot: SlotLayout) -> None:
    """A filled disc in a muted tone of the colour inside a bright ring."""
    colour = np.array(rgb(slot.colour or _SLOT_GREY), dtype=np.float64)
    mat = np.array(rgb(_MAT), dtype=np.float64)
    centre = _at(slot.x_m, slot.y_m)
    ring = 0.85 * colour + 0.15 * mat if slot.colour else 0.7 * colour + 0.3 * mat
    inner = 0.30 * colour + 0.70 * mat if slot.colour else 0.12 * colour + 0.88 * mat
    _disc(picture, centre, slot.radius_m, _written(ring))
    _disc(picture, centre, slot.radius_m - 0.003, _written(inner))


def _written(colour: Floats) -> str:
    return "#{:02x}{:02x}{:02x}".format(*(round(float(value)) for value in colour))


def _disc(picture: NDArray[np.uint8], centre: tuple[int, int], radius_m: float, colour: str) -> None:
    radius = round(radius_m * PIXELS_PER_M * (1 << _SHIFT))
    cv2.circle(picture, centre, radius, rgb(colour), cv2.FILLED, cv2.LINE_AA, _SHIFT)


def _light(width: int, height: int) -> NDArray[np.float32]:
    """A pool of light over the working area that fades toward the edges."""
    x = np.linspace(X_M[0], X_M[1], width, dtype=np.float32)[None, :] - 0.22
    y = np.linspace(Y_M[0], Y_M[1], height, dtype=np.float32)[:, None] - 0.04
    return 0.62 + 0.62 * np.exp(-(x * x + y * y) / (2 * 0.25**2))


def _grain(width: int, height: int, seed: int) -> NDArray[np.float32]:
    coarse = np.random.default_rng(seed).normal(0.0, 1.4, (height // 4, width // 4)).astype(np.float32)
    return np.asarray(cv2.resize(coarse, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)


def _paint_fiducial(picture: NDArray[np.uint8], fiducial: FiducialLayout, from_table: Floats) -> None:
    half = paper_size(fiducial.size_m) / 2 + 0.002
    low = _at(fiducial.x_m - half, fiducial.y_m - half)
    high = _at(fiducial.x_m + half, fiducial.y_m + half)
    cv2.rectangle(picture, low, high, rgb(_PAPER), cv2.FILLED, cv2.LINE_AA, _SHIFT)
    move = np.array([[1.0, 0.0, fiducial.x_m], [0.0, 1.0, fiducial.y_m], [0.0, 0.0, 1.0]])
    matrix = from_table @ move @ picture_to_surface(fiducial.size_m)
    source = tag_picture(fiducial.tag)
    size = (picture.shape[1], picture.shape[0])
    cover = cv2.warpPerspective(np.full_like(source, 255), matrix, size, flags=cv2.INTER_NEAREST)
    black = cv2.warpPerspective(source, matrix, size, flags=cv2.INTER_LINEAR)
    paper = np.array(rgb(_PAPER), dtype=np.float32) / 255
    inside = cover > 0
    picture[inside] = (18 + (black[inside].astype(np.float32) * (237 / 255)))[:, None] * paper


def _planes(picture: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.uint8]]:
    yuv = np.clip(np.rint(to_yuv(picture.reshape(-1, 3).astype(np.float64))), 0, 255).astype(np.uint8)
    y, u, v = (np.ascontiguousarray(yuv[:, k].reshape(picture.shape[:2])) for k in range(3))
    return y, u, v
