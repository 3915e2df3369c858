"""Jerk-limited motion: no bound is ever passed, whatever the targets do."""

import pytest
import ruckig
from hypothesis import given, settings
from hypothesis import strategies as st

from robot_bridge import trajectory
from robot_bridge.arms import ArmModel, load_arm
from robot_bridge.trajectory import Motion, Planner, PlanningFailed, still

SO101 = load_arm("so101")
PERIOD_S = 0.01
TOLERANCE = 1e-6
postures = st.tuples(*[st.floats(a, b) for a, b in zip(SO101.lower_rad, SO101.upper_rad, strict=True)])
errands = st.lists(st.tuples(postures, st.integers(1, 40), st.booleans()), min_size=1, max_size=12)


def check(before: Motion, after: Motion, *, stopping: bool) -> None:
    motion = SO101.motion
    accelerations = motion.stop_acceleration_rad_s2 if stopping else motion.acceleration_rad_s2
    jerks = motion.stop_jerk_rad_s3 if stopping else motion.jerk_rad_s3
    for joint in range(6):
        assert SO101.lower_rad[joint] - TOLERANCE <= after.positions_rad[joint]
        assert after.positions_rad[joint] <= SO101.upper_rad[joint] + TOLERANCE
        assert abs(after.velocities_rad_s[joint]) <= motion.velocity_rad_s[joint] + TOLERANCE
        bound = max(accelerations[joint], abs(before.accelerations_rad_s2[joint]))
        assert abs(after.accelerations_rad_s2[joint]) <= bound + TOLERANCE
        change = after.accelerations_rad_s2[joint] - before.accelerations_rad_s2[joint]
        assert abs(change) <= jerks[joint] * PERIOD_S + 1e-4
        mean = (before.velocities_rad_s[joint] + after.velocities_rad_s[joint]) / 2
        travel = after.positions_rad[joint] - before.positions_rad[joint]
        assert abs(travel - mean * PERIOD_S) <= jerks[joint] * PERIOD_S**3 + TOLERANCE


@settings(max_examples=60, deadline=None)
@given(postures, errands)
def test_no_bound_is_passed_whatever_the_targets_do(
    begin: tuple[float, ...], errands: list[tuple[tuple[float, ...], int, bool]]
) -> None:
    planner = Planner(SO101, PERIOD_S)
    motion = still(begin)
    for target, ticks, stops in errands:
        for _ in range(ticks):
            after = planner.follow(motion, target)
            check(motion, after, stopping=False)
            motion = after
        while stops and not motion.at_rest:
            after = planner.stop(motion)
            check(motion, after, stopping=True)
            motion = after


@settings(max_examples=60, deadline=None)
@given(postures, postures, st.integers(0, 120))
def test_the_controlled_stop_ends_within_80_ms(
    begin: tuple[float, ...], target: tuple[float, ...], ticks: int
) -> None:
    planner = Planner(SO101, PERIOD_S)
    motion = still(begin)
    for _ in range(ticks):
        motion = planner.follow(motion, target)
    for _ in range(8):
        motion = planner.stop(motion)
    assert motion.at_rest
    assert planner.stop(motion) == motion


def test_a_motion_arrives_at_its_target_and_stays(so101: ArmModel) -> None:
    planner = Planner(so101, PERIOD_S)
    motion = still(so101.rest_rad)
    for _ in range(300):
        motion = planner.follow(motion, so101.ready_rad)
    assert motion == still(so101.ready_rad)


@pytest.mark.parametrize(("value", "rests"), [(0.99e-7, True), (1e-7, False), (1.2e-7, False)])
def test_a_tenth_of_a_millionth_is_motion(so101: ArmModel, value: float, rests: bool) -> None:
    slow = (0.0, -value, 0.0, 0.0, 0.0, 0.0)
    zeros = (0.0,) * 6
    assert Motion(so101.ready_rad, slow, zeros).at_rest is rests
    assert Motion(so101.ready_rad, zeros, slow).at_rest is rests


def test_arm_joints_end_together_and_the_gripper_by_itself(so101: ArmModel) -> None:
    begin = so101.ready_rad
    target = (begin[0] + 0.8, *begin[1:4], begin[4] + 0.1, begin[5] + 0.1)
    planner = Planner(so101, PERIOD_S)
    motion = still(begin)
    ended: dict[int, int] = {}
    for tick in range(300):
        motion = planner.follow(motion, target)
        for joint in (0, 4, 5):
            if abs(motion.positions_rad[joint] - target[joint]) < 1e-6:
                ended.setdefault(joint, tick)
    assert abs(ended[0] - ended[4]) <= 1
    assert ended[5] < ended[0] - 10


def test_a_target_of_another_arm_is_an_error(so101: ArmModel) -> None:
    with pytest.raises(ValueError, match="zip"):
        Planner(so101, PERIOD_S).follow(still(so101.ready_rad), so101.ready_rad[:5])


def test_given_speeds_take_the_place_of_the_arms(so101: ArmModel) -> None:
    planner = Planner(so101, PERIOD_S)
    motion = still(so101.rest_rad)
    for _ in range(100):
        motion = planner.follow(motion, so101.ready_rad, (0.1,) * 6)
        assert max(map(abs, motion.velocities_rad_s)) <= 0.1 + TOLERANCE


class Failing:
    """A planner library that finds no profile, in one of its two ways."""

    def __init__(self, raises: bool, times: int) -> None:
        self.raises, self.times = raises, times

    def __call__(self, count: int, period_s: float) -> "Failing":
        self.real = ruckig.Ruckig(count, period_s)
        return self

    def calculate(self, wanted: ruckig.InputParameter, into: ruckig.Trajectory) -> ruckig.Result:
        if self.times == 0:
            return self.real.calculate(wanted, into)
        self.times -= 1
        if self.raises:
            raise ruckig.RuckigError("none")
        return ruckig.Result.Error


def test_joints_that_cannot_end_together_go_each_its_own_way(so101: ArmModel) -> None:
    begin = Motion(
        (1.399730318712769, 0.02322968507118885, 0.0, 0.0, 0.0, 0.0),
        (-1.328474515052181, 0.2294921267797233, 0.0, 0.0, 0.0, 0.0),
        (5.166543735403049, 12.0, 0.0, 0.0, 0.0, 0.0),
    )
    after = Planner(so101, PERIOD_S).follow(begin, (0.03125, 1.552734375, 0.0, 0.0, 0.0, 0.0))
    check(begin, after, stopping=False)


@pytest.mark.parametrize("raises", [True, False])
def test_a_target_without_a_profile_brings_a_stop(
    so101: ArmModel, monkeypatch: pytest.MonkeyPatch, raises: bool
) -> None:
    monkeypatch.setattr(trajectory, "Ruckig", Failing(raises, 2))
    moving = Motion(so101.ready_rad, (0.5,) * 6, (0.0,) * 6)
    after = Planner(so101, PERIOD_S).follow(moving, so101.rest_rad)
    assert max(after.velocities_rad_s) < 0.5


def test_no_profile_at_all_is_an_error(so101: ArmModel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trajectory, "Ruckig", Failing(True, 3))
    moving = Motion(so101.ready_rad, (0.5,) * 6, (0.0,) * 6)
    with pytest.raises(PlanningFailed):
        Planner(so101, PERIOD_S).follow(moving, so101.rest_rad)


def test_the_place_of_standstill_is_where_the_stop_ends() -> None:
    planner = Planner(SO101, PERIOD_S)
    motion = still(SO101.ready_rad)
    assert planner.standstill(motion) == SO101.ready_rad
    for _ in range(20):
        motion = planner.follow(motion, SO101.rest_rad)
    end = planner.standstill(motion)
    while not motion.at_rest:
        motion = planner.stop(motion)
    assert motion.positions_rad == pytest.approx(end, abs=1e-6)


def test_a_place_of_standstill_without_a_profile_is_an_error(
    so101: ArmModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trajectory, "Ruckig", Failing(False, 1))
    with pytest.raises(PlanningFailed):
        Planner(so101, PERIOD_S).standstill(Motion(so101.ready_rad, (0.5,) * 6, (0.0,) * 6))


@pytest.mark.parametrize(("away_rad", "planned"), [(0.9e-9, False), (1e-9, True), (1.2e-9, True)])
def test_a_target_is_reached_within_a_nanoradian(
    so101: ArmModel, monkeypatch: pytest.MonkeyPatch, away_rad: float, planned: bool
) -> None:
    monkeypatch.setattr(trajectory, "Ruckig", Failing(False, 2))
    begin, target = (0.0,) * 6, (away_rad, 0.0, 0.0, 0.0, 0.0, 0.0)
    after = Planner(so101, PERIOD_S).follow(still(begin), target)
    assert after == still(begin if planned else target)


@pytest.mark.parametrize(("value", "noise"), [(0.9e-9, True), (1e-9, False), (1.2e-9, False)])
def test_less_than_a_billionth_is_rounding_noise(so101: ArmModel, value: float, noise: bool) -> None:
    moving = Motion(so101.ready_rad, (0.5, value, 0.0, 0.0, 0.0, 0.0), (0.0,) * 6)
    after = Planner(so101, PERIOD_S).stop(moving)
    assert (after.positions_rad[1] == so101.ready_rad[1]) is noise


def test_what_was_told_does_not_change() -> None:
    assert Motion.__struct_config__.frozen
