"""What jogging says, in both languages."""

from teleop.arm.jog_words import JOG_ENDED, JOG_KEYS, JOG_NOTES, JOG_WARNING, jog_note


def test_everything_is_in_both_languages() -> None:
    for pair in (JOG_ENDED, JOG_KEYS, JOG_WARNING, *JOG_NOTES.values()):
        assert len(pair) == 2 and all(pair)


def test_notes_and_refusals_are_told_in_the_persons_language() -> None:
    assert jog_note("latched", "zh") == JOG_NOTES["latched"][1]
    assert jog_note("setpoint_while_hold", "en") == "The arm is held: enable it anew."
    assert jog_note("wrong_stop_id", "zh") == "已有比所示更新的停止：请查看后再次复位。"
