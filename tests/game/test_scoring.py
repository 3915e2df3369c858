import pytest
from hypothesis import given
from hypothesis import strategies as st

from game.puzzle import load_puzzles
from game.scoring import UNSOLVED, Score, score

PUZZLE = load_puzzles()["swap"]
times = st.floats(0, 400)
moves = st.integers(0, 60)


@given(times, times, moves, moves)
def test_less_time_and_fewer_moves_never_earn_less(
    one_s: float, other_s: float, one_moves: int, other_moves: int
) -> None:
    better = score(PUZZLE, min(one_s, other_s), min(one_moves, other_moves))
    worse = score(PUZZLE, max(one_s, other_s), max(one_moves, other_moves))
    assert better.points >= worse.points
    assert better.stars >= worse.stars


@given(times, moves)
def test_solved_always_beats_unsolved(time_s: float, made: int) -> None:
    solved = score(PUZZLE, time_s, made)
    assert UNSOLVED.points < solved.points <= 1000
    assert 1 <= solved.stars <= 3


@pytest.mark.parametrize(
    ("time_s", "made", "expected"),
    [
        (PUZZLE.par_s, PUZZLE.par_moves, Score(1000, 3)),
        (10.0, 1, Score(1000, 3)),
        (PUZZLE.par_s, 2 * PUZZLE.par_moves, Score(850, 3)),
        (PUZZLE.time_limit_s, PUZZLE.par_moves, Score(500, 1)),
        ((PUZZLE.time_limit_s + PUZZLE.par_s) / 2, PUZZLE.par_moves, Score(750, 2)),
        (PUZZLE.time_limit_s, 60, Score(215, 1)),
    ],
)
def test_points_and_stars(time_s: float, made: int, expected: Score) -> None:
    assert score(PUZZLE, time_s, made) == expected
