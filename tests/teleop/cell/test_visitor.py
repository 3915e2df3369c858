"""What visitors send is read with care: bad input is counted, never raised, and pings are answered."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from robot_bridge.wire.commands import PoseTarget
from teleop.cell.visitor import ALLOWANCE, Ear, new_visitor
from teleop.metrics import CellMetrics
from teleop.tickets import Ticket
from teleop.wire.player_in import Control, Hello, Ping, PoseVelocity, StopPressed
from teleop.wire.player_out import Pong

MS = 1_000_000
VIEWER = Ticket("viewer", "test", "ada", None, None, 10**10)
CONTROL = Control(
    1,
    1,
    1,
    1,
    1,
    True,
    False,
    "keyboard",
    PoseTarget(0.2, 0.0, 0.1, -1.5, 0.0, 0.5),
    PoseVelocity(0.0, 0.0, 0.0, 0.0, 0.0),
    None,
)
HELLO = Hello(1, "x" * 20, "en", "test")


class Wire:
    rtp_origins = (7, None)
    reached_ns: int | None = None

    def __init__(self) -> None:
        self.sent: list[tuple[str, bytes]] = []

    def send(self, channel, data) -> bool:
        self.sent.append((channel, data))
        return True

    def sight(self, seen):
        return None


class Heard:
    """An ear, one visitor, and what came of it."""

    def __init__(self, ticket: Ticket | None = VIEWER) -> None:
        self.metrics, self.taken = CellMetrics(), []
        self.ear = Ear(self.metrics, lambda visitor, message: self.taken.append(message))
        self.visitor = new_visitor("session-1", 0)
        self.visitor.ticket = ticket
        self.wire = self.visitor.connection = Wire()

    def hear(self, channel, data, now_ns=0) -> "Heard":
        self.ear.hear(self.visitor, channel, data, now_ns)
        return self

    @property
    def refused(self) -> dict[str, float]:
        samples = next(iter(self.metrics.refusals.collect())).samples
        return {one.labels["reason"]: one.value for one in samples if one.name.endswith("_total")}


def encoded(message) -> bytes:
    return msgspec.msgpack.encode(message)


def test_good_messages_arrive_on_their_channel():
    heard = Heard().hear("control", encoded(CONTROL), 5).hear("events", encoded(StopPressed(1, "stop-1", "")))
    assert heard.taken == [CONTROL, StopPressed(1, "stop-1", "")] and heard.refused == {}
    assert heard.visitor.heard_ns == 5


@pytest.mark.parametrize(
    ("channel", "data", "reason"),
    [
        ("control", "text", "not_binary"),
        ("control", bytes(2049), "too_large"),
        ("control", b"", "malformed"),
        ("control", b"\xc1", "malformed"),
        ("control", encoded(HELLO), "malformed"),
        ("events", encoded(CONTROL), "malformed"),
        ("control", b"\x91" * 1500, "malformed"),
        ("events", encoded({"type": "hello"}), "malformed"),
        ("control", encoded({**msgspec.to_builtins(CONTROL), "extra": 1}), "malformed"),
        ("control", encoded({**msgspec.to_builtins(CONTROL), "sequence": -1}), "malformed"),
        ("control", encoded({**msgspec.to_builtins(CONTROL), "echo_ns": 2**63}), "malformed"),
        ("control", encoded({**msgspec.to_builtins(CONTROL), "echo_ns": 1.5}), "malformed"),
    ],
)
def test_bad_messages_are_counted_by_reason(channel, data, reason):
    heard = Heard().hear(channel, data)
    assert heard.taken == [] and heard.refused == {reason: 1.0}


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf"), 1e308, "0.2", None, [0.2]])
@pytest.mark.parametrize("field", ["x_m", "y_m", "z_m", "pitch_rad", "roll_rad", "gripper"])
def test_a_number_that_is_none_refuses_the_whole_message(field, value):
    plain = msgspec.to_builtins(CONTROL)
    heard = Heard().hear("control", encoded({**plain, "pose": {**plain["pose"], field: value}}))
    assert heard.taken == [] and heard.refused == {"malformed": 1.0}


@given(st.binary(max_size=2100), st.sampled_from(["control", "events"]))
def test_no_bytes_raise(data, channel):
    heard = Heard().hear(channel, data)
    assert len(heard.taken) + sum(heard.refused.values()) == 1


def test_before_hello_only_hello_and_pings_are_heard():
    heard = Heard(ticket=None)
    heard.hear("control", encoded(CONTROL)).hear("events", encoded(StopPressed(1, "s", "")))
    heard.hear("events", encoded(HELLO)).hear("control", encoded(Ping(1, 5, 0, 0)))
    assert heard.taken == [HELLO] and heard.refused["before_hello"] == 1.0 and len(heard.wire.sent) == 1


def test_a_flood_of_controls_is_cut_and_a_stop_still_comes_through():
    heard = Heard()
    for _ in range(500):
        heard.hear("control", encoded(CONTROL))
    heard.hear("events", encoded(StopPressed(1, "stop-1", "")))
    assert heard.refused == {"too_many": 500 - ALLOWANCE["control"][1]}
    assert heard.taken[-1] == StopPressed(1, "stop-1", "")


def test_pings_are_answered_with_the_estimate_once_it_is_known():
    heard = Heard(ticket=Ticket("player", "test", "ada", "turn-1", 1, 10**10))
    heard.hear("control", encoded(Ping(1, 1_000, 0, 0)), 50 * MS)
    first = msgspec.msgpack.decode(heard.wire.sent[0][1], type=Pong)
    assert (first.client_us, first.cell_ns, first.offset_ns) == (1_000, 50 * MS, None)
    assert first.rtp_origins == (7, None)
    heard.hear("control", encoded(Ping(1, 101_000, first.cell_ns, 5_000)), 150 * MS)
    second = msgspec.msgpack.decode(heard.wire.sent[1][1], type=Pong)
    assert second.offset_ns == 47 * MS and second.round_trip_ns == 4 * MS
    assert second.error_ns is not None and second.error_ns >= 2 * MS


def test_a_page_that_tells_of_a_sleep_has_its_clock_learned_anew():
    heard = Heard().hear("control", encoded(Ping(1, 1_000, 0, 0, restarts=1)), 50 * MS)
    heard.hear("control", encoded(Ping(1, 101_000, 50 * MS, 5_000, restarts=1)), 150 * MS)
    heard.hear("control", encoded(Ping(1, 201_000, 150 * MS, 105_000, restarts=2)), 350 * MS)
    offsets = [msgspec.msgpack.decode(sent, type=Pong).offset_ns for _, sent in heard.wire.sent]
    assert offsets == [None, 47 * MS, None]


def test_pictures_reach_a_visitor_from_the_connection_on_and_then_as_it_says():
    heard = Heard()
    heard.visitor.greeted_ns = 5
    assert heard.visitor.reached_ns == 5
    heard.wire.reached_ns = 9
    assert heard.visitor.reached_ns == 9
    assert new_visitor("session-1", 0).reached_ns is None


def test_a_visitor_without_connection_is_told_nothing():
    visitor = new_visitor("session-1", 0)
    assert visitor.role is None
    assert not visitor.show(b"") and not visitor.tell(HELLO)
