"""The leaderboard's order: best solved turn per player and puzzle. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """What ranking needs of one kept result."""

    turn_id: str
    account_id: str
    puzzle_id: str
    solved: bool
    score: int
    time_s: float
    moves: int
    ended_utc_ns: int


def key(row: Row) -> tuple[int, float, int, int, str]:
    """Sorts better results first: score, then time, then moves, then who was first."""
    return (-row.score, row.time_s, row.moves, row.ended_utc_ns, row.turn_id)


def leaderboard(rows: Iterable[Row]) -> tuple[Row, ...]:
    """The best solved result of each player per puzzle, best first."""
    best: dict[tuple[str, str], Row] = {}
    for row in rows:
        known = best.get((row.account_id, row.puzzle_id))
        if row.solved and (known is None or key(row) < key(known)):
            best[(row.account_id, row.puzzle_id)] = row
    return tuple(sorted(best.values(), key=key))


def rank(row: Row, rows: Iterable[Row]) -> int | None:
    """The place this result takes among the others' best of its puzzle; None when it is unsolved."""
    if not row.solved:
        return None
    others = leaderboard(r for r in rows if r.puzzle_id == row.puzzle_id and r.account_id != row.account_id)
    return 1 + sum(key(other) < key(row) for other in others)
