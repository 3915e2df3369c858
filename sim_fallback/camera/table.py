"""The table's picture: a dark mat with light on it, slots, and fiducials, as Y, U and V textures."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from sim_fallback.camera.shading import YUV_FROM_RGB, YUV_OFFSET
from sim_fallback.camera.solids import Floats, rgb
from sim_fallback.camera.tags import paper_size, picture_to_surface, tag_picture
from sim_fallback.layout import FiducialLayout, Layout, SlotLayout

PIXELS_PER_M = 2000
X_M, Y_M = (-0.5, 0.66), (-0.6, 0.6)
"""What the texture covers, in the arm's base frame."""
BACKDROP_YUV = (21, 131, 126)
_WOOD, _MAT, _LINE, _PAPER = "#1c2029", "#2b323e", "#465163", "#eceae4"
_SLOT_GREY = "#7d8897"
_MAT_X_M, _MAT_Y_M, _MAT_CORNER_M = (0.075, 0.366), (-0.215, 0.215), 0.02
_SHIFT = 4


@dataclass(frozen=True, slots=True)
class Texture:
    """Y, U, V as one picture, the same at half the resolution, and the homography from metres to pixels."""

    full: NDArray[np.uint8]
    small: NDArray[np.uint8]
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
    shown = _lit(picture, seed)
    from_table = np.array(
        [
            [PIXELS_PER_M, 0.0, -X_M[0] * PIXELS_PER_M - 0.5],
            [0.0, PIXELS_PER_M, -Y_M[0] * PIXELS_PER_M - 0.5],
            [0.0, 0.0, 1.0],
        ]
    )
    for fiducial in layout.fiducials:
        _paint_fiducial(shown, fiducial, from_table)
    full = _yuv(shown)
    half = (width // 2, height // 2)
    return Texture(
        full, np.asarray(cv2.resize(full, half, interpolation=cv2.INTER_AREA), np.uint8), from_table
    )


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


def _lit(picture: NDArray[np.uint8], seed: int) -> NDArray[np.uint8]:
    height, width = picture.shape[:2]
    light, grain = _light(width, height), _grain(width, height, seed)
    channels = [
        cv2.convertScaleAbs(cv2.add(cv2.multiply(channel, light, dtype=cv2.CV_32F), grain))
        for channel in cv2.split(picture)
    ]
    return np.asarray(cv2.merge(channels), np.uint8)


def _light(width: int, height: int) -> NDArray[np.float32]:
    """A pool of light over the working area that fades toward the edges."""
    x = np.linspace(X_M[0], X_M[1], width, dtype=np.float32)[None, :] - 0.22
    y = np.linspace(Y_M[0], Y_M[1], height, dtype=np.float32)[:, None] - 0.04
    pool = np.exp(-(x * x + y * y) / np.float32(2 * 0.25**2))
    return np.asarray(0.66 + 0.62 * pool, np.float32)


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
    left, top = (value >> _SHIFT for value in low)
    right, bottom = ((value >> _SHIFT) + 2 for value in high)
    part = picture[top:bottom, left:right]
    moved = np.array([[1.0, 0.0, -left], [0.0, 1.0, -top], [0.0, 0.0, 1.0]]) @ matrix
    black = cv2.warpPerspective(
        source, moved, (right - left, bottom - top), borderMode=cv2.BORDER_CONSTANT, borderValue=(255.0,)
    )
    ink = 0.08 + 0.92 * np.asarray(black, np.float32) / 255
    part[:] = np.rint(part * ink[:, :, None]).astype(np.uint8)


def _yuv(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Y, U, V at every pixel, as `shading.to_yuv` has them."""
    matrix = np.column_stack((YUV_FROM_RGB, YUV_OFFSET)).astype(np.float32)
    return np.asarray(cv2.transform(picture, matrix), np.uint8)
