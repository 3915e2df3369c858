"""One command a controller on its way, whatever happens."""

from hypothesis import given
from hypothesis import strategies as st

from robot_bridge.ros.flights import OVERDUE_NS, free, land, leave, overdue, start


def test_one_controller_does_not_wait_for_another() -> None:
    flights = leave(start(3), 1, 5)
    assert [free(flights, number) for number in range(3)] == [True, False, True]
    assert land(flights, 1) == start(3)


def test_an_echo_that_nobody_waits_for_changes_nothing() -> None:
    assert land(start(2), 0) == start(2)


def test_a_command_on_its_way_for_too_long_is_told_of() -> None:
    flights = leave(leave(start(2), 0, OVERDUE_NS), 1, 0)
    assert not overdue(start(2), 10**12)
    assert not overdue(flights, OVERDUE_NS) and overdue(flights, OVERDUE_NS + 1)
    assert not overdue(land(flights, 1), OVERDUE_NS + 1)


@given(events=st.lists(st.tuples(st.booleans(), st.integers(0, 2), st.integers(0, 10**9)), max_size=60))
def test_only_as_many_leave_as_have_landed_and_one(events: list[tuple[bool, int, int]]) -> None:
    flights, left, landed = start(3), [0, 0, 0], [0, 0, 0]
    for wants, number, now_ns in events:
        if wants and free(flights, number):
            flights = leave(flights, number, now_ns)
            left[number] += 1
        elif not wants and landed[number] < left[number]:
            flights = land(flights, number)
            landed[number] += 1
        flying = [out - back for out, back in zip(left, landed, strict=True)]
        assert flying == [int(not free(flights, controller)) for controller in range(3)]
