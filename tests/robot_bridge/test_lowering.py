"""Lowering: from wherever the arm stands it comes to rest slowly and clear of everything, or stays there."""

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from robot_bridge import limits
from robot_bridge.arms import ArmModel, load_arm
from robot_bridge.clearance import STRAY_M, Surroundings
from robot_bridge.limits import Posture
from robot_bridge.lowering import LONGEST_NS, SPEED_RAD_S, Descent, Lowered, Lowering, on_the_way
from robot_bridge.trajectory import Motion, Planner, still
from robot_bridge.wire.commands import PoseTarget
from robot_bridge.zones import KeepOut

ARMS = ("so100", "so101", "koch_v1_1", "omx", "omx_f", "widowx_250")
SO101 = load_arm("so101")
READY = SO101.ready_rad
REST = (*SO101.rest_rad[:-1], READY[-1])
PERIOD_S = 0.02


def lowering(model: ArmModel = SO101, zones: tuple[KeepOut, ...] = ()) -> Lowering:
    return Lowering(Surroundings(model, zones, boxed=False), Planner(model, PERIOD_S), PERIOD_S)


IN_THE_OPEN = lowering()
MOVING = replace(still(READY), velocities_rad_s=(0.1, *(0.0,) * 5))


def lowered(one: Lowering, start: Posture) -> tuple[list[Motion], Lowered]:
    """The motions of a lowering with an ideal arm, and its last period."""
    descent, motion, motions = Descent(), still(start), [still(start)]
    for tick in range(4000):
        done = one.step(descent, motion, motion.positions_rad, round(tick * PERIOD_S * 1e9))
        descent, motion = done.descent, done.motion
        motions.append(motion)
        if done.failed or descent.arrived_ns is not None:
            return motions, done
    raise AssertionError("neither arrived nor failed")


def kept(one: Lowering, motions: list[Motion]) -> bool:
    """Whether no motion was fast, and none deeper in anything than STRAY_M, or than the first one was."""
    allowed = [min(0.0, room) for room in one.around.rooms(motions[0].positions_rad)]
    return all(
        max(abs(v) for v in motion.velocities_rad_s) <= SPEED_RAD_S + 1e-6
        and all(
            room >= bound - STRAY_M - 1e-6
            for bound, room in zip(allowed, one.around.rooms(motion.positions_rad), strict=True)
        )
        for motion in motions
    )


def postures(model: ArmModel) -> st.SearchStrategy[Posture]:
    return st.tuples(
        *[st.floats(low, high) for low, high in zip(model.lower_rad, model.upper_rad, strict=True)]
    )


poses = st.builds(
    PoseTarget,
    st.floats(*SO101.workspace.x_m),
    st.floats(*SO101.workspace.y_m),
    st.floats(*SO101.workspace.z_m),
    st.floats(-2.0, 0.3),
    st.floats(-2.0, 2.0),
    st.floats(0.0, 1.0),
)
sides = st.sampled_from(
    [
        (),
        (KeepOut("left", (-0.5, 0.6), (0.16, 0.5), (0.0, 0.5)),),
        (KeepOut("ahead", (0.3, 0.6), (-0.4, 0.4), (0.0, 0.6)),),
        (KeepOut("mast", (0.14, 0.2), (-0.15, -0.1), (0.0, 0.5)),),
    ]
)


@settings(max_examples=3, deadline=None)
@example(PoseTarget(0.09375, 0.0, 0.0078125, 0.0, 0.0, 0.0))  # begins too near to itself
@example(PoseTarget(0.25, 0.0, 0.015625, 0.0, 1.5, 0.0))  # the ramps begin nearer to the table
@given(poses)
def test_from_everywhere_in_the_workspace_the_arm_comes_to_rest_slowly_and_clear(pose: PoseTarget) -> None:
    start = limits.aim(SO101, pose, SO101.ready_rad).posture_rad
    motions, done = lowered(IN_THE_OPEN, start)
    end = motions[-1]
    assert not done.failed and end.at_rest and kept(IN_THE_OPEN, motions)
    assert end.positions_rad[:-1] == pytest.approx(SO101.rest_rad[:-1], abs=1e-6)
    assert end.positions_rad[-1] == start[-1]


@pytest.mark.parametrize("name", ARMS)
@settings(max_examples=2, deadline=None)
@given(st.data())
def test_every_arm_comes_to_rest_or_stands_still_with_a_name_for_it(name: str, data: st.DataObject) -> None:
    model = load_arm(name)
    one = lowering(model, data.draw(sides))
    start = data.draw(postures(model))
    motions, done = lowered(one, start)
    assert kept(one, motions)
    if done.failed:
        assert done.acted and {motion.positions_rad for motion in motions} == {start}
    else:
        assert motions[-1].positions_rad[:-1] == pytest.approx(model.rest_rad[:-1], abs=1e-6)


def test_an_arm_that_moves_first_stops() -> None:
    done = IN_THE_OPEN.step(Descent(), MOVING, MOVING.positions_rad, 0)
    assert done.descent == Descent() and done.motion.velocities_rad_s[0] < 0.1


def test_while_a_way_is_looked_for_nothing_moves() -> None:
    wall = KeepOut("wall", (0.16, 0.5), (0.1, 0.14), (0.0, 0.6))
    start = (-1.3, *READY[1:])
    first = lowering(zones=(wall,)).step(Descent(), still(start), start, 0)
    assert first.motion == still(start) and first.descent.way is None and not first.failed
    motions, done = lowered(lowering(zones=(wall,)), start)
    assert not done.failed and kept(lowering(zones=(wall,)), motions)


def test_an_arm_for_which_no_way_is_clear_fails_by_name_and_does_not_move() -> None:
    model = msgspec.structs.replace(SO101, table_clearance_m=0.1)
    motions, done = lowered(lowering(model), READY)
    assert done.failed and done.acted == ("table",)
    assert {motion.positions_rad for motion in motions} == {READY}


def test_it_stands_still_where_one_leg_ends_and_the_next_begins() -> None:
    corner = (0.3, *READY[1:])
    descent, motion = on_the_way(IN_THE_OPEN.around, READY, (corner, READY)), still(READY)
    passed = []
    for tick in range(400):
        done = IN_THE_OPEN.step(descent, motion, motion.positions_rad, tick)
        if len(done.descent.way or ()) < len(descent.way or ()):
            passed.append(motion)
        descent, motion = done.descent, done.motion
    assert [one.positions_rad for one in passed] == [pytest.approx(corner), pytest.approx(READY)]
    assert all(one.at_rest for one in passed)


def test_a_lowering_that_takes_too_long_fails_and_says_by_what() -> None:
    begun = on_the_way(IN_THE_OPEN.around, READY, (REST,))
    assert not IN_THE_OPEN.step(begun, still(READY), READY, LONGEST_NS).failed
    late = IN_THE_OPEN.step(begun, still(READY), READY, LONGEST_NS + 1)
    assert late.failed and late.acted == ("velocity",)
    lagging = IN_THE_OPEN.step(replace(begun, lagged=True), still(READY), READY, LONGEST_NS + 1)
    assert lagging.acted == ("look_ahead",)
    mast = (KeepOut("mast", (0.16, 0.5), (0.1, 0.14), (0.0, 0.6)),)
    search = lowering(zones=mast).step(Descent(), still((-1.3, *READY[1:])), READY, 0).descent
    assert lowering(zones=mast).step(search, still(READY), READY, LONGEST_NS + 1).failed
    there = replace(on_the_way(IN_THE_OPEN.around, REST, ()), arrived_ns=5)
    assert not IN_THE_OPEN.step(there, still(REST), REST, LONGEST_NS + 1).failed


def test_an_arm_that_lags_is_waited_for() -> None:
    begun = on_the_way(IN_THE_OPEN.around, READY, (REST,))
    behind = (READY[0] + 0.15, *READY[1:])
    done = IN_THE_OPEN.step(begun, still(READY), behind, 0)
    assert done.acted == ("look_ahead",) and done.motion == still(READY) and done.descent.lagged
    near = (READY[0] + 0.13, *READY[1:])
    done = IN_THE_OPEN.step(begun, still(READY), near, 0)
    assert done.acted == () and not done.descent.lagged


def test_it_has_arrived_only_when_the_joints_are_measured_there() -> None:
    there = on_the_way(IN_THE_OPEN.around, REST, ())
    behind = (REST[0] + 0.15, *REST[1:])
    assert IN_THE_OPEN.step(there, still(REST), behind, 7).descent.arrived_ns is None
    assert IN_THE_OPEN.step(there, still(READY), READY, 7).descent.arrived_ns is None
    arrived = IN_THE_OPEN.step(there, still(REST), REST, 7).descent
    assert arrived.arrived_ns == 7
    assert IN_THE_OPEN.step(arrived, still(REST), REST, 9).descent.arrived_ns == 7


def test_a_motion_that_would_end_in_something_is_stopped() -> None:
    wall = KeepOut("wall", (0.0, 0.6), (0.1, 0.5), (0.0, 0.6))
    one = lowering(zones=(wall,))
    inside = (-1.3, *READY[1:])
    done = Lowered(on_the_way(one.around, READY, (inside,)), still(READY))
    motions = []
    for tick in range(400):
        done = one.step(done.descent, done.motion, done.motion.positions_rad, tick)
        motions.append(done.motion)
        if done.failed:
            break
    assert done.failed and done.acted == ("keep_out",)
    assert kept(one, [still(READY), *motions])
