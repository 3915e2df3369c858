"""One period of play: what each limit does to the motion, and that it is named."""

from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from robot_bridge.arms import load_arm
from robot_bridge.arms.model import Workspace
from robot_bridge.clearance import STRAY_M, Surroundings
from robot_bridge.contact import Efforts
from robot_bridge.derate import Derate
from robot_bridge.kinematics import distance, forward
from robot_bridge.limits import Posture
from robot_bridge.pursuit import Course, Felt, Pursued, Pursuit
from robot_bridge.trajectory import Motion, Planner, still
from robot_bridge.wire.commands import JointTarget, JointVelocity, PoseTarget, Setpoint, Target, ToolVelocity
from robot_bridge.zones import KeepOut

SO101 = load_arm("so101")
READY = SO101.ready_rad
ANYWHERE = Workspace((-1.0, 1.0), (-1.0, 1.0), (-1.0, 1.0))
PERIOD_S = 0.01
NEAR = PoseTarget(0.24, 0.1, 0.08, -1.2, 0.2, 0.5)
BEGUN = Course(READY, None, None)


def pursuit(*zones: KeepOut) -> Pursuit:
    around = Surroundings(msgspec.structs.replace(SO101, workspace=ANYWHERE), zones)
    return Pursuit(around, Planner(SO101, PERIOD_S), PERIOD_S)


OPEN = pursuit()


def felt(posture: Posture, **change: Any) -> Felt:
    return replace(Felt(posture, Efforts(), Derate()), **change)


def setpoint(target: Target, scale: float = 1.0) -> Setpoint:
    return Setpoint(1, 1, 1, 1, 1_000_000_000, target, scale)


def play(one: Pursuit, target: Target, ticks: int, scale: float = 1.0) -> tuple[list[Motion], list[Pursued]]:
    course, motion = BEGUN, still(READY)
    motions, periods = [motion], []
    for _ in range(ticks):
        done = one.step(course, motion, setpoint(target, scale), felt(motion.positions_rad))
        course, motion = done.course, done.motion
        motions.append(motion)
        periods.append(done)
    return motions, periods


def test_it_goes_to_the_pose_and_stands_there() -> None:
    motions, periods = play(OPEN, NEAR, 300)
    assert motions[-1].at_rest
    assert distance(forward(SO101, motions[-1].positions_rad), NEAR) < 0.002
    assert periods[-1].acted == () and periods[-1].following
    assert periods[-1].course.aimed == NEAR


def test_a_place_within_reach_is_solved_once_and_a_speed_in_every_period() -> None:
    _, places = play(OPEN, NEAR, 3)
    assert places[0].course.aim is places[2].course.aim
    far = PoseTarget(0.9, 0.0, 0.1, 0.0, 0.0, 0.5)
    _, out_of_reach = play(OPEN, far, 3)
    assert "reach" in out_of_reach[0].acted
    assert out_of_reach[0].course.aim is not out_of_reach[2].course.aim
    for speed in (JointVelocity((0.2, 0.0, 0.0, 0.0, 0.0), 0.5), ToolVelocity(0.0, 0.1, 0.0, 0.0, 0.0, 0.5)):
        motions, periods = play(OPEN, speed, 30)
        assert periods[0].course.aim is not periods[1].course.aim
        assert motions[-1].positions_rad[0] != READY[0]


def test_another_target_is_solved_anew() -> None:
    first = OPEN.step(BEGUN, still(READY), setpoint(NEAR), felt(READY))
    other = msgspec.structs.replace(NEAR, y_m=-0.1)
    second = OPEN.step(first.course, first.motion, setpoint(other), felt(READY))
    assert second.course.aim is not first.course.aim and second.course.aimed == other


def test_a_derated_arm_is_slower_and_says_why() -> None:
    warm = Derate(0.25, ("heat",))
    done = Pursued(BEGUN, still(READY), True, ())
    for _ in range(40):
        seen = felt(done.motion.positions_rad, derate=warm)
        done = OPEN.step(done.course, done.motion, setpoint(NEAR), seen)
    fast, _ = play(OPEN, NEAR, 40)
    here = forward(SO101, READY)
    assert "heat" in done.acted
    gone = [distance(here, forward(SO101, one.positions_rad)) for one in (done.motion, fast[-1])]
    assert gone[0] < 0.4 * gone[1]


def test_an_arm_that_strains_eases_off() -> None:
    course = BEGUN
    first = OPEN.step(course, still(READY), setpoint(NEAR), felt(READY))
    pressing = Efforts((1.0,) * 6, (1.0,) * 6)
    behind = tuple(
        goal - (0.01 if ahead > at else -0.01)
        for goal, ahead, at in zip(READY, first.course.reference_rad, READY, strict=True)
    )
    done = OPEN.step(course, still(READY), setpoint(NEAR), felt(behind, efforts=pressing))
    assert "contact" in done.acted
    assert done.course.reference_rad[0] != first.course.reference_rad[0]


def test_the_tool_is_never_faster_than_it_may() -> None:
    wide = JointTarget((1.5, *READY[1:-1]), 0.5)
    motions, periods = play(OPEN, wide, 120)
    places = [forward(SO101, one.positions_rad) for one in motions]
    steps = [distance(a, b) for a, b in zip(places, places[1:], strict=False)]
    assert max(steps) <= SO101.tool_speed_m_s * PERIOD_S * 1.05
    assert any("velocity" in one.acted for one in periods)


def test_a_motion_that_no_stop_could_end_clear_is_not_begun() -> None:
    wall = KeepOut("wall", (0.1, 0.4), (0.12, 0.3), (0.0, 0.3))
    one = pursuit(wall)
    moving = replace(still(READY), velocities_rad_s=(-1.5, *(0.0,) * 5))
    near = next(
        posture
        for n in range(400)
        for posture in [(-0.005 * n, *READY[1:])]
        if min(one.around.rooms(posture)) < STRAY_M
    )
    moving = replace(moving, positions_rad=near)
    done = one.step(Course(near, None, None), moving, setpoint(NEAR), felt(near))
    assert not done.following and "keep_out" in done.acted
    assert done.motion == one.planner.stop(moving)


def test_the_reference_stays_inside_the_soft_limits() -> None:
    beyond = JointTarget((9.0, *READY[1:-1]), 0.5)
    _, periods = play(OPEN, beyond, 400)
    assert periods[-1].course.reference_rad[0] == pytest.approx(SO101.upper_rad[0], abs=1e-6)
    assert "joint_position" in periods[-1].acted
