"""Speeds as setpoints: what is asked is done where it may be, and the way out is always free."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from robot_bridge.arms import ArmModel, load_arm
from robot_bridge.conditioning import conditioning, soft_conditioning
from robot_bridge.jog import ahead
from robot_bridge.kinematics import forward
from robot_bridge.limits import Posture
from robot_bridge.wire.commands import JointVelocity, ToolVelocity

SO101 = load_arm("so101")
READY = SO101.ready_rad
STEP_S = 0.01


def joints(*speeds: float, gripper: float = 0.5) -> JointVelocity:
    return JointVelocity((*speeds, *(0.0,) * (5 - len(speeds))), gripper)


def tool(
    x: float = 0.0, y: float = 0.0, z: float = 0.0, pitch: float = 0.0, roll: float = 0.0
) -> ToolVelocity:
    return ToolVelocity(x, y, z, pitch, roll, 0.5)


def walk(target: JointVelocity | ToolVelocity, start: Posture, ticks: int) -> tuple[Posture, set[str]]:
    at, acted = start, set[str]()
    for _ in range(ticks):
        found = ahead(SO101, target, at, STEP_S)
        at, acted = found.posture_rad, acted | set(found.acted)
    return at, acted


def test_joint_speeds_lead_one_step_ahead() -> None:
    found = ahead(SO101, joints(0.5, -0.2), READY, STEP_S)
    assert found.posture_rad[:3] == pytest.approx((READY[0] + 0.005, READY[1] - 0.002, READY[2]))
    assert found.posture_rad == found.requested_rad and found.acted == () and found.pose is None
    assert found.posture_rad[-1] == pytest.approx(0.43)


def test_near_its_limit_a_joint_slows_the_whole_step_and_ends_before_it() -> None:
    at, acted = walk(joints(1.0, 0.1), READY, 600)
    upper = SO101.upper_rad[0]
    assert acted == {"joint_position"} and upper - 1e-3 <= at[0] <= upper
    assert at[1] - READY[1] == pytest.approx(0.1 * (at[0] - READY[0]), abs=1e-6)
    back, acted = walk(joints(-1.0, -0.1), at, 10)
    assert back[0] == pytest.approx(at[0] - 0.1) and acted == set()


def test_a_joint_outside_its_soft_limits_may_only_come_in() -> None:
    outside = (SO101.upper_rad[0] + 0.02, *READY[1:])
    out = ahead(SO101, joints(0.5), outside, STEP_S)
    assert out.posture_rad[0] == SO101.upper_rad[0] and out.acted == ("joint_position",)
    assert ahead(SO101, joints(-0.5), outside, STEP_S).posture_rad[0] == SO101.upper_rad[0]


def test_the_tool_goes_straight_at_the_speed_asked() -> None:
    at, acted = walk(tool(y=0.2, z=0.05), READY, 50)
    start, end = forward(SO101, READY), forward(SO101, at)
    moved = (end.x_m - start.x_m, end.y_m - start.y_m, end.z_m - start.z_m)
    assert moved == pytest.approx((0.0, 0.1, 0.025), abs=2e-5) and acted == set()
    assert (end.pitch_rad, end.roll_rad) == pytest.approx((start.pitch_rad, start.roll_rad), abs=1e-5)


@pytest.mark.parametrize("asked", [tool(x=5.0, y=5.0), tool(pitch=50.0, x=0.1)])
def test_more_than_the_tool_may_is_cut_as_a_whole(asked: ToolVelocity) -> None:
    found = ahead(SO101, asked, READY, STEP_S)
    a, b = forward(SO101, READY), forward(SO101, found.posture_rad)
    way = math.dist((a.x_m, a.y_m, a.z_m), (b.x_m, b.y_m, b.z_m))
    assert found.acted == ("velocity",)
    assert way <= SO101.tool_speed_m_s * STEP_S + 1e-6
    assert abs(b.pitch_rad - a.pitch_rad) <= SO101.tool_turn_rad_s * STEP_S + 1e-6


def test_toward_a_singularity_the_tool_slows_and_stops_and_may_come_back() -> None:
    start = (0.0, -0.2, 0.0, 0.6, 0.0486795, 0.43)
    at, acted = walk(tool(x=0.2, z=0.2), start, 400)
    assert "singularity" in acted
    assert conditioning(SO101, at) > 0.05 * soft_conditioning(SO101)
    stood, _ = walk(tool(x=0.2, z=0.2), at, 1)
    assert stood[:-1] == pytest.approx(at[:-1], abs=5e-3)
    before = forward(SO101, at)
    back, acted = walk(tool(x=-0.2), at, 30)
    assert forward(SO101, back).x_m < before.x_m - 0.03 and "singularity" not in acted


speeds = st.floats(-50.0, 50.0)
metres = st.floats(-5.0, 5.0)
targets = st.one_of(
    st.builds(JointVelocity, st.tuples(*[speeds] * 5), st.floats(0.0, 1.0)),
    st.builds(ToolVelocity, metres, metres, metres, speeds, speeds, st.floats(0.0, 1.0)),
)
postures = st.tuples(
    *[st.floats(low, high) for low, high in zip(SO101.lower_rad, SO101.upper_rad, strict=True)]
)


@given(targets, postures)
def test_no_step_leaves_the_soft_limits(target: JointVelocity | ToolVelocity, start: Posture) -> None:
    found = ahead(SO101, target, start, STEP_S)
    for value, low, high in zip(found.posture_rad, SO101.lower_rad, SO101.upper_rad, strict=True):
        assert math.isfinite(value) and low <= value <= high


def test_standing_is_a_speed_too(so101: ArmModel) -> None:
    for target in (joints(), tool()):
        assert ahead(so101, target, READY, STEP_S).posture_rad == pytest.approx(READY)
