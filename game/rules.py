"""What one look at a piece means: in a slot, loose on the table, or in the air.

A piece is in a slot at level 0 when its centre lies within the slot's capture radius; above that, when it
lies on a piece that is known to be in the slot. Heights that no support explains are in the air.
"""

from dataclasses import dataclass
from math import hypot

from game.puzzle import Piece, Place, Puzzle, Slot

MIN_CAPTURE_M = 0.006  # the tip of a hobby arm is uncertain by 5 to 7 mm
HEIGHT_TOLERANCE_M = 0.010


@dataclass(frozen=True, slots=True)
class PieceSighting:
    """Where one look saw a piece's centre; `reprojection_px` is the fit of its tag's corners."""

    piece: str
    x_m: float
    y_m: float
    z_m: float
    yaw_rad: float
    reprojection_px: float


@dataclass(frozen=True, slots=True)
class Loose:
    """On the table, in no slot."""


@dataclass(frozen=True, slots=True)
class InAir:
    """Held up by nothing that the referee knows of: in the gripper, falling, or leaning."""


LOOSE, IN_AIR = Loose(), InAir()
Spot = Place | Loose | InAir


@dataclass(frozen=True, slots=True)
class Resting:
    """A piece known to lie in a slot, and where its centre was last seen."""

    place: Place
    x_m: float
    y_m: float


def capture_m(slot: Slot, piece: Piece) -> float:
    """Returns how far from the slot's centre a piece's centre may lie."""
    return max(MIN_CAPTURE_M, slot.radius_m - piece.size_m / 2)


def spot(puzzle: Puzzle, seen: PieceSighting, resting: tuple[Resting, ...]) -> Spot:
    """Returns what one sighting means, given the other pieces known to lie in slots."""
    piece = puzzle.piece(seen.piece)
    for support in resting:
        top = support_top_m(puzzle, support.place, resting)
        above = abs(seen.z_m - top - piece.size_m / 2) <= HEIGHT_TOLERANCE_M
        if support.place.piece != piece.id and above and _on(seen, support, piece):
            return Place(piece.id, support.place.slot, support.place.level + 1)
    if abs(seen.z_m - piece.size_m / 2) > HEIGHT_TOLERANCE_M:
        return IN_AIR
    for slot in puzzle.slots:
        if hypot(seen.x_m - slot.x_m, seen.y_m - slot.y_m) <= capture_m(slot, piece):
            return Place(piece.id, slot.id, 0)
    return LOOSE


def support_top_m(puzzle: Puzzle, place: Place, resting: tuple[Resting, ...]) -> float:
    """Returns the height of the top face of a resting piece."""
    lower = [one.place for one in resting if one.place.slot == place.slot and one.place.level < place.level]
    return sum(puzzle.piece(one.piece).size_m for one in (*lower, place))


def _on(seen: PieceSighting, support: Resting, piece: Piece) -> bool:
    return hypot(seen.x_m - support.x_m, seen.y_m - support.y_m) <= piece.size_m / 2
