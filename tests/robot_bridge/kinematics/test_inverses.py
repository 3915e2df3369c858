"""Inverses with a fixed number of steps: cut into parts, nothing is lost and nothing is done twice."""

import pytest

from robot_bridge.arms import load_arm
from robot_bridge.kinematics import Inverses, Progress, Solution, Unreachable, inverse
from robot_bridge.wire.commands import PoseTarget

WIDOWX, SO101 = load_arm("widowx_250"), load_arm("so101")
FIRST, SECOND = PoseTarget(0.3, 0.2, 0.2, -0.5, 0.1, 0.5), PoseTarget(0.35, -0.2, 0.1, -1.0, 0.0, 0.2)
FAR = PoseTarget(-0.9, 0.9, 0.9, 0.0, 0.0, 0.0)


@pytest.mark.parametrize("steps", [1, 2, 3, 7, 50, 1000])
def test_several_inverses_are_answered_as_if_each_had_been_asked_alone(steps: int) -> None:
    progress, answers = Progress(WIDOWX.ready_rad), (None, None, None)
    for _ in range(300):
        inverses = Inverses(WIDOWX, progress, steps)
        answers = (inverses.ask(FIRST), inverses.ask(FAR), inverses.ask(SECOND))
        progress = inverses.progress
        if None not in answers:
            break
    assert answers == tuple(inverse(WIDOWX, pose, WIDOWX.ready_rad) for pose in (FIRST, FAR, SECOND))
    assert isinstance(answers[0], Solution) and isinstance(answers[1], Unreachable)
    assert progress.answers == answers and progress.search is None


def test_once_the_steps_are_used_up_no_question_is_answered() -> None:
    inverses = Inverses(WIDOWX, Progress(WIDOWX.ready_rad), 1)
    assert inverses.ask(FIRST) is None and inverses.ask(SECOND) is None
    assert inverses.progress.search is not None and inverses.progress.search.pose == FIRST


def test_what_was_answered_before_takes_no_steps() -> None:
    before = Inverses(WIDOWX, Progress(WIDOWX.ready_rad), 1000)
    answer = before.ask(FIRST)
    assert Inverses(WIDOWX, before.progress, 0).ask(FIRST) is answer


def test_the_nearest_posture_is_the_start_until_a_step_is_taken_and_then_where_the_search_stands() -> None:
    fresh = Progress(WIDOWX.ready_rad)
    assert fresh.nearest_rad == WIDOWX.ready_rad[:-1] and fresh.missed is False
    inverses = Inverses(WIDOWX, fresh, 2)
    inverses.ask(FIRST)
    search = inverses.progress.search
    assert search is not None and inverses.progress.missed is False
    assert inverses.progress.nearest_rad == search.at_rad != WIDOWX.ready_rad[:-1]


def test_a_descent_that_ended_short_of_the_point_says_so_while_others_are_tried() -> None:
    progress = Progress(WIDOWX.ready_rad)
    for _ in range(100):
        inverses = Inverses(WIDOWX, progress, 1)
        if inverses.ask(FAR) is not None or inverses.progress.missed:
            break
        progress = inverses.progress
    search = inverses.progress.search
    assert inverses.progress.missed is True and search is not None and search.answer is None
    assert inverses.progress.nearest_rad == search.ended[0][1] != search.at_rad


def test_the_closed_form_answers_without_steps() -> None:
    inverses = Inverses(SO101, Progress(SO101.ready_rad), 0)
    pose = PoseTarget(0.22, 0.05, 0.08, -1.3, 0.2, 0.5)
    assert inverses.ask(pose) == inverse(SO101, pose, SO101.ready_rad)
    assert inverses.progress == Progress(SO101.ready_rad)
