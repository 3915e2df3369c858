"""Every complaint has its sentence and advice in both languages."""

from string import Formatter
from typing import get_args

import pytest

from robot_bridge.tools.complaint import Complaint, Kind
from robot_bridge.tools.expectations import ADVICE as REGISTER_ADVICE
from robot_bridge.tools.texts import ADVICE, SENTENCES, advice, language_of, sentence

FULL = {
    "where": "/dev/x",
    "servo": "3 (elbow)",
    "register": "31 homing_offset",
    "expected": "1",
    "found": "2",
}


@pytest.mark.parametrize("kind", get_args(Kind))
def test_both_languages_say_the_same_facts(kind: Kind) -> None:
    english, chinese = ({name for _, name, _, _ in Formatter().parse(text)} for text in SENTENCES[kind])
    assert english == chinese
    assert all(len(pair) == 2 and all(pair) for pair in ADVICE[kind])


@pytest.mark.parametrize("kind", get_args(Kind))
def test_no_place_holder_is_left(kind: Kind) -> None:
    complaint = Complaint(kind, **FULL)
    for language in ("en", "zh"):
        assert "{" not in sentence(complaint, language)


def test_a_refused_write_names_servo_register_and_both_values() -> None:
    complaint = Complaint(
        "not_taken", servo="3 (elbow)", register="31 homing_offset", expected="5", found="0"
    )
    assert sentence(complaint, "en") == "Servo 3 (elbow), register 31 homing_offset: expected 5, found 0."
    assert "power off and on" in " ".join(advice(complaint, "en"))


def test_every_advice_on_a_register_is_in_both_languages() -> None:
    for key, pair in REGISTER_ADVICE.items():
        assert all(pair) == (key != "none")


@pytest.mark.parametrize(
    ("wish", "locale", "found"),
    [
        ("", {}, "en"),
        ("", {"LANG": "zh_CN.UTF-8"}, "zh"),
        ("", {"LC_ALL": "en_US.UTF-8", "LANG": "zh_CN.UTF-8"}, "en"),
        ("zh", {"LANG": "en_US.UTF-8"}, "zh"),
        ("en", {"LANG": "zh_CN.UTF-8"}, "en"),
    ],
)
def test_the_language_is_the_wish_then_the_locale(wish: str, locale: dict[str, str], found: str) -> None:
    assert language_of(wish, locale) == found
