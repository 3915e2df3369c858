"""The table of a cell: its fiducials, where the arm turns, and the layout that staging sets up."""

from math import atan2

from game.puzzle import Place, Puzzle

LAYOUT_VERSION = 1
FIDUCIAL_SIZE_M = 0.03  # side of the tag's black square
FIDUCIALS: tuple[tuple[int, float, float], ...] = (
    (40, 0.12, 0.165),
    (41, 0.12, -0.165),
    (42, 0.33, 0.165),
    (43, 0.33, -0.165),
)
PIECE_TAG_SHARE = 0.8  # side of the tag's black square on a piece, as a share of the piece's side
PAN_AXIS_X_M = 0.0388353  # the SO-101's first joint turns about the vertical through (x, 0)

Json = dict[str, object]


def facing_arm_rad(x_m: float, y_m: float) -> float:
    """Returns the yaw at which a cube's faces look along and across the arm's reach at this point."""
    return atan2(y_m, x_m - PAN_AXIS_X_M)


def resting_z_m(puzzle: Puzzle, place: Place, places: tuple[Place, ...]) -> float:
    """Returns the height of a piece's centre when it lies at `place` on top of the others in `places`."""
    below = (other for other in places if other.slot == place.slot and other.level < place.level)
    support = sum(puzzle.piece(other.piece).size_m for other in below)
    return support + puzzle.piece(place.piece).size_m / 2


def layout(puzzle: Puzzle) -> Json:
    """Returns the staging layout of the puzzle's start, ready for JSON; metres and radians."""
    return {
        "version": LAYOUT_VERSION,
        "pieces": [_piece(puzzle, place) for place in puzzle.start],
        "slots": [
            {"id": one.id, "x_m": one.x_m, "y_m": one.y_m, "radius_m": one.radius_m, "colour": one.colour}
            for one in puzzle.slots
        ],
        "fiducials": [
            {"tag": tag, "x_m": x_m, "y_m": y_m, "size_m": FIDUCIAL_SIZE_M} for tag, x_m, y_m in FIDUCIALS
        ],
    }


def _piece(puzzle: Puzzle, place: Place) -> Json:
    piece, slot = puzzle.piece(place.piece), puzzle.slot(place.slot)
    return {
        "id": piece.id,
        "tag": piece.tag,
        "size_m": piece.size_m,
        "colour": piece.colour,
        "x_m": slot.x_m,
        "y_m": slot.y_m,
        "z_m": resting_z_m(puzzle, place, puzzle.start),
        "yaw_rad": facing_arm_rad(slot.x_m, slot.y_m),
    }
