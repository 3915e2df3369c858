"""Light and colour: flat shading in RGB, then the Y, U and V that video carries (BT.601, limited range)."""

import numpy as np
from numpy.typing import NDArray

from sim_fallback.camera.solids import Floats

TO_LIGHT = np.array([0.42, 0.38, 0.82]) / np.linalg.norm([0.42, 0.38, 0.82])
SHADOW = 0.6
"""What is left of the light in a shadow on the table."""
_AMBIENT = 0.50 * np.array([0.95, 0.99, 1.06])
_DIFFUSE = 0.52 * np.array([1.03, 1.0, 0.95])
_SKY = 0.10 * np.array([0.92, 0.98, 1.1])
"""Cool light from all around and above, warm light from the lamp."""
YUV_FROM_RGB: Floats = np.array(
    [[0.256788, 0.504129, 0.097906], [-0.148223, -0.290993, 0.439216], [0.439216, -0.367788, -0.071427]]
)
YUV_OFFSET: Floats = np.array([16.0, 128.0, 128.0])


def to_yuv(colours: Floats) -> Floats:
    """Y, U, V (0..255 floats) of RGB rows (0..255)."""
    yuv: Floats = colours @ YUV_FROM_RGB.T + YUV_OFFSET
    return yuv


def shaded(colours: Floats, normals: Floats) -> NDArray[np.uint8]:
    """Y, U, V rows of flat faces with these colours and outward world normals."""
    lambert = np.maximum(0.0, normals @ TO_LIGHT)
    light = _AMBIENT + np.outer(lambert, _DIFFUSE) + np.outer(normals[:, 2], _SKY)
    yuv = to_yuv(np.minimum(255.0, colours * light))
    return np.clip(np.rint(yuv), 0, 255).astype(np.uint8)
