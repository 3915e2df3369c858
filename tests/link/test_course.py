"""Courses: which conditions hold when, and what no course may be."""

import pytest
from link.course import Conditions, Course, Stretch, at, changing, from_mahimahi, steady

SLOW, FAST = Conditions(delay_s=0.2), Conditions(delay_s=0.01)
S = 1_000_000_000


def test_a_steady_link_never_ends():
    assert at(steady(SLOW), 0) == at(steady(SLOW), 10**15) == (SLOW, None)


def test_each_stretch_ends_where_the_next_begins_and_the_last_never():
    course = changing((0.0, SLOW), (2.0, FAST))
    assert at(course, 2 * S - 1) == (SLOW, 2 * S)
    assert at(course, 2 * S) == at(course, 100 * S) == (FAST, None)


def test_a_period_begins_anew():
    course = Course((Stretch(0, SLOW), Stretch(2 * S, FAST)), 3 * S)
    assert at(course, 3 * S - 1) == (FAST, 3 * S)
    assert at(course, 3 * S) == (SLOW, 5 * S)
    assert at(course, 8 * S) == (FAST, 9 * S)


@pytest.mark.parametrize(
    ("stretches", "period"),
    [((), None), ((Stretch(1, SLOW),), None), ((Stretch(0, SLOW),) * 2, None), ((Stretch(0, SLOW),), 0)],
)
def test_stretches_that_do_not_rise_are_refused(stretches, period):
    with pytest.raises(ValueError, match="do not rise"):
        Course(stretches, period)


def test_before_the_course_there_are_no_conditions():
    with pytest.raises(ValueError, match="before the course"):
        at(steady(SLOW), -1)


@pytest.mark.parametrize("wrong", [{"jitter_s": 0.1}, {"delay_s": -0.1}, {"rate_bit_s": 0.0}])
def test_conditions_that_cannot_be_are_refused(wrong):
    with pytest.raises(ValueError, match="is not within|is below"):
        Conditions(**wrong)


def test_a_recorded_trace_plays_at_its_rate_and_begins_anew():
    course = from_mahimahi(["0", "10", "", "20", "250", "250"], SLOW)
    rates = [at(course, ms * 1_000_000)[0].rate_bit_s for ms in (0, 99, 100, 200, 300)]
    assert rates == [360_960.0, 360_960.0, 1_000, 240_640.0, 360_960.0]
    assert at(course, 0)[0].delay_s == SLOW.delay_s


@pytest.mark.parametrize("lines", [[], [" "], ["-1"], ["soon"]])
def test_a_trace_without_times_is_refused(lines):
    with pytest.raises(ValueError, match="trace|literal"):
        from_mahimahi(lines, SLOW)
