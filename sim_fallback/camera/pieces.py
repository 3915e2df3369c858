"""How pieces look: cubes in their colour with cut edges, and a tagged sticker on the top face."""

import numpy as np

from sim_fallback.camera.solids import Floats, Solid, bevelled, box, rgb
from sim_fallback.camera.tags import paper_size
from sim_fallback.layout import PieceLayout

FIRST_BODY = 7
"""Bodies 0..6 are the arm's links."""
TAG_FRACTION = 0.8
"""Edge of the tag's black square as a share of the piece's edge."""
STICKER_LIFT_M = 0.0002


def piece_solids(at: int, piece: PieceLayout) -> tuple[Solid, Solid]:
    """The cube and its sticker, whose last face carries the tag; x and y of the piece are the tag's."""
    body, half = FIRST_BODY + at, piece.size_m / 2
    edge = paper_size(piece.size_m * TAG_FRACTION) / 2
    cube = bevelled(body, (-half, -half, -half), (half, half, half), "z", piece.colour, 0.06)
    slab = box(body, (-edge, -edge, half - 0.001), (edge, edge, half + STICKER_LIFT_M), piece.colour)
    return cube, Solid(body, slab.vertices, slab.faces[-1:], slab.colour)


def sticker_tones(colour: str) -> Floats:
    """RGB of the sticker's black and white as two rows, tinted by the piece's colour."""
    own = np.array(rgb(colour), dtype=np.float64)
    return np.stack((0.10 * own + 6.0, 0.78 * 255 + 0.22 * own))
