"""ArUco tags (DICT_4X4_50) as pictures, and where their corners lie on a surface."""

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from sim_fallback.camera.solids import Floats

CELLS = 6
QUIET_CELLS = 0.7
"""White margin around the black square, in cells."""
CELL_PIXELS = 20
_DICTIONARY = cv2.aruco.DICT_4X4_50


@lru_cache(maxsize=64)
def tag_picture(tag: int) -> NDArray[np.uint8]:
    """The tag with its white margin: 255 white, 0 black, `CELL_PIXELS` to a cell."""
    dictionary = cv2.aruco.getPredefinedDictionary(_DICTIONARY)
    black = cv2.aruco.generateImageMarker(dictionary, tag, CELLS * CELL_PIXELS)
    margin = round(QUIET_CELLS * CELL_PIXELS)
    picture = cv2.copyMakeBorder(
        black, margin, margin, margin, margin, cv2.BORDER_CONSTANT, value=(255.0, 255.0, 255.0)
    )
    return np.asarray(picture, dtype=np.uint8)


def paper_size(tag_size_m: float) -> float:
    """Edge of the tag with its margin."""
    return tag_size_m * (CELLS + 2 * QUIET_CELLS) / CELLS


def picture_to_surface(tag_size_m: float) -> Floats:
    """Homography from the tag picture's pixels to metres on its surface, x right and y up in the tag."""
    pixels = (CELLS + 2 * QUIET_CELLS) * CELL_PIXELS
    metres = paper_size(tag_size_m) / pixels
    half = (pixels - 1) / 2
    return np.array([[metres, 0.0, -metres * half], [0.0, -metres, metres * half], [0.0, 0.0, 1.0]])
