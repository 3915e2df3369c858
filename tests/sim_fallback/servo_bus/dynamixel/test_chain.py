import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim_fallback.servo_bus.dynamixel import memory as errors
from sim_fallback.servo_bus.dynamixel import packets, table
from sim_fallback.servo_bus.dynamixel.chain import DynamixelChain
from sim_fallback.servo_bus.dynamixel.packets import BROADCAST, instruction_frame, status_frame, word
from sim_fallback.servo_bus.dynamixel.table import Item
from sim_fallback.servo_bus.motor import Ailment, Sensed, ServoSpec
from sim_fallback.servo_bus.wire import Reply

IDS = (1, 2, 3)
MODELS = (1060, 1200, 1020)
BYTE_NS = 10_000
NO_DELAY = instruction_frame(BROADCAST, packets.WRITE, word(9) + b"\0")


def chain(ids: tuple[int, ...] = IDS) -> DynamixelChain:
    return DynamixelChain([ServoSpec(one, 0, 0, 4095, MODELS[at % 3]) for at, one in enumerate(ids)])


def ask(bus: DynamixelChain, to: int, code: int, parameters: bytes = b"") -> list[bytes]:
    return [reply.data for reply in bus.receive(instruction_frame(to, code, parameters), 0)]


def write(item: Item, value: int) -> bytes:
    return word(item.address) + value.to_bytes(item.length, "little")


def read(item: Item) -> bytes:
    return word(item.address) + word(item.length)


def values(bus: DynamixelChain, item: Item) -> list[int]:
    return [bus.servo(one).get(item) for one in bus.ids]


def test_a_chain_may_mix_models() -> None:
    bus = chain()
    assert bus.ids == IDS
    assert ask(bus, BROADCAST, packets.PING) == [
        status_frame(1, 0, word(1060) + b"\x2d"),
        status_frame(2, 0, word(1200) + b"\x2e"),
        status_frame(3, 0, word(1020) + b"\x2d"),
    ]
    with pytest.raises(KeyError):
        DynamixelChain([ServoSpec(1, 0, 0, 4095)])


def test_a_broadcast_ping_is_answered_in_the_order_of_ids() -> None:
    assert [frame[4] for frame in ask(chain((7, 2, 5)), BROADCAST, packets.PING)] == [2, 5, 7]


def test_reads_of_one() -> None:
    bus = chain()
    assert ask(bus, 1, packets.READ, read(table.MODEL_NUMBER)) == [status_frame(1, 0, word(1060))]
    assert ask(bus, 1, packets.READ, b"\0\0\x01") == [status_frame(1, errors.LENGTH_ERROR)]
    assert ask(bus, 1, packets.READ, word(700) + word(1)) == [status_frame(1, errors.ACCESS_ERROR)]
    assert ask(bus, BROADCAST, packets.READ, read(table.MODEL_NUMBER)) == []
    assert ask(bus, 9, packets.READ, read(table.MODEL_NUMBER)) == []


def test_status_return_levels() -> None:
    bus = chain()
    for level, answers in ((2, [1, 1, 1, 1]), (1, [1, 1, 0, 1]), (0, [1, 0, 0, 0])):
        ask(bus, 1, packets.WRITE, write(table.STATUS_RETURN, level))
        assert [
            len(ask(bus, 1, packets.PING)),
            len(ask(bus, 1, packets.READ, read(table.ID))),
            len(ask(bus, 1, packets.WRITE, write(table.LED, 1))),
            len(ask(bus, 1, packets.READ, b"")),
        ] == answers


def test_refused_writes_say_why() -> None:
    bus = chain()
    assert ask(bus, 1, packets.WRITE, write(table.MODEL_NUMBER, 5)) == [status_frame(1, errors.ACCESS_ERROR)]
    assert ask(bus, 1, packets.WRITE, word(64)) == [status_frame(1, errors.LENGTH_ERROR)]
    assert ask(bus, 1, packets.REG_WRITE, word(64)) == [status_frame(1, errors.LENGTH_ERROR)]
    assert ask(bus, 1, 0x42) == [status_frame(1, errors.INSTRUCTION_ERROR)]
    assert ask(bus, 1, packets.ACTION) == [status_frame(1, errors.INSTRUCTION_ERROR)]
    assert ask(bus, 1, packets.FACTORY_RESET) == [status_frame(1, errors.INSTRUCTION_ERROR)]
    assert ask(bus, 1, packets.CLEAR, b"\x07") == [status_frame(1, errors.RANGE_ERROR)]


def test_a_wrong_crc_is_answered_by_the_one_it_was_for() -> None:
    bus = chain()
    spoilt = instruction_frame(2, packets.WRITE, write(table.LED, 1))[:-1] + b"\0"
    assert [reply.data for reply in bus.receive(spoilt, 0)] == [status_frame(2, errors.CRC_ERROR)]
    assert values(bus, table.LED) == [0, 0, 0]
    ask(bus, 2, packets.WRITE, write(table.STATUS_RETURN, 1))
    assert bus.receive(spoilt, 0) == ()
    assert bus.receive(instruction_frame(BROADCAST, packets.PING)[:-1] + b"\0", 0) == ()


def test_the_alert_bit_tells_of_a_hardware_error() -> None:
    bus = chain()
    bus.sag(0.2)
    bus.sense([Sensed(2048.0, 0.0, 0.0)] * 3, 0.01)
    assert ask(bus, 3, packets.WRITE, write(table.LED, 1)) == [status_frame(3, 0x80)]
    assert ask(bus, 3, packets.WRITE, write(table.LED, 9)) == [status_frame(3, 0x80 | errors.RANGE_ERROR)]
    assert ask(bus, 3, packets.READ, read(table.HARDWARE_ERROR)) == [status_frame(3, 0x80, b"\x01")]


def test_a_status_frame_that_is_heard_is_nobodys_instruction() -> None:
    assert chain().receive(status_frame(1, 0, b"\x01"), 0) == ()


def test_sync_write_and_bulk_write_pass_over_cut_rows() -> None:
    bus = chain()
    rows = word(65) + word(1) + b"\x01\x01" + b"\x03\x01" + b"\x02"
    assert ask(bus, BROADCAST, packets.SYNC_WRITE, rows) == []
    assert values(bus, table.LED) == [1, 0, 1]
    rows = (
        b"\x01"
        + word(65)
        + word(1)
        + b"\0"
        + b"\x02"
        + word(98)
        + word(1)
        + b"\x07"
        + b"\x03"
        + word(65)
        + word(2)
    )
    assert ask(bus, BROADCAST, packets.BULK_WRITE, rows + b"\x01") == []
    assert values(bus, table.LED) == [0, 0, 1]
    assert values(bus, table.BUS_WATCHDOG) == [0, 7, 0]


def test_sync_and_bulk_reads_pass_over_those_that_are_not_there() -> None:
    bus = chain()
    found = ask(bus, BROADCAST, packets.SYNC_READ, read(table.ID) + bytes((3, 9, BROADCAST, 1)))
    assert found == [status_frame(3, 0, b"\x03"), status_frame(1, 0, b"\x01")]
    rows = b"\x02" + read(table.ID) + b"\x09" + read(table.ID) + b"\x01"
    assert ask(bus, BROADCAST, packets.BULK_READ, rows) == [status_frame(2, 0, b"\x02")]
    assert ask(bus, 1, packets.SYNC_READ, read(table.ID) + b"\x01") == []


def test_fast_reads_end_at_the_first_that_is_silent() -> None:
    bus = chain()
    whole = packets.fast_status_frame(((0, 1, b"\x01"), (0, 2, b"\x02"), (0, 3, b"\x03")), 16)
    asked = read(table.ID) + bytes(IDS)
    assert ask(bus, BROADCAST, packets.FAST_SYNC_READ, asked) == [whole]
    bus.ail(2, Ailment(mute=True))
    assert ask(bus, BROADCAST, packets.FAST_SYNC_READ, asked) == [whole[:13]]
    bus.ail(1, Ailment(mute=True))
    assert ask(bus, BROADCAST, packets.FAST_SYNC_READ, asked) == []


def test_a_fast_read_past_the_table_is_zeros_and_an_access_error() -> None:
    frame = ask(chain(), BROADCAST, packets.FAST_SYNC_READ, word(700) + word(2) + b"\x01")
    assert frame == [packets.fast_status_frame(((errors.ACCESS_ERROR, 1, b"\0\0"),), 7)]


def test_a_spoilt_fast_read_is_not_answered() -> None:
    request = instruction_frame(BROADCAST, packets.FAST_SYNC_READ, read(table.ID) + b"\x01")
    assert chain().receive(request[:-1] + b"\0", 0) == ()


def test_a_shadow_id_moves_the_ram_of_its_group_without_an_answer() -> None:
    bus = chain()
    for one in IDS:
        assert ask(bus, one, packets.WRITE, write(table.SHADOW_ID, 1)) == [status_frame(one, 0)]
    assert ask(bus, 1, packets.WRITE, write(table.LED, 1)) == [status_frame(1, 0)]
    assert values(bus, table.LED) == [1, 1, 1]
    assert ask(bus, 1, packets.WRITE, write(table.RETURN_DELAY, 7)) == [status_frame(1, 0)]
    assert values(bus, table.RETURN_DELAY) == [7, 250, 250]
    ask(bus, BROADCAST, packets.SYNC_WRITE, word(65) + word(1) + b"\x01\0")
    assert values(bus, table.LED) == [0, 0, 0]
    ask(bus, 1, packets.REG_WRITE, write(table.LED, 1))
    ask(bus, 1, packets.ACTION)
    assert values(bus, table.LED) == [1, 1, 1]
    ask(bus, 1, packets.CLEAR, b"\x07")
    assert ask(bus, 1, packets.FACTORY_RESET, b"\x02") == [status_frame(1, 0)]
    assert ask(bus, 1, packets.BACKUP, b"\x01CTRL") == [status_frame(1, 0)]
    assert values(bus, table.SHADOW_ID) == [255, 1, 1]
    assert values(bus, table.BACKUP_READY) == [1, 0, 0]


def test_everyone_cannot_be_told_to_forget_everything() -> None:
    bus = chain()
    assert ask(bus, BROADCAST, packets.FACTORY_RESET, b"\xff") == []
    assert bus.ids == IDS
    assert ask(bus, 2, packets.FACTORY_RESET, b"\xff") == [status_frame(1, 0)]


def test_reboot_restores_the_ram() -> None:
    bus = chain()
    ask(bus, BROADCAST, packets.WRITE, write(table.LED, 1))
    assert values(bus, table.LED) == [1, 1, 1]
    assert ask(bus, 2, packets.REBOOT) == [status_frame(2, 0)]
    assert values(bus, table.LED) == [1, 0, 1]
    bus.power_cycle()
    assert values(bus, table.LED) == [0, 0, 0]


def test_replies_are_over_when_their_bytes_have_crossed_the_wire() -> None:
    bus = chain()
    request = instruction_frame(BROADCAST, packets.SYNC_READ, read(table.PRESENT_POSITION) + bytes(IDS))
    delayed = [reply.at_ns for reply in bus.receive(request, 0)]
    start = len(request) * BYTE_NS
    assert delayed == [start + (500_000 + 15 * BYTE_NS) * number for number in (1, 2, 3)]
    bus.receive(NO_DELAY, 10**9)
    fast = instruction_frame(BROADCAST, packets.FAST_SYNC_READ, read(table.PRESENT_POSITION) + bytes(IDS))
    assert len(fast) == 17
    (reply,) = bus.receive(fast, 2 * 10**9)
    assert reply == Reply(2 * 10**9 + (17 + 32) * BYTE_NS, reply.data)


def test_the_slowest_baud_rate_is_the_wires() -> None:
    bus = chain((1,))
    bus.receive(NO_DELAY, 0)
    bus.receive(instruction_frame(1, packets.WRITE, write(table.BAUD, 1)), 0)
    (reply,) = bus.receive(instruction_frame(1, packets.PING), 10**9)
    assert reply.at_ns == 10**9 + 24 * (10**10 // 57_600)


def test_an_empty_chain_is_silent() -> None:
    assert DynamixelChain([]).receive(instruction_frame(1, packets.PING), 0) == ()


def test_a_mute_servo_hears_nothing_and_its_watchdog_knows() -> None:
    bus = chain()
    bus.sense([Sensed(2048.0, 0.0, 0.0)] * 3, 0.01)
    ask(bus, BROADCAST, packets.WRITE, write(table.TORQUE_ENABLE, 1))
    ask(bus, BROADCAST, packets.WRITE, write(table.BUS_WATCHDOG, 2))
    bus.ail(2, Ailment(mute=True))
    for _ in range(5):
        ask(bus, 9, packets.PING)
        bus.drive(0.01)
    assert values(bus, table.BUS_WATCHDOG) == [2, table.WATCHDOG_ERROR, 2]


def test_the_supply_sags_with_the_current_of_all() -> None:
    bus = chain()
    for _ in range(2):
        bus.sense([Sensed(2048.0, 0.0, 1.0)] * 3, 0.01)
    drop = 0.05 * (1.4 + 1.47 + 2.3)
    assert values(bus, table.PRESENT_VOLTAGE) == [round(10 * (volts - drop)) for volts in (12.0, 5.0, 12.0)]


def test_tells_when_a_goal_last_changed() -> None:
    bus = chain()
    assert bus.goal_changed_ns == 0
    goal = instruction_frame(2, packets.WRITE, write(table.GOAL_POSITION, 1024))
    for now_ns, changed_ns in ((1000, 1000), (2000, 1000)):
        bus.receive(goal, now_ns)
        assert bus.goal_changed_ns == changed_ns


calls = st.lists(
    st.one_of(
        st.binary(max_size=30),
        st.builds(
            instruction_frame,
            st.sampled_from([1, 2, 4, BROADCAST]),
            st.sampled_from([1, 2, 3, 4, 5, 6, 8, 16, 32, 0x82, 0x83, 0x8A, 0x92, 0x93, 0x9A]),
            st.binary(max_size=14),
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
