import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim_fallback.servo_bus import packets
from sim_fallback.servo_bus.chain import Reply, ServoChain
from sim_fallback.servo_bus.packets import BROADCAST, instruction_frame, status_frame
from sim_fallback.servo_bus.servo import Sensed, ServoSpec

IDS = (1, 2, 3)
BYTE_NS = 10_000


def chain(ids: tuple[int, ...] = IDS) -> ServoChain:
    return ServoChain([ServoSpec(one, 0, 0, 4095) for one in ids])


def ask(bus: ServoChain, to: int, code: int, parameters: bytes = b"") -> list[bytes]:
    return [reply.data for reply in bus.receive(instruction_frame(to, code, parameters), 0)]


def value(bus: ServoChain, to: int, address: int, length: int) -> int:
    (frame,) = ask(bus, to, packets.READ, bytes((address, length)))
    return int.from_bytes(frame[5:-1], "little")


def test_ping_answers_its_own_id_only() -> None:
    assert ask(chain(), 2, packets.PING) == [status_frame(2, 0, b"")]
    assert ask(chain(), 9, packets.PING) == []


def test_a_broadcast_ping_is_answered_by_all_in_order() -> None:
    assert ask(chain(), BROADCAST, packets.PING) == [status_frame(one, 0, b"") for one in IDS]


def test_read_gives_the_bytes_and_a_broadcast_read_nothing() -> None:
    assert ask(chain(), 1, packets.READ, b"\x03\x02") == [status_frame(1, 0, b"\x09\x03")]
    assert ask(chain(), BROADCAST, packets.READ, b"\x03\x02") == []
    assert ask(chain(), 1, packets.READ, b"\x03") == []


def test_more_than_one_frame_can_carry_is_not_answered() -> None:
    assert len(ask(chain(), 1, packets.READ, b"\x00\xfa")[0]) == 256
    assert ask(chain(), 1, packets.READ, b"\x00\xfb") == []
    assert ask(chain(), BROADCAST, packets.SYNC_READ, b"\x00\xfb\x01") == []


def test_write_is_acknowledged_with_the_status_bits() -> None:
    bus = chain()
    bus.set_supply(3.0)
    bus.sense([Sensed(2048.0, 0.0, 0.0)] * 3, 0.01)
    assert ask(bus, 1, packets.WRITE, b"\x2a\x00\x04") == [status_frame(1, 1, b"")]
    assert value(bus, 1, 42, 2) == 1024


def test_response_level_0_answers_reads_only() -> None:
    bus = chain()
    assert ask(bus, 1, packets.WRITE, b"\x08\x00") == []
    assert ask(bus, 1, packets.WRITE, b"\x29\x05") == []
    assert ask(bus, 1, packets.PING) == [status_frame(1, 0, b"")]
    assert value(bus, 1, 41, 1) == 5


def test_a_broadcast_write_reaches_all_and_answers_none() -> None:
    bus = chain()
    assert ask(bus, BROADCAST, packets.WRITE, b"\x29\x07") == []
    assert [value(bus, one, 41, 1) for one in IDS] == [7, 7, 7]


def test_sync_read_gives_one_status_per_id_in_the_order_asked() -> None:
    bus = chain()
    bus.sense([Sensed(100.0 * one, 0.0, 0.0) for one in IDS], 0.01)
    frames = ask(bus, BROADCAST, packets.SYNC_READ, bytes((56, 2, 3, 9, BROADCAST, 1)))
    assert frames == [status_frame(3, 0, (300).to_bytes(2, "little")), status_frame(1, 0, b"\x64\x00")]


def test_sync_write_writes_each_row_and_drops_a_cut_one() -> None:
    bus = chain()
    rows = bytes((42, 2, 1, 0x10, 0x01, 3, 0x30, 0x03, 2, 0x20))
    assert ask(bus, BROADCAST, packets.SYNC_WRITE, rows) == []
    assert [value(bus, one, 42, 2) for one in IDS] == [0x110, 2048, 0x330]


@pytest.mark.parametrize("code", [packets.SYNC_READ, packets.SYNC_WRITE])
def test_sync_frames_without_a_length_are_not_heard(code: int) -> None:
    assert ask(chain(), BROADCAST, code, b"\x38") == []


def test_staged_writes_run_at_the_action() -> None:
    bus = chain()
    for one in IDS:
        assert ask(bus, one, packets.REG_WRITE, b"\x29" + bytes((one,))) == [status_frame(one, 0, b"")]
    assert [value(bus, one, 41, 1) for one in IDS] == [0, 0, 0]
    assert ask(bus, BROADCAST, packets.ACTION) == []
    assert [value(bus, one, 41, 1) for one in IDS] == [1, 2, 3]


def test_centre_and_restore_are_instructions_of_their_own() -> None:
    bus = chain()
    bus.sense([Sensed(1000.0, 0.0, 0.0)] * 3, 0.01)
    assert ask(bus, 1, packets.CENTRE) == [status_frame(1, 0, b"")]
    assert ask(bus, 2, packets.CENTRE, (500).to_bytes(2, "little")) == [status_frame(2, 0, b"")]
    assert [value(bus, one, 56, 2) for one in IDS] == [2048, 500, 1000]
    assert ask(bus, 1, packets.RESTORE) == [status_frame(1, 0, b"")]
    assert value(bus, 1, 31, 2) == 0


@pytest.mark.parametrize(
    ("code", "parameters"), [(0x55, b""), (packets.WRITE, b"\x29"), (packets.CENTRE, b"\x01")]
)
def test_what_a_servo_does_not_know_it_does_not_answer(code: int, parameters: bytes) -> None:
    assert ask(chain(), 1, code, parameters) == []


def test_replies_are_over_when_their_bytes_have_crossed_the_wire() -> None:
    bus = chain()
    request = instruction_frame(BROADCAST, packets.SYNC_READ, bytes((56, 15, *IDS)))
    replies = bus.receive(request, 5_000_000)
    start = 5_000_000 + len(request) * BYTE_NS
    assert [reply.at_ns for reply in replies] == [start + 21 * BYTE_NS * number for number in (1, 2, 3)]


def test_a_busy_wire_delays_the_next_frame() -> None:
    bus = chain()
    (first,) = bus.receive(instruction_frame(1, packets.PING), 0)
    (second,) = bus.receive(instruction_frame(1, packets.PING), 0)
    assert (first.at_ns, second.at_ns) == (12 * BYTE_NS, 24 * BYTE_NS)


def test_return_delay_and_baud_rate_slow_the_answer() -> None:
    bus = chain((1,))
    bus.receive(instruction_frame(1, packets.WRITE, b"\x06\x01\xfa"), 0)
    (reply,) = bus.receive(instruction_frame(1, packets.PING), 10**9)
    assert reply == Reply(10**9 + 500_000 + 12 * 2 * BYTE_NS, status_frame(1, 0, b""))


def test_an_empty_chain_is_silent() -> None:
    assert ServoChain([]).receive(instruction_frame(1, packets.PING), 0) == ()


def test_a_muted_servo_neither_hears_nor_answers() -> None:
    bus = chain()
    bus.mute(frozenset({2}))
    assert ask(bus, BROADCAST, packets.SYNC_READ, bytes((5, 1, *IDS))) == [
        status_frame(1, 0, b"\x01"),
        status_frame(3, 0, b"\x03"),
    ]
    ask(bus, 2, packets.WRITE, b"\x29\x07")
    bus.mute(frozenset())
    assert value(bus, 2, 41, 1) == 0


def test_the_supply_sags_with_the_current_of_all() -> None:
    bus = chain()
    for _ in range(2):
        bus.sense([Sensed(2048.0, 0.0, 1.0)] * 3, 0.01)
    assert [value(bus, one, 62, 1) for one in IDS] == [70, 70, 70]


def test_tells_when_a_goal_last_changed() -> None:
    bus = chain()
    assert bus.goal_changed_ns == 0
    goal = instruction_frame(2, packets.WRITE, b"\x2a\x00\x04")
    for now_ns, changed_ns in ((1000, 1000), (2000, 1000)):
        bus.receive(goal, now_ns)
        assert bus.goal_changed_ns == changed_ns


def test_power_cycle_switches_torque_off_everywhere() -> None:
    bus = chain()
    ask(bus, BROADCAST, packets.WRITE, b"\x28\x01")
    assert all(one.torque_on for one in bus.drive(0.01))
    bus.power_cycle()
    assert not any(one.torque_on for one in bus.drive(0.01))


calls = st.lists(
    st.one_of(
        st.binary(max_size=30),
        st.builds(
            instruction_frame, st.integers(1, 4), st.sampled_from([1, 2, 3, 4, 5, 11]), st.binary(max_size=9)
        ),
        st.floats(0.001, 0.02),
    ),
    max_size=30,
)


@given(calls)
def test_the_same_calls_give_the_same_bytes_and_drives(made: list[bytes | float]) -> None:
    def play() -> list[object]:
        bus, found, now_ns = chain(), list[object](), 0
        for call in made:
            now_ns += 700_000
            if isinstance(call, bytes):
                found.append(bus.receive(call, now_ns))
            else:
                found.append(bus.drive(call))
                bus.sense([Sensed(2048.0 + now_ns % 7, 1.0, 0.1)] * 3, call)
        return found

    assert play() == play()
