import pytest

from game.puzzle import PuzzleError, load_puzzles, parse_puzzle

GOOD = """
format = 1
id = "pair"
version = 3
title = { en = "Pair", zh = "一对" }
prompt = { en = "Put a on b.", zh = "把 a 放在 b 上。" }
difficulty = 1
time_limit_s = 60.0
par_s = 20.0
par_moves = 1
pieces = [
  { id = "a", name = { en = "A", zh = "甲" }, tag = 1, size_m = 0.03, colour = "#112233" },
  { id = "b", name = { en = "B", zh = "乙" }, tag = 2, size_m = 0.03, colour = "#445566" },
]
slots = [
  { id = "left", name = { en = "Left", zh = "左" }, x_m = 0.2, y_m = 0.1, radius_m = 0.028 },
  { id = "right", name = { en = "Right", zh = "右" }, x_m = 0.2, y_m = -0.1, radius_m = 0.028 },
]
start = [
  { piece = "a", slot = "left" },
  { piece = "b", slot = "right" },
]
goal = [
  { piece = "b", slot = "right" },
  { piece = "a", slot = "right", level = 1 },
]
"""


def test_reads_a_puzzle() -> None:
    puzzle = parse_puzzle(GOOD, "pair.toml")
    assert (puzzle.id, puzzle.version) == ("pair", 3)
    assert puzzle.piece("b").tag == 2
    assert puzzle.slot("left").colour is None
    assert [place.level for place in puzzle.goal] == [0, 1]
    with pytest.raises(KeyError):
        puzzle.piece("c")


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('id = "pair"', "id = ", "pair.toml: not TOML"),
        ("par_moves", "par_move", "unknown field `par_move`; did you mean `par_moves`?"),
        ('colour = "#112233"', 'color = "#112233"', "did you mean `colour`?"),
        ("difficulty = 1", "difficulty = 9", "`int` <= 5 - at `$.difficulty`"),
        ("tag = 1", "tag = 40", "at `$.pieces"),
        ("format = 1", "format = 2", "$.format"),
        ('id = "b"', 'id = "a"', "piece id a is used 2 times"),
        ('id = "right", name', 'id = "left", name', "slot id left is used 2 times"),
        ("tag = 2", "tag = 1", "tag 1 is used 2 times"),
        ("y_m = -0.1", "y_m = 0.05", "slots left and right are 0.050 m apart, closer than 0.065 m"),
        (
            '{ piece = "a", slot = "right"',
            '{ piece = "aa", slot = "right"',
            "unknown piece aa; did you mean `a`?",
        ),
        ('slot = "left"', 'slot = "lefd"', "start: unknown slot lefd; did you mean `left`?"),
        ("level = 1", "level = 2", "goal: piece a has nothing below it in slot right"),
        ("level = 1", "level = 0", "goal: place right level 0 is used 2 times"),
        ('{ piece = "a", slot = "left"', '{ piece = "b", slot = "left"', "start: piece b is used 2 times"),
        ('  { piece = "a", slot = "left" },\n', "", "start: piece a has no place"),
        ('  { piece = "a", slot = "right", level = 1 },\n', "", "the start already is the goal"),
        ("par_s = 20.0", "par_s = 60.0", "par_s 60 is not below time_limit_s 60"),
    ],
)
def test_says_what_is_wrong_and_where(old: str, new: str, fault: str) -> None:
    assert old in GOOD
    with pytest.raises(PuzzleError) as caught:
        parse_puzzle(GOOD.replace(old, new), "pair.toml")
    assert str(caught.value).startswith("pair.toml: ")
    assert fault in str(caught.value)


def test_a_key_like_no_other_gets_no_hint() -> None:
    with pytest.raises(PuzzleError, match="unknown field `zzzzzz`$"):
        parse_puzzle(GOOD.replace("difficulty = 1", "difficulty = 1\nzzzzzz = 2"), "pair.toml")


def test_three_puzzles_ship_and_belong_together() -> None:
    puzzles = load_puzzles()
    assert set(puzzles) == {"sort_colours", "swap", "tower"}
    assert len({puzzle.pieces for puzzle in puzzles.values()}) == 1
    corners = {(slot.id, slot.x_m, slot.y_m) for puzzle in puzzles.values() for slot in puzzle.slots}
    assert len({name for name, _, _ in corners}) == len(corners)


@pytest.mark.parametrize(("before", "after"), [("sort_colours", "swap"), ("swap", "tower")])
def test_one_goal_is_the_next_start(before: str, after: str) -> None:
    puzzles = load_puzzles()
    assert set(puzzles[before].goal) == set(puzzles[after].start)
