import msgspec
import pytest

from sim_fallback.servo_bus.faults import BrownOut, Heal, Mute, Noise, Plan, Step, Unplug, due, parse_plan

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
