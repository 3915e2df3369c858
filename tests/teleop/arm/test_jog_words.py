"""What jogging says, in both languages."""

from teleop.arm.jog_words import JOG_ENDED, JOG_KEYS, JOG_NOTES, JOG_WARNING, jog_note


def test_everything_is_in_both_languages() -> None:
    for pair in (JOG_ENDED, JOG_KEYS, JOG_WARNING, *JOG_NOTES.values()):
        assert len(pair) == 2 and all(pair)


def test_a_refusal_is_told_as_the_bridge_names_it() -> None:
    assert jog_note("latched", "zh") == JOG_NOTES["latched"][1]
    assert jog_note("setpoint_while_hold", "en") == "setpoint while hold"
