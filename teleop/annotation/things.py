"""What a puzzle calls its pieces and slots."""

from dataclasses import dataclass

from game.puzzle import load_puzzles
from teleop.annotation.prompts import Names
from teleop.wire.player_out import Bilingual


@dataclass(frozen=True, slots=True)
class Things:
    """What the puzzle of an episode calls its pieces and slots, and all of them that there are."""

    names: Names
    pieces: tuple[str, ...]
    slots: tuple[str, ...]


def things_of(puzzle_id: str, version: int) -> Things:
    """Pieces and slots with their names; none where that version of the puzzle is not at hand."""
    puzzle = load_puzzles().get(puzzle_id)
    if puzzle is None or puzzle.version != version:
        return Things({}, (), ())
    pieces = {one.id: Bilingual(one.name.en, one.name.zh) for one in puzzle.pieces}
    slots = {one.id: Bilingual(one.name.en, one.name.zh) for one in puzzle.slots}
    return Things({**slots, **pieces}, tuple(pieces), tuple(slots))
