"""What lies behind all solids: the painted table, warped into the picture."""

import cv2
import numpy as np
from numpy.typing import NDArray

from sim_fallback.camera import shadow
from sim_fallback.camera.pinhole import View
from sim_fallback.camera.solids import Floats
from sim_fallback.camera.table import BACKDROP_YUV, Texture

Bytes = NDArray[np.uint8]
Planes = tuple[Bytes, Bytes, Bytes]
_FINE = 3
_HALF = np.array([[0.5, 0.0, -0.25], [0.0, 0.5, -0.25], [0.0, 0.0, 1.0]])
_HORIZON = 0.02  # cosine-like distance under the horizon at which the table ends


def _to_texture(view: View, from_table: Floats) -> Floats:
    """Homography from picture pixels to texture pixels."""
    matrix: Floats = from_table @ np.linalg.inv(view.table_to_picture)
    return matrix


def _scaled(matrix: Floats, scale: float) -> Floats:
    """The same homography for a picture whose pixels are `scale` times as many."""
    shift = 0.5 / scale - 0.5
    matrix = matrix @ np.array([[1 / scale, 0.0, shift], [0.0, 1 / scale, shift], [0.0, 0.0, 1.0]])
    return matrix


def _warp(plane: cv2.typing.MatLike, matrix: Floats, size: tuple[int, int], outside: int) -> Bytes:
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    warped = cv2.warpPerspective(
        plane, matrix, size, flags=flags, borderMode=cv2.BORDER_CONSTANT, borderValue=(float(outside),)
    )
    return np.asarray(warped, np.uint8)


def still(view: View, texture: Texture, size: tuple[int, int]) -> Planes:
    """The backdrop of a camera that never moves, well sampled; chroma planes have half the size."""
    fine = _scaled(_to_texture(view, texture.from_table), _FINE)
    shape = (size[0] * _FINE, size[1] * _FINE)
    half = (size[0] // 2, size[1] // 2)
    planes = [
        cv2.resize(_warp(plane, fine, shape, outside), small, interpolation=cv2.INTER_AREA)
        for plane, outside, small in zip(
            cv2.split(texture.full), BACKDROP_YUV, (size, half, half), strict=True
        )
    ]
    y, u, v = (np.asarray(plane, np.uint8) for plane in planes)
    return y, u, v


def moving(view: View, texture: Texture, shadows: Bytes, size: tuple[int, int]) -> Planes:
    """The shaded backdrop of a camera on the move, at half the resolution: it is out of focus."""
    half = (size[0] // 2, size[1] // 2)
    matrix = _scaled(_to_texture(view, texture.from_table), 0.5)
    sky = np.rint(_above_horizon(view, size) / 2).astype(np.int32)
    seen = np.asarray(
        cv2.warpPerspective(
            texture.small,
            _HALF @ matrix,
            half,
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_CONSTANT,
            borderValue=tuple(float(tone) for tone in BACKDROP_YUV),
        ),
        np.uint8,
    )
    light = _warp(shadows, _scaled(_to_texture(view, shadow.FROM_TABLE), 0.5), half, 255)
    if len(sky) > 2:
        cv2.fillConvexPoly(seen, sky, tuple(float(tone) for tone in BACKDROP_YUV))
        cv2.fillConvexPoly(light, sky, (255.0,))
    y, u, v = cv2.split(seen)
    shaded = cv2.multiply(y, light, scale=1 / 255)
    return (
        np.asarray(cv2.resize(shaded, size, interpolation=cv2.INTER_LINEAR), np.uint8),
        np.asarray(u, np.uint8),
        np.asarray(v, np.uint8),
    )


def shade(view: View, shadows: Bytes, size: tuple[int, int]) -> Bytes:
    """The table's light (255 for all) as a camera that never sees the horizon sees it."""
    matrix = _scaled(_to_texture(view, shadow.FROM_TABLE), 0.5)
    coarse = _warp(shadows, matrix, (size[0] // 2, size[1] // 2), 255)
    return np.asarray(cv2.resize(coarse, size, interpolation=cv2.INTER_LINEAR), np.uint8)


def _above_horizon(view: View, size: tuple[int, int]) -> Floats:
    """The part of the picture, as a polygon, whose rays do not come down on the table."""
    corners = np.array([[0, 0], [size[0], 0], [size[0], size[1]], [0, size[1]]], dtype=np.float64)
    rays = np.stack(
        ((corners[:, 0] - view.cx) / view.fx, (corners[:, 1] - view.cy) / view.fy, np.ones(4)), axis=1
    )
    heights = rays @ view.rotation[:, 2] + _HORIZON
    kept: list[Floats] = []
    for k in range(4):
        here, following = heights[k], heights[(k + 1) % 4]
        if here > 0:
            kept.append(corners[k])
        if (here > 0) != (following > 0):
            kept.append(corners[k] + (corners[(k + 1) % 4] - corners[k]) * here / (here - following))
    return np.array(kept).reshape(-1, 2)
