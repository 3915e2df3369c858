"""Loading arms: what is there, and how wrong files are named."""

from importlib import resources

import pytest

from robot_bridge.arms.load import load_arm, parse_arm
from robot_bridge.toml_table import InvalidTable

TEXT = (resources.files("robot_bridge.arms") / "so101.toml").read_text()


def test_the_shipped_arm_loads_once() -> None:
    assert load_arm("so101") is load_arm("so101")


def test_an_unknown_arm_is_answered_with_the_known_ones() -> None:
    with pytest.raises(InvalidTable, match="'so999'; known arms: .*so100, so101"):
        load_arm("so999")


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("tool_speed_m_s", "tool_sped_m_s", "did you mean `tool_speed_m_s`"),
        ("shut_rad", "shot_rad", "did you mean `shut_rad`"),
        ("limits_rad = [-1.91986", "limit_rad = [-1.91986", "did you mean `limits_rad`"),
        ("version = 1", "version = 2", "version"),
        ("version = 1", "version = ", "line"),
        ("velocity_rad_s = [1.5, ", "velocity_rad_s = [", "`velocity_rad_s` has 5 entries for 6 joints"),
        ("rest_rad = [0.0", "rest_rad = [2.0", "`rest_rad` puts shoulder_pan outside"),
        ("servo_id = 4", "servo_id = 3", "servo id 3 is used twice"),
        ("servo_id = 4", "servo_id = 4\nshadow_ids = [5]", "servo id 5 is used twice"),
        ('"feetech-sts"', '"feetech"', "protocol"),
        ('link = "jaw"', 'link = "claw"', "unknown link 'claw'"),
        ('\nlink = "base"', '\nlink = "bass"', "capsule on unknown link 'bass'"),
    ],
)
def test_a_wrong_file_is_named_with_its_fault(old: str, new: str, complaint: str) -> None:
    assert old in TEXT
    with pytest.raises(InvalidTable, match="mine.toml") as raised:
        parse_arm(TEXT.replace(old, new), "mine.toml")
    assert complaint in str(raised.value)
