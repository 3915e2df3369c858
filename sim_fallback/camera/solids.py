"""Convex solids with flat colours, gathered into arrays that a whole picture is projected from."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Outline = Sequence[tuple[float, float]]
Colour = tuple[int, int, int]
MAX_CORNERS = 12


def rgb(text: str) -> Colour:
    """The colour that `#rrggbb` writes."""
    return (int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16))


@dataclass(frozen=True, slots=True)
class Solid:
    """A convex solid in the frame of the body that carries it; faces list corners by index."""

    body: int
    vertices: Floats
    faces: tuple[tuple[int, ...], ...]
    colour: Colour


def prism(body: int, outline: Outline, axis: str, span: tuple[float, float], colour: str) -> Solid:
    """A convex outline extruded along x, y or z; the outline has the other two axes in that order."""
    at = "xyz".index(axis)
    low, high = ([(*pair[:at], level, *pair[at:]) for pair in outline] for level in span)
    count = len(outline)
    sides = [(k, (k + 1) % count, (k + 1) % count + count, k + count) for k in range(count)]
    caps = [tuple(range(count)), tuple(range(count, 2 * count))]
    return Solid(body, np.array(low + high, dtype=np.float64), (*sides, *caps), rgb(colour))


def box(body: int, low: Sequence[float], high: Sequence[float], colour: str) -> Solid:
    """An axis-aligned box."""
    outline = [(low[0], low[1]), (high[0], low[1]), (high[0], high[1]), (low[0], high[1])]
    return prism(body, outline, "z", (low[2], high[2]), colour)


def bevelled(
    body: int, low: Sequence[float], high: Sequence[float], axis: str, colour: str, share: float = 0.2
) -> Solid:
    """A box whose edges along `axis` are cut off by a share of the shorter side."""
    at = "xyz".index(axis)
    a, b = (k for k in range(3) if k != at)
    cut = share * min(high[a] - low[a], high[b] - low[b])
    left, right, bottom, top = low[a], high[a], low[b], high[b]
    outline = [
        *((left + cut, bottom), (right - cut, bottom), (right, bottom + cut), (right, top - cut)),
        *((right - cut, top), (left + cut, top), (left, top - cut), (left, bottom + cut)),
    ]
    return prism(body, outline, axis, (low[at], high[at]), colour)


def disc(
    body: int, centre: tuple[float, float], radius: float, axis: str, span: tuple[float, float], colour: str
) -> Solid:
    """A cylinder as a prism of eight sides; the end at span[0] is open, as it lies on another solid."""
    turns = [math.tau * (k + 0.5) / 8 for k in range(8)]
    outline = [(centre[0] + radius * math.cos(t), centre[1] + radius * math.sin(t)) for t in turns]
    whole = prism(body, outline, axis, span, colour)
    return Solid(body, whole.vertices, (*whole.faces[:-2], whole.faces[-1]), whole.colour)


def turned(solid: Solid, angle_rad: float) -> Solid:
    """The solid turned about its body's z axis."""
    c, s = math.cos(angle_rad), math.sin(angle_rad)
    matrix = np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])
    return Solid(solid.body, solid.vertices @ matrix.T, solid.faces, solid.colour)


@dataclass(frozen=True, slots=True)
class Mesh:
    """All solids as arrays: corners per vertex row, faces padded to `MAX_CORNERS` by their last corner."""

    vertices: Floats
    vertex_body: NDArray[np.intp]
    corners: NDArray[np.intp]
    corner_count: NDArray[np.intp]
    normals: Floats
    face_body: NDArray[np.intp]
    colours: Floats
    solid_vertices: tuple[slice, ...]

    @property
    def faces(self) -> int:
        """How many faces there are."""
        return len(self.corner_count)


def gather(solids: Sequence[Solid]) -> Mesh:
    """Puts solids into one mesh, with outward normals."""
    corners: list[list[int]] = []
    counts: list[int] = []
    normals: list[Floats] = []
    slices: list[slice] = []
    start = 0
    for solid in solids:
        slices.append(slice(start, start + len(solid.vertices)))
        middle = solid.vertices.mean(axis=0)
        for face in solid.faces:
            counts.append(len(face))
            corners.append([start + k for k in (*face, *([face[-1]] * (MAX_CORNERS - len(face))))])
            normals.append(_outward(solid.vertices[list(face)], middle))
        start += len(solid.vertices)
    return Mesh(
        vertices=np.concatenate([solid.vertices for solid in solids]),
        vertex_body=np.repeat([solid.body for solid in solids], [len(solid.vertices) for solid in solids]),
        corners=np.array(corners, dtype=np.intp),
        corner_count=np.array(counts, dtype=np.intp),
        normals=np.array(normals),
        face_body=np.repeat([solid.body for solid in solids], [len(solid.faces) for solid in solids]),
        colours=np.repeat(
            np.array([solid.colour for solid in solids], dtype=np.float64),
            [len(solid.faces) for solid in solids],
            axis=0,
        ),
        solid_vertices=tuple(slices),
    )


def _outward(face: Floats, middle: Floats) -> Floats:
    normal = np.cross(face[1] - face[0], face[2] - face[1])
    normal /= np.linalg.norm(normal)
    return normal if float(normal @ (face[0] - middle)) > 0 else -normal
