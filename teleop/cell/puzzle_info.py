"""A puzzle of the game as the wires show it.

Pure.
"""

from game.puzzle import Puzzle
from game.words import Words
from teleop.wire.player_out import Bilingual, PieceInfo, Place, PuzzleInfo, SlotInfo


def bilingual(words: Words) -> Bilingual:
    """The game's text as the wires carry it."""
    return Bilingual(en=words.en, zh=words.zh)


def puzzle_info(puzzle: Puzzle) -> PuzzleInfo:
    """Everything a page needs to draw this puzzle."""
    return PuzzleInfo(
        id=puzzle.id,
        version=puzzle.version,
        title=bilingual(puzzle.title),
        prompt=bilingual(puzzle.prompt),
        time_limit_s=puzzle.time_limit_s,
        difficulty=puzzle.difficulty,
        pieces=tuple(
            PieceInfo(piece.id, bilingual(piece.name), piece.colour, piece.size_m) for piece in puzzle.pieces
        ),
        slots=tuple(
            SlotInfo(slot.id, bilingual(slot.name), slot.x_m, slot.y_m, slot.radius_m, slot.colour)
            for slot in puzzle.slots
        ),
        start=tuple(Place(place.piece, place.slot, place.level) for place in puzzle.start),
        goal=tuple(Place(place.piece, place.slot, place.level) for place in puzzle.goal),
    )
