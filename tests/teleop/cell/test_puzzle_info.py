"""Puzzles on the wire say what the game says."""

import pytest

from game.puzzle import load_puzzles
from teleop.cell.puzzle_info import puzzle_info


@pytest.mark.parametrize("puzzle", load_puzzles().values(), ids=lambda puzzle: puzzle.id)
def test_nothing_is_lost(puzzle):
    info = puzzle_info(puzzle)
    assert (info.id, info.version, info.title.zh) == (puzzle.id, puzzle.version, puzzle.title.zh)
    assert [piece.colour for piece in info.pieces] == [piece.colour for piece in puzzle.pieces]
    assert [(slot.x_m, slot.radius_m) for slot in info.slots] == [(s.x_m, s.radius_m) for s in puzzle.slots]
    assert [(p.piece, p.slot, p.level) for p in info.goal] == [
        (p.piece, p.slot, p.level) for p in puzzle.goal
    ]
    assert [(p.piece, p.slot, p.level) for p in info.start] == [
        (p.piece, p.slot, p.level) for p in puzzle.start
    ]
