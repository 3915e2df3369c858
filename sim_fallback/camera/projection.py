"""A mesh seen through a camera: visible faces as polygons in pixels with their inverse depth."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim_fallback.camera.pinhole import View
from sim_fallback.camera.solids import MAX_CORNERS, Floats, Mesh

_SMALLEST_PIXELS = 0.4


@dataclass(frozen=True, slots=True)
class Faces:
    """The faces that look at the camera: rows of `index` name them in the mesh.

    `polygons` are pixel corners (padded as in the mesh); inverse depth in the view's units at pixel
    (u, v) is depth[0] * u + depth[1] * v + depth[2].
    """

    index: NDArray[np.intp]
    polygons: Floats
    low: NDArray[np.int64]
    high: NDArray[np.int64]
    depth: Floats

    def rows(self, kept: NDArray[np.intp]) -> "Faces":
        """Only these rows."""
        return Faces(self.index[kept], self.polygons[kept], self.low[kept], self.high[kept], self.depth[kept])


def body_frames(view: View, rotations: Floats, positions: Floats) -> tuple[Floats, Floats]:
    """Rotation and offset from each body's frame to the camera's."""
    return view.rotation @ rotations, positions @ view.rotation.T + view.offset


def project(view: View, mesh: Mesh, rotations: Floats, positions: Floats) -> Faces:
    """Projects the mesh; faces behind, turned away, or outside the picture are left out."""
    turn, shift = body_frames(view, rotations, positions)
    points = np.einsum("vij,vj->vi", turn[mesh.vertex_body], mesh.vertices) + shift[mesh.vertex_body]
    normals = np.einsum("fij,fj->fi", turn[mesh.face_body], mesh.normals)
    distance = np.einsum("fi,fi->f", normals, points[mesh.corners[:, 0]])
    looking = np.flatnonzero((distance < -1e-9) & _may_be_seen(view, points, mesh.corners))
    whole = (points[mesh.corners[looking], 2] > view.near_m).all(axis=1)
    depth = np.maximum(points[:, 2], view.near_m)
    pixels = np.stack(
        (view.fx * points[:, 0] / depth + view.cx, view.fy * points[:, 1] / depth + view.cy), axis=1
    )
    polygons = pixels[mesh.corners[looking]]
    for row in np.flatnonzero(~whole).tolist():
        face = looking[row]
        polygons[row] = _clipped(points[mesh.corners[face, : mesh.corner_count[face]]], view)
    return _faces(view, looking, polygons, normals[looking] / distance[looking, None])


def _may_be_seen(view: View, points: Floats, corners: NDArray[np.intp]) -> NDArray[np.bool_]:
    """False for faces that lie wholly on the far side of the near plane or of an edge of the picture."""
    x, y, z = view.fx * points[:, 0], view.fy * points[:, 1], points[:, 2]
    inside = np.stack(
        (
            z > view.near_m,
            x + view.cx * z > 0,
            x - view.cx * z < 0,
            y + view.cy * z > 0,
            y - view.cy * z < 0,
        ),
        axis=1,
    )
    return np.asarray(np.all(np.any(inside[corners], axis=1), axis=1))


def _clipped(points: Floats, view: View) -> Floats:
    """Cuts a polygon at the near plane; the padded pixel corners of what is left."""
    kept: list[Floats] = []
    corners = list(points)
    for start, end in zip(corners, corners[1:] + corners[:1], strict=True):
        if start[2] > view.near_m:
            kept.append(start)
        if (start[2] > view.near_m) != (end[2] > view.near_m):
            kept.append(start + (end - start) * (view.near_m - start[2]) / (end[2] - start[2]))
    left = np.array((kept + [kept[-1]] * MAX_CORNERS)[:MAX_CORNERS])
    u, v = view.fx * left[:, 0] / left[:, 2] + view.cx, view.fy * left[:, 1] / left[:, 2] + view.cy
    return np.stack((u, v), axis=1)


def _faces(view: View, index: NDArray[np.intp], polygons: Floats, planes: Floats) -> Faces:
    """Depths of the faces whose planes are normal / distance, without those too small to see."""
    low, high = polygons.min(axis=1), polygons.max(axis=1)
    slope_u, slope_v, ahead = (planes * view.depth_unit / np.array([view.fx, view.fy, 1.0])).T
    level = ahead - slope_u * view.cx - slope_v * view.cy
    faces = Faces(
        index=index,
        polygons=polygons,
        low=np.floor(low).astype(np.int64),
        high=np.ceil(high).astype(np.int64),
        depth=np.stack((slope_u, slope_v, level), axis=1),
    )
    return faces.rows(np.flatnonzero((high - low > _SMALLEST_PIXELS).all(axis=1)))
