"""An exact z-test over flat polygons: which face is seen at each sample of the picture.

Samples lie on a grid `scale` times finer than the pixels. Inverse depth is an affine function of the
screen for a flat face, so a face's depths are one outer sum. Each sample is one 32-bit word with the
inverse depth in its upper 24 bits and the face's number below: the nearest face is a maximum.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from sim_fallback.camera.projection import Faces
from sim_fallback.camera.solids import Floats

Bytes = NDArray[np.uint8]
Words = NDArray[np.uint32]
MAX_FACES = 255
_SUBPIXEL_BITS = 5
_NUMBER_BITS = 8


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

    def times(self, scale: int) -> "Window":
        """The same rectangle in samples."""
        return Window(self.left * scale, self.top * scale, self.right * scale, self.bottom * scale)


class Raster:
    """Reusable buffers of one camera."""

    def __init__(self, width: int, height: int, scale: int) -> None:
        """Allocates buffers for `scale` x `scale` samples per pixel."""
        self.width, self.height, self.scale = width, height, scale
        shape = (height * scale, width * scale)
        self._nearest: Words = np.zeros(shape, np.uint32)
        self._mask = np.zeros(shape[0] * shape[1], np.int32)
        self._sum: Words = np.zeros(shape[0] * shape[1], np.uint32)

    def window(self, faces: Faces) -> Window:
        """The pixels that any face may touch, widened to even ones."""
        if not len(faces.index):
            return Window(0, 0, 0, 0)
        left, top = np.maximum(faces.low.min(axis=0) - 1, 0) // 2 * 2
        right, bottom = (faces.high.max(axis=0) + 3) // 2 * 2
        return Window(int(left), int(top), min(self.width, int(right)), min(self.height, int(bottom)))

    def draw(self, faces: Faces, window: Window) -> Bytes:
        """Per sample of the window: 1 + the row in `faces` of what is seen there, or 0."""
        scale = self.scale
        nearest = self._nearest[window.times(scale).area]
        nearest.fill(0)
        polygons = (faces.polygons + 0.5) * scale - 0.5
        bounds = self._bounds(polygons)
        fixed = np.rint((polygons - bounds[:, None, :2]) * (1 << _SUBPIXEL_BITS)).astype(np.int32)
        numbers = np.arange(1, len(fixed) + 1)
        across = _ramps(faces.depth[:, 0] / scale, self._level(faces), numbers, bounds[:, 0::2])
        down = _ramps(faces.depth[:, 1] / scale, np.zeros(len(fixed)), 0 * numbers, bounds[:, 1::2])
        for row, ((left, top, right, bottom), columns, rows) in enumerate(
            zip(bounds.tolist(), across, down, strict=True)
        ):
            if right > left and bottom > top:
                area = (slice(top, bottom), slice(left, right))
                self._face(self._nearest[area], fixed[row], columns, rows[:, None])
        return np.ascontiguousarray(nearest.view(np.uint8)[:, :: 32 // 8])

    def _bounds(self, polygons: Floats) -> NDArray[np.int64]:
        """Left, top, right, bottom of each face in samples, cut at the picture's edges."""
        bounds = np.concatenate((np.floor(polygons.min(axis=1)), np.ceil(polygons.max(axis=1)) + 1), axis=1)
        height, width = self._nearest.shape
        return np.asarray(np.clip(bounds, 0, (width, height, width, height)), np.int64)

    def _level(self, faces: Faces) -> Floats:
        shift = 0.5 / self.scale - 0.5
        level: Floats = faces.depth[:, 2] + shift * (faces.depth[:, 0] + faces.depth[:, 1])
        return level

    def _face(self, nearest: Words, polygon: NDArray[np.int32], columns: Words, rows: Words) -> None:
        shape = nearest.shape
        size = shape[0] * shape[1]
        mask = self._mask[:size]
        mask.fill(0)
        mask = mask.reshape(shape)
        cv2.fillConvexPoly(mask, polygon, (-1.0,), cv2.LINE_8, _SUBPIXEL_BITS)
        total = self._sum[:size].reshape(shape)
        np.add(columns, rows, out=total)
        np.bitwise_and(total, mask.view(np.uint32), out=total)
        np.maximum(nearest, total, out=nearest)


def _ramps(
    slopes: Floats, levels: Floats, numbers: NDArray[np.int64], spans: NDArray[np.int64]
) -> list[Words]:
    """Per face `level + slope * k` for k in its span, above the face's number, modulo 2**32.

    Parts may be out of range; their sum inside the face is not.
    """
    lengths = np.maximum(spans[:, 1] - spans[:, 0], 0)
    offsets = np.cumsum(lengths) - lengths
    places = np.arange(int(lengths.sum())) - np.repeat(offsets - spans[:, 0], lengths)
    values = np.rint(np.repeat(levels, lengths) + np.repeat(slopes, lengths) * places).astype(np.int64)
    words = ((values << _NUMBER_BITS) + np.repeat(numbers, lengths)).astype(np.uint32)
    ends = (offsets + lengths).tolist()
    return [words[start:end] for start, end in zip(offsets.tolist(), ends, strict=True)]
