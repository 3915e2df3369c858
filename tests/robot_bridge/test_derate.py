"""Slowing down before a limit: by how much, how fast, and by which name."""

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from robot_bridge.arms import ArmModel, load_arm
from robot_bridge.buses.reading import JointSample
from robot_bridge.derate import LEAST, Derate, derated, margins

GOOD = JointSample(0.0, 0.0, 0.1, 7.4, 30.0, "none", 0, 0)
SO101 = load_arm("so101")


def samples(joint: int = 2, **change: Any) -> tuple[JointSample | None, ...]:
    """Six good samples of which one differs."""
    odd = replace(GOOD, **change)
    return tuple(odd if index == joint else GOOD for index in range(6))


@pytest.mark.parametrize(
    ("change", "shares"),
    [
        ({}, (1.0, 1.0, 1.0)),
        ({"temperature_c": 57.0}, (1.0, 1.0, 1.0)),
        ({"temperature_c": 61.0}, (0.5, 1.0, 1.0)),
        ({"temperature_c": 65.0}, (0.0, 1.0, 1.0)),
        ({"temperature_c": 90.0}, (0.0, 1.0, 1.0)),
        ({"voltage_v": 4.9}, (1.0, 1.0, 1.0)),
        ({"voltage_v": 4.7}, (1.0, 0.5, 1.0)),
        ({"voltage_v": 4.0}, (1.0, 0.0, 1.0)),
        ({"load": 0.9 * 0.85}, (1.0, 1.0, 1.0)),
        ({"load": -0.9 * 0.925}, (1.0, 1.0, 0.5)),
        ({"load": 1.0}, (1.0, 1.0, 0.0)),
        ({"temperature_c": None, "voltage_v": None}, (1.0, 1.0, 1.0)),
    ],
)
def test_margins(so101: ArmModel, change: dict[str, Any], shares: tuple[float, ...]) -> None:
    found = margins(so101, samples(**change))
    assert [name for name, _ in found] == ["heat", "supply", "load"]
    assert [share for _, share in found] == pytest.approx(shares, abs=1e-9)


def test_the_gripper_may_squeeze(so101: ArmModel) -> None:
    assert margins(so101, samples(5, load=1.0))[2] == ("load", 1.0)


def test_nothing_known_takes_nothing(so101: ArmModel) -> None:
    assert derated(Derate(), so101, (None,) * 6, 0.01) == Derate()


def walk(model: ArmModel, *shown: tuple[JointSample | None, ...]) -> Derate:
    now = Derate()
    for each in shown:
        now = derated(now, model, each, 0.01)
    return now


def test_speed_falls_to_a_quarter_within_one_and_a_half_seconds_and_comes_back(so101: ArmModel) -> None:
    hot = samples(temperature_c=65.0)
    assert walk(so101, *[hot] * 149).scale > LEAST
    now = walk(so101, *[hot] * 151)
    assert now.scale == pytest.approx(LEAST) and now.acted == ("heat",)
    back = walk(so101, *[hot] * 151, *[samples()] * 149)
    assert back.scale < 1.0 and back.acted == ("heat",)
    assert walk(so101, *[hot] * 151, *[samples()] * 151) == Derate()


def test_one_damaged_sample_changes_next_to_nothing(so101: ArmModel) -> None:
    assert walk(so101, samples(temperature_c=150.0)).scale >= 0.995


odd = st.builds(
    lambda joint, celsius, volts, load: samples(joint, temperature_c=celsius, voltage_v=volts, load=load),
    st.integers(0, 5),
    st.none() | st.floats(0, 150),
    st.none() | st.floats(0, 20),
    st.floats(-1, 1),
)


@given(st.lists(odd, min_size=1, max_size=60))
def test_the_scale_stays_in_its_bounds_and_never_jumps(shown: list[tuple[JointSample | None, ...]]) -> None:
    walked = [Derate()]
    for each in shown:
        walked.append(derated(walked[-1], SO101, each, 0.01))
    for before, after in pairwise(walked):
        assert LEAST <= after.scale <= 1.0
        assert abs(after.scale - before.scale) <= 0.005 + 1e-12
        assert bool(after.acted) == (after.scale < 1.0)
