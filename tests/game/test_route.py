from math import dist

import pytest
from hypothesis import given
from hypothesis import strategies as st

from game.route import TURN_RAD_S, Leg, Pose, along, leg_seconds

metres, angles = st.floats(-0.4, 0.4), st.floats(-3, 3)
poses = st.builds(Pose, metres, metres, metres, angles, angles)
legs = st.builds(Leg, st.just("carry"), poses, st.floats(0.02, 0.3))


@given(poses, legs, st.floats(0, 30), st.floats(0, 0.1))
def test_waypoints_move_no_faster_than_the_leg_allows(
    origin: Pose, leg: Leg, at_s: float, step_s: float
) -> None:
    before, after = along(origin, leg, at_s), along(origin, leg, at_s + step_s)
    assert dist(before.point_m, after.point_m) <= leg.speed_m_s * step_s + 1e-9
    assert abs(after.roll_rad - before.roll_rad) <= TURN_RAD_S * step_s + 1e-9
    assert abs(after.pitch_rad - before.pitch_rad) <= TURN_RAD_S * step_s + 1e-9


@given(poses, legs)
def test_a_leg_begins_at_its_origin_and_ends_at_its_goal(origin: Pose, leg: Leg) -> None:
    assert along(origin, leg, leg_seconds(origin, leg)) == leg.to
    assert dist(along(origin, leg, -1.0).point_m, origin.point_m) < 1e-12


def test_a_leg_to_where_one_is_takes_no_time() -> None:
    here = Pose(0.2, 0.0, 0.1, -1.5, 0.0)
    assert leg_seconds(here, Leg("grip", here, 0.1)) == 0.0
    assert along(here, Leg("grip", here, 0.1), 0.0) == here


@pytest.mark.parametrize(
    ("to", "seconds"),
    [
        (Pose(0.3, 0.0, 0.1, -1.5, 0.0), 1.0),
        (Pose(0.2, 0.0, 0.1, -1.5, 2.4), 2.0),
        (Pose(0.2, 0.0, 0.1, -0.3, 0.0), 1.0),
    ],
)
def test_turning_takes_time_too(to: Pose, seconds: float) -> None:
    origin = Pose(0.2, 0.0, 0.1, -1.5, 0.0)
    assert leg_seconds(origin, Leg("carry", to, 0.1)) == pytest.approx(seconds)
