"""The guidance of a calibration is whole in both languages."""

from typing import get_args

from robot_bridge.tools.calibrating import Note, Phase
from teleop.arm.guidance import GUIDANCE, LEFT, NOTES, note


def test_every_phase_and_note_is_in_both_languages() -> None:
    assert set(GUIDANCE) == set(get_args(Phase))
    assert set(NOTES) == set(get_args(Note))
    assert set(LEFT) == set(get_args(Phase)) - {"done", "stopped", "failed"}
    assert all(all(pair) for pair in (*GUIDANCE.values(), *LEFT.values()))


def test_a_note_names_the_joints() -> None:
    assert note("short", ("lift", "roll"), "en") == "Not swept far enough yet: lift, roll"
    assert "lift, roll" in note("too_long", ("lift", "roll"), "zh")
    assert note("", (), "en") == ""


def test_what_an_interruption_left_is_told_with_the_way_back() -> None:
    for phase, (english, chinese) in LEFT.items():
        if phase != "warn":
            assert "torque is OFF" in english and "again" in english
            assert "力矩已【关闭】" in chinese
