"""An exact z-test over flat polygons: which face is seen at each sample of the picture.

Samples lie on a grid `scale` times finer than the pixels. Inverse depth is an affine function of
the screen for a flat face, so it is one outer sum per face; 16 bits resolve 0.05 mm at half a metre.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from sim_fallback.camera.projection import Faces

Bytes = NDArray[np.uint8]
MAX_FACES = 255
_SUBPIXEL_BITS = 5


@dataclass(frozen=True, slots=True)
class Window:
    """A rectangle of pixels, upper bounds excluded."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def area(self) -> tuple[slice, slice]:
        """Rows and columns for indexing."""
        return slice(self.top, self.bottom), slice(self.left, self.right)


class Raster:
    """Reusable buffers of one camera."""

    def __init__(self, width: int, height: int, scale: int) -> None:
        """Allocates buffers for `scale` x `scale` samples per pixel."""
        self.width, self.height, self.scale = width, height, scale
        shape = (height * scale, width * scale)
        self.ids: Bytes = np.zeros(shape, np.uint8)
        self._depth = np.zeros(shape, np.uint16)
        self._mask: Bytes = np.zeros(shape, np.uint8)
        self._sum = np.zeros(shape, np.uint16)
        self._seen = np.zeros(shape, np.bool_)
        self._columns = np.arange(width * scale, dtype=np.float64)
        self._rows = np.arange(height * scale, dtype=np.float64)
        self._dirty = Window(0, 0, width, height)

    def window(self, faces: Faces) -> Window:
        """The pixels that any face may touch."""
        if not len(faces.index):
            return Window(0, 0, 0, 0)
        left, top = faces.low.min(axis=0) - 1
        right, bottom = faces.high.max(axis=0) + 2
        return Window(
            max(0, int(left)), max(0, int(top)), min(self.width, int(right)), min(self.height, int(bottom))
        )

    def draw(self, faces: Faces, window: Window) -> None:
        """Fills `ids` with 1 + the row in `faces` of what is seen, 0 where nothing is, in the window."""
        self._clear(self._dirty)
        self._clear(window)
        self._dirty = window
        scale = self.scale
        fixed = np.rint(((faces.polygons + 0.5) * scale - 0.5) * (1 << _SUBPIXEL_BITS)).astype(np.int32)
        bounds = np.concatenate((faces.low * scale - scale, (faces.high + 1) * scale + scale), axis=1)
        bounds[:, 0::2] = bounds[:, 0::2].clip(0, self.width * scale)
        bounds[:, 1::2] = bounds[:, 1::2].clip(0, self.height * scale)
        slopes = faces.depth[:, :2] / scale
        level = faces.depth[:, 2] + (0.5 / scale - 0.5) * (faces.depth[:, 0] + faces.depth[:, 1])
        across = _wrapped(np.outer(slopes[:, 0], self._columns))
        down = _wrapped(np.outer(slopes[:, 1], self._rows) + level[:, None])
        for row, (left, top, right, bottom) in enumerate(bounds.tolist()):
            if right > left and bottom > top:
                self._face(row + 1, fixed[row], (left, top, right, bottom), (across[row], down[row]))

    def _face(
        self,
        number: int,
        polygon: NDArray[np.int32],
        bounds: tuple[int, int, int, int],
        depth: tuple[NDArray[np.uint16], NDArray[np.uint16]],
    ) -> None:
        left, top, right, bottom = bounds
        height, width = bottom - top, right - left
        mask = self._mask[:height, :width]
        mask.fill(0)
        corner = (left << _SUBPIXEL_BITS, top << _SUBPIXEL_BITS)
        cv2.fillConvexPoly(mask, polygon - corner, 1, cv2.LINE_8, _SUBPIXEL_BITS)
        total = self._sum[:height, :width]
        np.add(depth[0][None, left:right], depth[1][top:bottom, None], out=total)
        stored = self._depth[top:bottom, left:right]
        seen = self._seen[:height, :width]
        np.greater(total, stored, out=seen)
        np.logical_and(seen, mask, out=seen)
        np.copyto(stored, total, where=seen)
        np.copyto(self.ids[top:bottom, left:right], np.uint8(number), where=seen)

    def _clear(self, window: Window) -> None:
        scale = self.scale
        rows = slice(window.top * scale, window.bottom * scale)
        columns = slice(window.left * scale, window.right * scale)
        self.ids[rows, columns] = 0
        self._depth[rows, columns] = 0


def _wrapped(values: NDArray[np.float64]) -> NDArray[np.uint16]:
    """Whole numbers modulo 2**16: parts may be out of range, their sum inside the face is not."""
    return np.rint(values).astype(np.int64).astype(np.uint16)
