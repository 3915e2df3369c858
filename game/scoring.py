"""Points and stars of a solved turn: less time and fewer moves never earn less."""

from dataclasses import dataclass

from game.puzzle import Puzzle

SCORING_VERSION = "scoring-1"
SOLVED_POINTS = 200
TIME_POINTS = 500
MOVE_POINTS = 300
THREE_STARS, TWO_STARS = 850, 600


@dataclass(frozen=True, slots=True)
class Score:
    """Points 0..1000 and stars 0..3."""

    points: int
    stars: int


UNSOLVED = Score(0, 0)


def score(puzzle: Puzzle, time_s: float, moves: int) -> Score:
    """Returns the score of a turn that reached the goal after `time_s` and `moves` moves."""
    spare = (puzzle.time_limit_s - time_s) / (puzzle.time_limit_s - puzzle.par_s)
    quickness = min(1.0, max(0.0, spare))
    economy = min(1.0, puzzle.par_moves / max(moves, 1))
    points = SOLVED_POINTS + round(TIME_POINTS * quickness) + round(MOVE_POINTS * economy)
    return Score(points, 3 if points >= THREE_STARS else 2 if points >= TWO_STARS else 1)
