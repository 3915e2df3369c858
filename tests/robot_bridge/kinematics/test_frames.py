"""Link frames against the published geometry."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from robot_bridge.arms import ArmModel, load_arm
from robot_bridge.kinematics.frames import chain_frames, link_frames, lowest_guard_m, transform

ZERO = (0.0,) * 6
angles = st.tuples(*[st.floats(-math.pi, math.pi)] * 6)


def test_zero_posture_stands_where_the_published_arm_does(so101: ArmModel) -> None:
    frames = link_frames(so101, ZERO)
    assert tuple(row[3] for row in frames["gripper"]) == pytest.approx(
        (0.29323, -0.00018, 0.23437, 1), abs=1e-5
    )
    assert frames["base"] == ((1, 0, 0, 0), (0, 1, 0, 0), (0, 0, 1, 0), (0, 0, 0, 1))
    assert list(frames) == ["base", "shoulder", "upper_arm", "lower_arm", "wrist", "gripper", "jaw"]


def test_positive_pan_turns_to_the_right(so101: ArmModel) -> None:
    assert link_frames(so101, (0.5, 0, 0, 0, 0, 0))["gripper"][1][3] < -0.1


@given(angles)
def test_every_frame_is_a_rotation_and_a_shift(q: tuple[float, ...]) -> None:
    for frame in chain_frames(load_arm("so101"), q):
        rows = (frame[0:3], frame[4:7], frame[8:11])
        for i, a in enumerate(rows):
            for j, b in enumerate(rows):
                dot = sum(x * y for x, y in zip(a, b, strict=True))
                assert dot == pytest.approx(1.0 if i == j else 0.0, abs=1e-9)


@given(angles)
def test_the_lowest_guard_is_the_lowest_of_all_guards(q: tuple[float, ...]) -> None:
    model = load_arm("so101")
    frames = chain_frames(model, q)
    children = [joint.child for joint in model.joints]
    heights = [transform(frames[children.index(p.link)], p.xyz_m)[2] for p in model.guard_points]
    assert lowest_guard_m(model, q) == pytest.approx(min(heights))
