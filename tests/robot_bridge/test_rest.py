"""Lowering the arm: the postures' table, when it begins and ends, and that its way keeps clear."""

from dataclasses import replace
from typing import Any

import msgspec
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from robot_bridge import limits, rest
from robot_bridge.arms import ArmModel, load_arm
from robot_bridge.kinematics import lowest_guard_m
from robot_bridge.limits import Posture, clears_table
from robot_bridge.rest import POSTURES, REST_AFTER_NS, Lowering, PostureEvent, Rest, Seen, judge, torque
from robot_bridge.trajectory import Motion, Planner, still
from robot_bridge.wire.commands import PoseTarget
from robot_bridge.wire.state import ArmPosture

SO101 = load_arm("so101")
LOWERING = Lowering(SO101, Planner(SO101, 0.01), 0.01)
NOW = 50_000_000_000
MOVING = Motion((0.0,) * 6, (0.1, *(0.0,) * 5), (0.0,) * 6)


def seen(**change: Any) -> Seen:
    """A quiet latched tick on a whole bus, but for `change`."""
    return replace(Seen(NOW, "ready", "none", True, False, False, False), **change)


RELEASED = seen(phase="released")
EVENTS: list[tuple[ArmPosture, PostureEvent, Seen]] = [
    ("held", "lower", seen(asked=True)),
    ("held", "interrupt", seen(interrupted=True)),
    ("held", "arrive", RELEASED),
    ("held", "engage", seen(woken=True)),
    ("resting", "lower", seen(asked=True)),
    ("resting", "interrupt", seen(interrupted=True)),
    ("resting", "interrupt", seen(phase="absent")),
    ("resting", "arrive", RELEASED),
    ("resting", "engage", seen()),
    ("released", "lower", replace(RELEASED, asked=True)),
    ("released", "interrupt", replace(RELEASED, interrupted=True)),
    ("released", "arrive", RELEASED),
    ("released", "engage", seen()),
]


@pytest.mark.parametrize(("posture", "event", "now"), EVENTS)
def test_every_row_of_the_table(posture: ArmPosture, event: PostureEvent, now: Seen) -> None:
    wanted = POSTURES[posture][event]
    assert judge(Rest(posture, way=()), now).posture == (wanted or posture)


def walk(state: Rest, *ticks: Seen) -> Rest:
    for tick in ticks:
        state = judge(state, tick)
    return state


def hot(after_ns: int, **change: Any) -> Seen:
    return seen(now_ns=NOW + after_ns, fault="overheat", **change)


def test_a_hot_arm_is_lowered_after_twenty_seconds() -> None:
    assert walk(Rest(), hot(0), hot(REST_AFTER_NS - 1)).posture == "held"
    assert walk(Rest(), hot(0), hot(REST_AFTER_NS)).posture == "resting"
    overloaded = replace(hot(REST_AFTER_NS), fault="overload")
    assert walk(Rest(), hot(0), overloaded).posture == "resting"


@pytest.mark.parametrize("other", [{"fault": "none"}, {"fault": "servo_missing"}, {"latched": False}])
def test_the_twenty_seconds_begin_anew_when_the_fault_was_gone(other: dict[str, Any]) -> None:
    between = replace(hot(1), **other)
    assert walk(Rest(), hot(0), between, hot(2), hot(REST_AFTER_NS)).posture == "held"
    assert walk(Rest(), hot(0), between, hot(2), hot(REST_AFTER_NS + 2)).posture == "resting"


def test_no_arm_is_lowered_by_itself_for_another_fault() -> None:
    other = replace(hot(0), fault="following_error")
    assert walk(Rest(), other, replace(other, now_ns=NOW + 9 * REST_AFTER_NS)).posture == "held"


def test_an_arm_without_its_bus_is_not_lowered() -> None:
    assert walk(Rest(), hot(0), hot(REST_AFTER_NS, phase="starting")).posture == "held"


def test_after_an_interruption_it_waits_for_an_order_or_another_fault() -> None:
    stopped = walk(Rest(), hot(0), hot(REST_AFTER_NS), hot(REST_AFTER_NS + 1, interrupted=True))
    assert stopped.posture == "held" and stopped.gave_up
    later = hot(5 * REST_AFTER_NS)
    assert walk(stopped, later).posture == "held"
    assert walk(stopped, replace(later, asked=True)).posture == "resting"
    cooled = walk(stopped, seen(now_ns=NOW + 2 * REST_AFTER_NS), hot(3 * REST_AFTER_NS))
    assert walk(cooled, later).posture == "resting"


def test_a_failure_is_like_an_interruption() -> None:
    failed = rest.failed(walk(Rest(), hot(0), hot(REST_AFTER_NS)), NOW)
    assert walk(failed, hot(5 * REST_AFTER_NS)).posture == "held"


def test_torque_is_released_only_at_the_end_of_the_way_and_from_standstill() -> None:
    arrived = Rest("resting", way=())
    assert torque(arrived, still((0.0,) * 6)) == "release"
    assert torque(arrived, MOVING) == "keep"
    assert torque(arrived, None) == "keep"
    assert torque(Rest("resting", way=((0.0,) * 6,)), still((0.0,) * 6)) == "keep"
    assert torque(Rest("resting"), still((0.0,) * 6)) == "keep"
    assert torque(Rest("held", way=()), still((0.0,) * 6)) == "keep"


def test_a_released_arm_is_engaged_when_woken_and_until_its_bus_is_ready() -> None:
    lying = walk(Rest("released"), RELEASED)
    assert torque(lying, None) == "keep"
    woken = walk(lying, replace(RELEASED, woken=True), RELEASED, seen(phase="starting"))
    assert woken.posture == "released" and torque(woken, None) == "engage"
    held = walk(woken, seen())
    assert held.posture == "held" and torque(held, still((0.0,) * 6)) == "keep"


def lowered(start: Posture, model: ArmModel = SO101, ticks: int = 4000) -> tuple[list[Motion], Rest, bool]:
    """The motions of a lowering with an ideal arm, its state at the end, and whether it failed."""
    lowering = replace(LOWERING, model=model)
    state, motion = Rest("resting", NOW), still(start)
    motions = [motion]
    for tick in range(ticks):
        done = lowering.step(state, motion, motion.positions_rad, NOW + tick * 10_000_000)
        state, motion = done.rest, done.motion
        motions.append(motion)
        if done.failed or torque(state, motion) == "release":
            return motions, state, done.failed
    raise AssertionError("neither released nor failed")


postures = st.tuples(
    *[st.floats(low, high) for low, high in zip(SO101.lower_rad, SO101.upper_rad, strict=True)]
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


def keeps_clear(motions: list[Motion]) -> bool:
    """Whether no motion on the way was fast, or more than 1 mm nearer to the table than the clearance."""
    return all(
        lowest_guard_m(SO101, motion.positions_rad) >= SO101.table_clearance_m - 1.001e-3
        and max(abs(v) for v in motion.velocities_rad_s) <= rest.SPEED_RAD_S + 1e-6
        for motion in motions
    )


@settings(max_examples=12, deadline=None)
@example(PoseTarget(0.25, 0.0, 0.015625, 0.0, 1.5, 0.0))  # the ramps begin 0.1 mm nearer to the table
@given(poses)
def test_from_everywhere_in_the_workspace_the_arm_comes_to_rest_slowly_and_clear(pose: PoseTarget) -> None:
    start = limits.aim(SO101, pose, SO101.ready_rad).posture_rad
    motions, _, failed = lowered(start)
    end = motions[-1]
    assert not failed and end.at_rest and keeps_clear(motions)
    assert end.positions_rad[:-1] == pytest.approx(SO101.rest_rad[:-1], abs=1e-6)
    assert end.positions_rad[-1] == start[-1]


@settings(max_examples=12, deadline=None)
@given(postures)
def test_from_any_clear_posture_it_comes_to_rest_or_stays_where_it_is(start: Posture) -> None:
    assume(clears_table(SO101, start))
    motions, _, failed = lowered(start)
    assert keeps_clear(motions)
    assert not failed or {motion.positions_rad for motion in motions} == {start}


@settings(max_examples=40, deadline=None)
@given(postures)
def test_a_way_is_clear_between_the_postures_where_it_was_looked_at(start: Posture) -> None:
    assume(clears_table(SO101, start))
    at = start
    for posture in next((way for way in rest.ways(SO101, start) if rest.clear(SO101, start, way)), ()):
        for n in range(201):
            between = tuple(a + (b - a) * n / 200 for a, b in zip(at, posture, strict=True))
            assert lowest_guard_m(SO101, between) >= 0.0
        at = posture


def test_ways_are_tried_in_order_and_end_at_rest() -> None:
    found = list(rest.ways(SO101, SO101.ready_rad))
    assert found[0] == ((*SO101.rest_rad[:-1], SO101.ready_rad[-1]),)
    assert all(way[-1][:-1] == SO101.rest_rad[:-1] for way in found)
    only_pan = (1.0, *SO101.rest_rad[1:])
    assert len([way for way in rest.ways(SO101, only_pan) if len(way) == 1]) == 2


def test_an_arm_that_moves_first_stops() -> None:
    done = LOWERING.step(Rest("resting", NOW), MOVING, MOVING.positions_rad, NOW)
    assert done.rest.way is None and done.rest.tried == 0
    assert done.motion.velocities_rad_s[0] < 0.1


def test_a_way_that_is_not_clear_leads_to_the_next() -> None:
    start = (-0.18, 0.94, 0.83, 1.56, -2.56, 0.33)
    assert clears_table(SO101, start) and not rest.clear(SO101, start, next(rest.ways(SO101, start)))
    first = LOWERING.step(Rest("resting", NOW), still(start), start, NOW)
    assert first.rest.way is None and first.rest.tried == 1 and first.motion == still(start)
    motions, state, failed = lowered(start)
    assert not failed and state.tried > 1 and keeps_clear(motions)


def test_an_arm_for_which_no_way_is_clear_fails_and_does_not_move() -> None:
    model = msgspec.structs.replace(SO101, table_clearance_m=0.1)
    motions, _, failed = lowered(SO101.ready_rad, model)
    assert failed and {motion.positions_rad for motion in motions} == {SO101.ready_rad}


def test_lowering_that_takes_too_long_fails() -> None:
    begun = Rest("resting", NOW, way=(SO101.rest_rad,), at_rad=SO101.ready_rad)
    ends_ns = NOW + rest.LONGEST_NS
    assert not LOWERING.step(begun, still(SO101.ready_rad), SO101.ready_rad, ends_ns).failed
    assert LOWERING.step(begun, still(SO101.ready_rad), SO101.ready_rad, ends_ns + 1).failed


def test_an_arm_that_lags_is_waited_for() -> None:
    begun = Rest("resting", NOW, way=(SO101.rest_rad,), at_rad=SO101.ready_rad)
    behind = (SO101.ready_rad[0] + 0.15, *SO101.ready_rad[1:])
    done = LOWERING.step(begun, still(SO101.ready_rad), behind, NOW)
    assert done.acted == ("look_ahead",) and done.motion == still(SO101.ready_rad)
    near = (SO101.ready_rad[0] + 0.13, *SO101.ready_rad[1:])
    assert LOWERING.step(begun, still(SO101.ready_rad), near, NOW).acted == ()


def test_a_motion_that_would_sink_to_the_table_is_stopped() -> None:
    low = (0.0, 1.2, 0.0, 0.3, 0.0, 0.2)
    sinking = Rest("resting", NOW, way=(low,), at_rad=low)
    start = next(
        posture
        for lift in range(100)
        for posture in [(0.0, 0.01 * lift, 0.0, 0.3, 0.0, 0.2)]
        if not clears_table(SO101, (0.0, 0.01 * lift + 0.01, *posture[2:]))
    )
    state, motion, failed = sinking, still(start), False
    for _ in range(60):
        done = LOWERING.step(state, motion, motion.positions_rad, NOW)
        state, motion, failed = done.rest, done.motion, done.failed
        if failed:
            break
    assert failed and done.acted == ("table",)
    assert lowest_guard_m(SO101, motion.positions_rad) >= SO101.table_clearance_m - 2e-3
