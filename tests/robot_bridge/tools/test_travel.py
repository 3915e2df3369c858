"""A joint's travel, unwrapped over the end of a turn."""

from hypothesis import given
from hypothesis import strategies as st

from robot_bridge.tools.travel import JUMP_STEPS, Travel, read, resumed

TURN = 4096


def swept(path: list[int]) -> Travel:
    """The travel over these unwrapped places, each read as the servo counts it."""
    travel = Travel()
    for place in path:
        travel = read(travel, place % TURN, TURN)
    return travel


@given(st.integers(0, TURN - 1), st.lists(st.integers(-JUMP_STEPS, JUMP_STEPS), max_size=60))
def test_the_range_is_that_of_the_way_gone_wherever_the_turn_ends(start: int, steps: list[int]) -> None:
    path = [start]
    for step in steps:
        path.append(path[-1] + step)
    travel = swept(path)
    assert (travel.low, travel.high, travel.at) == (min(path), max(path), path[-1])
    assert travel.width == max(path) - min(path)


def test_one_reading_far_away_is_not_believed() -> None:
    travel = read(read(Travel(), 1000, TURN), 2500, TURN)
    assert (travel.at, travel.low, travel.high) == (1000, 1000, 1000)
    after = read(travel, 1010, TURN)
    assert (after.at, after.high, after.suspect) == (1010, 1010, None)


def test_two_readings_far_away_that_agree_are_believed() -> None:
    travel = read(read(read(Travel(), 1000, TURN), 2500, TURN), 2520, TURN)
    assert (travel.at, travel.low, travel.high) == (2520, 1000, 2520)


def test_two_readings_far_away_that_differ_are_not_believed() -> None:
    travel = read(read(read(Travel(), 1000, TURN), 2500, TURN), 200, TURN)
    assert (travel.at, travel.suspect) == (1000, 200)


def test_nothing_read_is_no_travel() -> None:
    assert Travel().width == 0


def test_a_range_from_before_is_gone_on_from_in_its_own_turn() -> None:
    travel = read(resumed(-300, 900), TURN - 100, TURN)
    assert (travel.at, travel.low, travel.high) == (-100, -300, 900)
    assert read(resumed(-300, 900), 950, TURN).high == 950
