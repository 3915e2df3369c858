import math

from hypothesis import given
from hypothesis import strategies as st

from sim_fallback.servo_bus.profile import Profile

DT = 1 / 240
goals = st.floats(0, 4095)
speeds = st.floats(50, 3520)
accelerations = st.floats(500, 25_400)


def walk(profile: Profile, goal: float, speed: float, acceleration: float, steps: int) -> list[Profile]:
    found = [profile]
    for _ in range(steps):
        found.append(found[-1].advanced(goal, speed, acceleration, DT))
    return found


@given(goals, goals, speeds, accelerations)
def test_speed_and_acceleration_stay_bounded_and_the_goal_is_not_passed_by_a_tenth_step(
    start: float, goal: float, speed: float, acceleration: float
) -> None:
    path = walk(Profile(start), goal, speed, acceleration, 300)
    ahead = math.copysign(1.0, goal - start)
    for before, after in zip(path, path[1:], strict=False):
        assert abs(after.velocity) <= speed * (1 + 1e-9)
        # The last partial step may brake an eighth harder than the profile.
        assert abs(after.velocity - before.velocity) <= acceleration * DT * 1.13
        assert (goal - after.position) * ahead >= -0.1


@given(goals, goals, speeds, accelerations)
def test_arrives_exactly_and_about_when_a_trapezoid_would(
    start: float, goal: float, speed: float, acceleration: float
) -> None:
    distance = abs(goal - start)
    seconds = distance / speed + speed / acceleration + 2 * math.sqrt(distance / acceleration)
    path = walk(Profile(start), goal, speed, acceleration, math.ceil(seconds / DT) + 5)
    assert path[-1] == Profile(goal, 0.0)


@given(goals, st.floats(-2000, 2000), goals, accelerations)
def test_a_goal_behind_is_reached_by_braking_first(
    start: float, velocity: float, goal: float, acceleration: float
) -> None:
    path = walk(Profile(start, velocity), goal, 1000, acceleration, 4000)
    assert abs(path[-1].position - goal) < 1e-6
    for before, after in zip(path, path[1:], strict=False):
        assert abs(after.velocity - before.velocity) <= acceleration * DT * 1.13


def test_without_acceleration_speed_is_there_at_once() -> None:
    path = walk(Profile(0.0), 100.0, 2400.0, 0.0, 12)
    assert [one.velocity for one in path[1:11]] == [2400.0] * 10
    assert path[10].position == 100.0
    assert path[12] == Profile(100.0, 0.0)
