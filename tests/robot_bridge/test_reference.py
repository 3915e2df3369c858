"""The reference: straight, no faster than allowed, never far ahead of the arm, never into the table."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robot_bridge.arms import ArmModel, load_arm
from robot_bridge.clearance import SLACK_M, Surroundings
from robot_bridge.kinematics import distance, forward, lowest_guard_m
from robot_bridge.limits import Aim, Posture, aim
from robot_bridge.reference import Pace, advance
from robot_bridge.wire.commands import JointTarget, PoseTarget

SO101 = load_arm("so101")
READY = SO101.ready_rad
AROUND = Surroundings(SO101)
POSE = PoseTarget(0.24, 0.1, 0.08, -1.2, 0.2, 0.5)


def pace(reference: Posture, scale: float = 1.0, measured: Posture | None = None) -> Pace:
    """A pace whose motion is where the reference is and whose arm is where it was told to be."""
    return Pace(0.01, scale, reference, reference if measured is None else measured)


def moved(posture: Posture, joint: int, by: float) -> Posture:
    return tuple(value + by * (index == joint) for index, value in enumerate(posture))


def test_at_the_aim_nothing_happens(so101: ArmModel) -> None:
    assert advance(AROUND, READY, Aim(READY, READY, None, ()), pace(READY)) == (READY, ())


def test_a_near_aim_is_reached_in_one_step(so101: ArmModel) -> None:
    near = moved(READY, 1, 0.002)
    assert advance(AROUND, READY, Aim(near, near, None, ()), pace(READY)) == (near, ())


def test_the_way_to_a_pose_is_straight_and_at_the_tools_speed(so101: ArmModel) -> None:
    start, found, reference = forward(so101, READY), aim(so101, POSE, READY), READY
    whole = distance(start, POSE)
    for _ in range(20):
        before = forward(so101, reference)
        reference, acted = advance(AROUND, reference, found, pace(reference))
        after = forward(so101, reference)
        assert distance(before, after) <= 0.0025 + 1e-6
        assert acted == ("velocity",)
        assert distance(start, after) + distance(after, POSE) == pytest.approx(whole, abs=1e-4)


def test_the_speed_scale_slows_and_is_named(so101: ArmModel) -> None:
    found = aim(so101, POSE, READY)
    reference, acted = advance(AROUND, READY, found, pace(READY, 0.5))
    assert distance(forward(so101, READY), forward(so101, reference)) <= 0.00125 + 1e-6
    assert acted == ("speed_scale",)


def test_a_scale_of_zero_stands_still(so101: ArmModel) -> None:
    assert advance(AROUND, READY, aim(so101, POSE, READY), pace(READY, 0.0))[0] == pytest.approx(READY)


def test_a_joint_that_would_be_too_fast_scales_the_whole_step(so101: ArmModel) -> None:
    slow = msgspec.structs.replace(so101.motion, velocity_rad_s=(0.05, *so101.motion.velocity_rad_s[1:]))
    model = msgspec.structs.replace(so101, motion=slow)
    reference, acted = advance(Surroundings(model), READY, aim(model, POSE, READY), pace(READY))
    assert abs(reference[0] - READY[0]) == pytest.approx(0.0005)
    assert acted == ("velocity",)


def test_the_reference_waits_for_the_motion(so101: ArmModel) -> None:
    found = aim(so101, POSE, READY)
    ahead = READY
    for _ in range(30):
        ahead, _ = advance(AROUND, ahead, found, Pace(0.01, 1.0, READY, READY))
    assert distance(forward(so101, READY), forward(so101, ahead)) <= so101.tool_lead_m + 1e-6


def test_the_reference_waits_for_the_arm_but_may_turn_back(so101: ArmModel) -> None:
    lagging = moved(READY, 0, 0.2)
    left, right = moved(READY, 0, -0.002), moved(READY, 0, 0.002)
    stuck, acted = advance(AROUND, READY, Aim(left, left, None, ()), pace(READY, measured=lagging))
    assert stuck == pytest.approx(READY) and acted == ("look_ahead",)
    free, acted = advance(AROUND, READY, Aim(right, right, None, ()), pace(READY, measured=lagging))
    assert free == right and acted == ()


def test_shutting_jaws_press_no_further_than_their_look_ahead(so101: ArmModel) -> None:
    shut = (*READY[:-1], so101.gripper.shut_rad)
    reference, blocked = READY, READY[-1]
    for _ in range(100):
        reference, acted = advance(
            AROUND, reference, Aim(shut, shut, None, ()), Pace(0.01, 1.0, reference, READY)
        )
    assert reference[-1] == pytest.approx(blocked - so101.motion.look_ahead_rad[-1])
    assert reference[:-1] == READY[:-1] and acted == ("look_ahead",)


def test_a_way_that_sinks_into_the_table_is_not_taken(so101: ArmModel) -> None:
    low = aim(so101, msgspec.structs.replace(POSE, z_m=0.005), READY).posture_rad
    sunk = moved(low, 1, 0.02)
    assert lowest_guard_m(so101, sunk) < so101.table_clearance_m
    down = low
    for _ in range(40):
        down, acted = advance(AROUND, down, Aim(sunk, sunk, None, ()), pace(down))
    assert acted[-1] == "table" and down == pytest.approx(low, abs=0.005)
    assert lowest_guard_m(so101, down) == pytest.approx(so101.table_clearance_m - SLACK_M, abs=1e-5)
    rising, acted = advance(AROUND, sunk, Aim(low, low, None, ()), pace(sunk))
    assert rising != sunk and "table" not in acted


def test_an_aim_whose_straight_way_leaves_the_reach_goes_by_the_joints(so101: ArmModel) -> None:
    away = msgspec.structs.replace(forward(so101, READY), y_m=2.0)
    turned = moved(READY, 0, 1.0)
    hasty = msgspec.structs.replace(so101, tool_speed_m_s=100.0, tool_lead_m=10.0)
    reference, _ = advance(Surroundings(hasty), READY, Aim(turned, turned, away, ()), pace(READY))
    assert reference[0] > READY[0] and reference[1:] == pytest.approx(READY[1:])


def test_turning_alone_is_paced_too(so101: ArmModel) -> None:
    rolled = moved(READY, 4, 1.0)
    narrow = msgspec.structs.replace(so101, tool_xyz_m=(0.0, 0.0, -0.0981274))
    reference, acted = advance(Surroundings(narrow), READY, Aim(rolled, rolled, None, ()), pace(READY))
    assert 0.0 < reference[4] - READY[4] <= so101.tool_turn_rad_s * 0.01 + 1e-9
    assert acted == ("velocity",)


targets = st.one_of(
    st.builds(
        PoseTarget,
        st.floats(0.0, 0.5),
        st.floats(-0.4, 0.4),
        st.floats(-0.1, 0.4),
        st.floats(-2.0, 0.5),
        st.floats(-3.0, 3.0),
        st.floats(0.0, 1.0),
    ),
    st.builds(JointTarget, st.tuples(*[st.floats(-2.0, 2.0)] * 5), st.floats(0.0, 1.0)),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(targets, min_size=1, max_size=6), st.floats(0.05, 1.0))
def test_no_step_is_faster_than_allowed_or_sinks(
    wanted: list[PoseTarget | JointTarget], scale: float
) -> None:
    reference = READY
    for target in wanted:
        found = aim(SO101, target, reference)
        for _ in range(20):
            before = reference
            reference, _ = advance(AROUND, reference, found, pace(reference, scale))
            for a, b, speed in zip(before, reference, SO101.motion.velocity_rad_s, strict=True):
                assert abs(b - a) <= speed * 0.01 * scale + 1e-9
            assert lowest_guard_m(SO101, reference) >= SO101.table_clearance_m - 2 * SLACK_M
