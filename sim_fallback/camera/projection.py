"""A mesh seen through a camera: visible faces as polygons in pixels with their inverse depth."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim_fallback.camera.pinhole import View
from sim_fallback.camera.solids import MAX_CORNERS, Floats, Mesh


@dataclass(frozen=True, slots=True)
class Faces:
    """The faces that look at the camera: rows of `index` name them in the mesh.

    `polygons` are pixel corners (padded as in the mesh); inverse depth in 16-bit units at pixel
    (u, v) is slope_u * u + slope_v * v + level.
    """

    index: NDArray[np.intp]
    polygons: Floats
    low: NDArray[np.int64]
    high: NDArray[np.int64]
    depth: Floats
    normals: Floats


def body_frames(view: View, rotations: Floats, positions: Floats) -> tuple[Floats, Floats]:
    """Rotation and offset from each body's frame to the camera's."""
    return view.rotation @ rotations, positions @ view.rotation.T + view.offset


def project(view: View, mesh: Mesh, rotations: Floats, positions: Floats) -> Faces:
    """Projects the mesh; faces behind, turned away, or outside the picture are left out."""
    turn, shift = body_frames(view, rotations, positions)
    points = np.einsum("vij,vj->vi", turn[mesh.vertex_body], mesh.vertices) + shift[mesh.vertex_body]
    normals = np.einsum("fij,fj->fi", turn[mesh.face_body], mesh.normals)
    distance = np.einsum("fi,fi->f", normals, points[mesh.corners[:, 0]])
    ahead = points[:, 2] > view.near_m
    facing = distance < -1e-9
    some = facing & ahead[mesh.corners].any(axis=1)
    whole = np.flatnonzero(some & ahead[mesh.corners].all(axis=1))
    cut = np.flatnonzero(some & ~ahead[mesh.corners].all(axis=1))
    depth = np.maximum(points[:, 2], view.near_m)
    pixels = np.stack(
        (view.fx * points[:, 0] / depth + view.cx, view.fy * points[:, 1] / depth + view.cy), axis=1
    )
    polygons = pixels[mesh.corners[whole]]
    if len(cut):
        clipped = [_clipped(points[mesh.corners[face, : mesh.corner_count[face]]], view) for face in cut]
        polygons = np.concatenate((polygons, np.array(clipped)))
    index = np.concatenate((whole, cut))
    return _visible(view, index, polygons, normals[index], distance[index])


def _clipped(points: Floats, view: View) -> Floats:
    """Cuts a polygon at the near plane; the padded pixel corners of what is left."""
    kept: list[Floats] = []
    for start, end in zip(points, np.roll(points, -1, axis=0), strict=True):
        if start[2] > view.near_m:
            kept.append(start)
        if (start[2] > view.near_m) != (end[2] > view.near_m):
            kept.append(start + (end - start) * (view.near_m - start[2]) / (end[2] - start[2]))
    kept = (kept + [kept[-1]] * MAX_CORNERS)[:MAX_CORNERS]
    corners = np.array(kept)
    return np.stack(
        (
            view.fx * corners[:, 0] / corners[:, 2] + view.cx,
            view.fy * corners[:, 1] / corners[:, 2] + view.cy,
        ),
        axis=1,
    )


def _visible(
    view: View, index: NDArray[np.intp], polygons: Floats, normals: Floats, distance: Floats
) -> Faces:
    low, high = polygons.min(axis=1), polygons.max(axis=1)
    width, height = 2 * view.cx + 1, 2 * view.cy + 1
    inside = (high[:, 0] > 0) & (high[:, 1] > 0) & (low[:, 0] < width - 1) & (low[:, 1] < height - 1)
    big = ((high - low) > 0.4).all(axis=1)
    keep = np.flatnonzero(inside & big)
    plane = normals[keep] / distance[keep, None] * view.depth_unit
    slope_u, slope_v = plane[:, 0] / view.fx, plane[:, 1] / view.fy
    level = plane[:, 2] - slope_u * view.cx - slope_v * view.cy
    return Faces(
        index=index[keep],
        polygons=polygons[keep],
        low=np.floor(low[keep]).astype(np.int64),
        high=np.ceil(high[keep]).astype(np.int64),
        depth=np.stack((slope_u, slope_v, level), axis=1),
        normals=normals[keep],
    )
