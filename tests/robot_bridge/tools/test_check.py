"""Reading every safety register of an emulated arm back."""

from collections.abc import Iterator

import pytest
from servo_rig import Rig

from robot_bridge.arms import ArmModel, nominal_calibration
from robot_bridge.tools.arm_servos import arm_servos
from robot_bridge.tools.check import check
from robot_bridge.tools.complaint import ToolFailed
from robot_bridge.tools.dialect import FEETECH_STS
from robot_bridge.tools.expectations import worst
from robot_bridge.tools.servo_link import ServoLink

pytestmark = pytest.mark.system


@pytest.fixture
def link(rig: Rig) -> Iterator[ServoLink]:
    with ServoLink(str(rig.path), 1_000_000, FEETECH_STS) as opened:
        yield opened


def test_an_arm_as_calibrated_is_right_and_nothing_is_written(
    rig: Rig, link: ServoLink, model: ArmModel
) -> None:
    rows = check(link, model, nominal_calibration(model))
    assert worst(rows) == "ok"
    assert {row.servo for row in rows} == {servo.named.label for servo in arm_servos(model)}
    assert {data[4] for data in rig.chain.heard} == {0x02}


def test_a_dead_servo_is_named_beside_the_rows_of_the_others(
    rig: Rig, link: ServoLink, model: ArmModel
) -> None:
    rig.chain.mute(frozenset({4}))
    rows = check(link, model, None)
    assert [row.servo for row in rows if row.verdict == "wrong"] == ["4 (wrist_flex)"]
    assert {row.servo for row in rows} == {servo.named.label for servo in arm_servos(model)}


def test_a_port_that_goes_away_ends_the_check(rig: Rig, link: ServoLink, model: ArmModel) -> None:
    rig.bus.unplug()
    with pytest.raises(ToolFailed, match="port_lost"):
        check(link, model, None)
