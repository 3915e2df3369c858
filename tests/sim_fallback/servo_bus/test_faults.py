import msgspec
import pytest

from sim_fallback.servo_bus.faults import (
    BrownOut,
    Fault,
    Heal,
    Late,
    Mute,
    Noise,
    Overload,
    Plan,
    Step,
    Unplug,
    due,
    kinds,
    parse_plan,
    parse_words,
)

PLAN = Plan((Step(2.0, Unplug()), Step(1.0, Mute((3,))), Step(1.0, BrownOut()), Step(5.0, Heal())), seed=7)


def test_a_plan_is_read_as_it_was_written() -> None:
    assert parse_plan(msgspec.json.encode(PLAN)) == PLAN
    assert parse_plan(b'{"steps":[{"at_s":1,"fault":{"type":"noise","flip":0.5}}]}') == Plan(
        (Step(1.0, Noise(flip=0.5)),)
    )


@pytest.mark.parametrize(
    "text",
    [
        b"{}",
        b'{"steps":[{"at_s":-1,"fault":{"type":"heal"}}]}',
        b'{"steps":[{"at_s":1,"fault":{"type":"earthquake"}}]}',
        b'{"steps":[{"at_s":1,"fault":{"type":"noise","flip":1.5}}]}',
        b'{"steps":[{"at_s":1,"fault":{"type":"mute","ids":[300]}}]}',
        b'{"steps":[{"at_s":1,"fault":{"type":"mute","id":3}}]}',
    ],
)
def test_a_plan_that_is_wrong_is_refused(text: bytes) -> None:
    with pytest.raises(msgspec.DecodeError):
        parse_plan(text)


def test_each_step_is_due_once_and_in_the_order_of_time() -> None:
    assert due(PLAN, 0.0, 0.9) == ()
    assert due(PLAN, 0.9, 2.0) == (Mute((3,)), BrownOut(), Unplug())
    assert due(PLAN, 2.0, 9.0) == (Heal(),)


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        ("mute", Mute()),
        ("mute ids=3", Mute((3,))),
        ("overload ids=2,3 load=-0.5", Overload((2, 3), -0.5)),
        ("noise flip=1e-3", Noise(flip=0.001)),
        ("late late_ms=20", Late(1.0, 20.0)),
        ("brown_out", BrownOut()),
    ],
)
def test_words_say_what_fails(words: str, fault: Fault) -> None:
    assert parse_words(words.split()) == fault


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("earthquake", "earthquake"),
        ("mute 3", "'3' is not of the form name=value"),
        ("mute ids=300", "252"),
        ("mute ids=", "int"),
        ("noise flip=2", "1.0"),
        ("heal ids=3", "ids"),
    ],
)
def test_words_that_are_wrong_are_refused_with_a_reason(words: str, why: str) -> None:
    with pytest.raises(msgspec.ValidationError, match=why):
        parse_words(words.split())


def test_all_kinds_are_told_with_their_fields() -> None:
    told = kinds()
    assert "overload ids=all load=1.0\n    Servos that measure" in told
    assert all(word in told for word in ("noise", "late", "batching", "mute", "dead", "overheat", "encoder"))
    assert all(word in told for word in ("sag", "brown_out", "unplug", "replug", "heal"))
