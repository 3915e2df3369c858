"""The connection's states: dialled again soon, given up when silent, clear only while answered."""

from hypothesis import given
from hypothesis import strategies as st

from robot_bridge.ros.line import CLEAR_NS, DEAD_NS, PING_NS, REDIAL_NS, Event, Line, clear, step

MS = 1_000_000


def run(*events: tuple[Event, int]) -> Line:
    line = Line()
    for event, now in events:
        line, _ = step(line, event, now)
    return line


def test_it_dials_at_once_and_again_every_200_ms() -> None:
    line, effects = step(Line(), "time", 5 * MS)
    assert effects == ("dial",) and line.state == "dialling"
    assert step(line, "time", 900 * MS)[1] == ()
    line, _ = step(line, "closed", 10 * MS)
    assert step(line, "time", 5 * MS + REDIAL_NS - 1)[1] == ()
    assert step(line, "time", 5 * MS + REDIAL_NS)[1] == ("dial",)


def test_it_pings_one_at_a_time() -> None:
    line = run(("time", 0), ("opened", 10 * MS))
    assert line.state == "up" and not clear(line, 10 * MS)
    line, effects = step(line, "time", 10 * MS)
    assert effects == ("ping",)
    assert step(line, "time", 60 * MS)[1] == ()
    line, _ = step(line, "answered", 61 * MS)
    assert clear(line, 61 * MS)
    assert step(line, "time", 10 * MS + PING_NS - 1)[1] == ()
    assert step(line, "time", 10 * MS + PING_NS)[1] == ("ping",)


def test_commands_pass_while_a_recent_ping_was_answered() -> None:
    line = run(("time", 0), ("opened", 0), ("time", 1), ("answered", 90 * MS))
    assert clear(line, 1 + CLEAR_NS) and not clear(line, 2 + CLEAR_NS)
    assert not clear(step(line, "closed", 91 * MS)[0], 91 * MS)


def test_silence_is_given_up_and_so_is_a_ping_without_an_answer() -> None:
    line = run(("time", 0), ("opened", 0), ("time", 1), ("answered", 2))
    assert step(line, "time", 2 + DEAD_NS + 1)[1] == ("give_up",)
    talking = run(("time", 0), ("opened", 0), ("time", 1), ("heard", 499 * MS))
    assert step(talking, "time", DEAD_NS)[1] == ()
    after, effects = step(talking, "time", DEAD_NS + 2)
    assert effects == ("give_up",) and after.state == "down"


EVENTS = st.lists(
    st.tuples(st.sampled_from(["time", "opened", "heard", "answered", "closed"]), st.integers(1, 200 * MS)),
    max_size=80,
)


@given(events=EVENTS)
def test_it_is_never_clear_on_an_answer_older_than_it_may_be_and_never_stuck(
    events: list[tuple[Event, int]],
) -> None:
    line, now, asked = Line(), 0, -(10**12)
    for event, pause in events:
        now += pause
        if event == "opened" and line.state != "dialling":
            continue
        if event == "answered" and line.asked_ns is None:
            continue
        line, effects = step(line, event, now)
        asked = now if "ping" in effects else asked
        assert not clear(line, now) or now - asked <= CLEAR_NS
    line, _ = step(line, "closed", now)
    assert step(line, "time", now + REDIAL_NS)[1] == ("dial",)
