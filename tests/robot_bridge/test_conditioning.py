"""The measure of singularity, and steps of the tool that stay what was asked."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from robot_bridge.arms import ArmModel, load_arm
from robot_bridge.conditioning import conditioning, soft_conditioning, tool_step
from robot_bridge.kinematics import forward

SO101 = load_arm("so101")
READY = SO101.ready_rad
small = st.floats(-0.001, 0.001)


def folded_out(model: ArmModel) -> tuple[float, ...]:
    """Upper and lower arm in one line: the elbow angle at which the reach is longest."""

    def measure(elbow: float) -> float:
        return conditioning(model, (0.0, 0.0, elbow, 0.5, 0.0, 0.3))

    elbow = min((n / 1000 for n in range(-1600, 1600)), key=measure)
    return (0.0, 0.0, elbow, 0.5, 0.0, 0.3)


def test_an_arm_in_one_line_is_singular_and_the_ready_posture_is_not(so101: ArmModel) -> None:
    line = folded_out(so101)
    assert conditioning(so101, line) < 0.05 * soft_conditioning(so101)
    assert conditioning(so101, READY) == pytest.approx(2 * soft_conditioning(so101))


@given(st.tuples(small, small, small, small, small))
def test_a_small_change_is_made_as_asked(wanted: tuple[float, float, float, float, float]) -> None:
    here = forward(SO101, READY)
    there = forward(SO101, (*tool_step(SO101, READY, wanted), READY[-1]))
    found = (there.x_m - here.x_m, there.y_m - here.y_m, there.z_m - here.z_m)
    assert found == pytest.approx(wanted[:3], abs=2e-7)
    assert there.pitch_rad - here.pitch_rad == pytest.approx(wanted[3], abs=2e-6)
    assert there.roll_rad - here.roll_rad == pytest.approx(wanted[4], abs=2e-6)


def test_a_long_way_of_small_changes_stays_straight(so101: ArmModel) -> None:
    at, start = READY, forward(so101, READY)
    for _ in range(60):
        at = (*tool_step(so101, at, (0.0, 0.0025, 0.0, 0.0, 0.0)), at[-1])
    end = forward(so101, at)
    assert (end.x_m, end.z_m) == pytest.approx((start.x_m, start.z_m), abs=2e-5)
    assert end.y_m - start.y_m == pytest.approx(0.15, abs=2e-5)


def test_in_a_singularity_steps_stay_bounded(so101: ArmModel) -> None:
    line = folded_out(so101)
    for wanted in ((0.0025, 0, 0, 0, 0), (0, 0, 0.0025, 0, 0), (-0.0025, 0, 0, 0, 0)):
        step = [b - a for a, b in zip(line, tool_step(so101, line, wanted), strict=False)]
        assert all(math.isfinite(value) and abs(value) < 0.6 for value in step)
