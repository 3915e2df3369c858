"""The leaderboard's order."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from teleop.hub.ranking import Row, key, leaderboard, rank

BASE = Row("t1", "p-a", "tower", True, 500, 60.0, 5, 100)


def test_score_then_time_then_moves_then_first():
    rows = [
        replace(BASE, turn_id="later", account_id="e", ended_utc_ns=200),
        replace(BASE, turn_id="first", account_id="d"),
        replace(BASE, turn_id="fewer", account_id="c", moves=4),
        replace(BASE, turn_id="faster", account_id="b", time_s=50.0),
        replace(BASE, turn_id="better", account_id="a", score=600, time_s=90.0),
    ]
    assert [row.turn_id for row in leaderboard(rows)] == ["better", "faster", "fewer", "first", "later"]


def test_only_the_best_solved_turn_of_a_player_counts():
    rows = [
        BASE,
        replace(BASE, turn_id="t2", score=900, solved=False),
        replace(BASE, turn_id="t3", score=700),
    ]
    assert [row.turn_id for row in leaderboard(rows)] == ["t3"]


def test_the_rank_is_among_the_others_best_of_the_puzzle():
    others = [
        replace(BASE, turn_id="x", account_id="p-b", score=900),
        replace(BASE, turn_id="y", account_id="p-b", score=800),
        replace(BASE, turn_id="z", account_id="p-c", score=950, puzzle_id="swap"),
        replace(BASE, turn_id="own", score=999),
    ]
    assert rank(BASE, others) == 2
    assert rank(replace(BASE, solved=False), others) is None
    assert rank(BASE, []) == 1


ROWS = st.lists(
    st.builds(
        Row,
        turn_id=st.uuids().map(str),
        account_id=st.sampled_from("abc"),
        puzzle_id=st.sampled_from(["tower", "swap"]),
        solved=st.booleans(),
        score=st.integers(0, 3),
        time_s=st.sampled_from([1.0, 2.0]),
        moves=st.integers(0, 2),
        ended_utc_ns=st.integers(0, 3),
    ),
    unique_by=lambda row: row.turn_id,
)


@given(ROWS, st.randoms())
def test_the_board_is_ordered_and_does_not_depend_on_the_order_of_arrival(rows, random):
    board = leaderboard(rows)
    assert list(board) == sorted(board, key=key)
    assert len({(row.account_id, row.puzzle_id) for row in board}) == len(board)
    random.shuffle(rows)
    assert leaderboard(rows) == board
