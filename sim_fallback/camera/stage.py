"""What all cameras share: the mesh and table of one layout, and one scene of it as arrays."""

from dataclasses import dataclass

import msgspec
import numpy as np

from sim_fallback.camera import shading
from sim_fallback.camera.arm_model import ARM_SOLIDS
from sim_fallback.camera.pieces import STICKER_LIFT_M, TAG_FRACTION, piece_solids, sticker_tones
from sim_fallback.camera.pinhole import rotation_matrix
from sim_fallback.camera.raster import Bytes
from sim_fallback.camera.shadow import shadow_map
from sim_fallback.camera.solids import Floats, Mesh, Solid, gather
from sim_fallback.camera.table import Texture, table_texture
from sim_fallback.camera.tags import picture_to_surface, tag_picture
from sim_fallback.layout import Layout, PieceLayout
from sim_fallback.scene import Pose, Scene


@dataclass(frozen=True, slots=True)
class Sticker:
    """A tagged face: which face of the mesh, on which body, at what height, and its picture in luma."""

    face: int
    body: int
    height_m: float
    to_surface: Floats
    luma: Bytes


class Stage:
    """The mesh, stickers and table texture of one layout."""

    def __init__(self, layout: Layout, seed: int) -> None:
        """Builds it; takes a tenth of a second."""
        solids: list[Solid] = list(ARM_SOLIDS)
        stickers: list[Sticker] = []
        for at, piece in enumerate(layout.pieces):
            solids += piece_solids(at, piece)
            face = sum(len(solid.faces) for solid in solids) - 1
            stickers.append(_sticker(piece, face, solids[-1].body))
        self.pieces = len(layout.pieces)
        self.stickers = tuple(stickers)
        self.mesh: Mesh = gather(solids)
        for sticker, piece in zip(stickers, layout.pieces, strict=True):
            self.mesh.colours[sticker.face] = sticker_tones(piece.colour)[1]
        self.texture: Texture = table_texture(layout, seed)


def _sticker(piece: PieceLayout, face: int, body: int) -> Sticker:
    black, white = shading.to_yuv(sticker_tones(piece.colour))[:, 0]
    tones = np.rint(black + (white - black) * np.arange(256) / 255).astype(np.uint8)
    return Sticker(
        face=face,
        body=body,
        height_m=piece.size_m / 2 + STICKER_LIFT_M,
        to_surface=picture_to_surface(piece.size_m * TAG_FRACTION),
        luma=tones[tag_picture(piece.tag)],
    )


@dataclass(frozen=True, slots=True)
class Moment:
    """One scene as arrays: where every body is, and the light that its shadows leave on the table."""

    links: tuple[Pose, ...]
    rotations: Floats
    positions: Floats
    shadows: Bytes
    key: bytes


def moment(stage: Stage, scene: Scene, before: Moment | None = None) -> Moment:
    """One scene of this stage, ready for every camera; `before` itself when nothing moved since.

    Poses are rounded to 10 um and 0.01 mrad, so that solver noise does not make the picture flicker.
    """
    poses = tuple(_rounded(pose) for pose in (*scene.links, *scene.pieces))
    key = msgspec.msgpack.encode(poses)
    if before is not None and before.key == key:
        return before
    rotations = np.array([rotation_matrix(pose) for pose in poses])
    positions = np.array([pose.position_m for pose in poses])
    links = poses[: len(scene.links)]
    mesh = stage.mesh
    turned = np.einsum("vij,vj->vi", rotations[mesh.vertex_body], mesh.vertices)
    shadows = shadow_map(mesh, turned + positions[mesh.vertex_body])
    return Moment(links, rotations, positions, shadows, key)


def _rounded(pose: Pose) -> Pose:
    x, y, z = pose.position_m
    a, b, c, d = pose.orientation
    return Pose((round(x, 5), round(y, 5), round(z, 5)), (round(a, 5), round(b, 5), round(c, 5), round(d, 5)))
