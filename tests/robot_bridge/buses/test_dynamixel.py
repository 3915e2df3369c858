"""The codec against the maker's example packets, round trips, and every kind of line noise."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from robot_bridge.buses import dynamixel as dxl
from robot_bridge.buses.servo_protocol import Answer, Parsed

_EXAMPLES = "sim_fallback/servo_bus/dynamixel/protocol2_examples.toml"
EXAMPLES = {
    one["name"]: one for one in tomllib.loads((Path(__file__).parents[2] / _EXAMPLES).read_text())["example"]
}
EXPECTED = dict.fromkeys(range(1, 7), 3)


def status(servo_id: int, data: bytes, error: int = 0) -> bytes:
    """One servo's status packet."""
    return dxl.packet(servo_id, dxl.STATUS, bytes((error,)) + data)


def joint(servo_ids: list[int], data: bytes) -> bytes:
    """The packet that servos build together, each with the same data."""
    size = 1 + len(servo_ids) * (len(data) + 4)
    sent = dxl.HEADER + b"\xfe" + size.to_bytes(2, "little") + b"\x55"
    for one in servo_ids:
        sent += bytes((0, one)) + data
        sent += dxl.crc(sent).to_bytes(2, "little")
    return sent


@pytest.mark.parametrize(
    ("name", "sent"),
    [
        ("ping 1", dxl.ping(1)),
        ("ping 2, broadcast", dxl.ping(dxl.BROADCAST)),
        ("read the present position", dxl.read(1, 132, 4)),
        ("write the goal position", dxl.write(1, 116, (512).to_bytes(4, "little"))),
        ("reboot", dxl.reboot(1)),
        ("clear the multi-turn position", dxl.clear_turns(1)),
        ("sync read the present position", dxl.sync_read([1, 2], 132, 4)),
        ("fast sync read the present position", dxl.fast_sync_read([3, 7, 4], 132, 4)),
        (
            "sync write the goal position",
            dxl.sync_write(116, {1: (150).to_bytes(4, "little"), 2: (170).to_bytes(4, "little")}),
        ),
    ],
)
def test_packets_are_the_makers_examples(name: str, sent: bytes) -> None:
    assert sent == bytes.fromhex(EXAMPLES[name]["host"])


def test_instructions_and_refusals_are_numbered_as_in_the_makers_manual() -> None:
    asked = (
        dxl.PING,
        dxl.READ,
        dxl.WRITE,
        dxl.REG_WRITE,
        dxl.ACTION,
        dxl.FACTORY_RESET,
        dxl.REBOOT,
        dxl.CLEAR,
    )
    assert asked == (1, 2, 3, 4, 5, 6, 8, 0x10)
    assert (dxl.BACKUP, dxl.STATUS, dxl.SYNC_READ, dxl.SYNC_WRITE, dxl.FAST_SYNC_READ) == (
        32,
        85,
        130,
        131,
        138,
    )
    assert (dxl.BULK_READ, dxl.BULK_WRITE, dxl.FAST_BULK_READ) == (146, 147, 154)
    assert tuple(dxl.ERRORS) == (1, 2, 3, 4, 5, 6, 7) and dxl.ERRORS[3] == "CRC error"


def test_the_makers_answers_are_read() -> None:
    example = EXAMPLES["sync read the present position"]
    buffer = b"".join(bytes.fromhex(one) for one in example["answers"])
    parsed = dxl.parse(buffer, {1: 4, 2: 4})
    assert [(one.servo_id, dxl.signed(one.data, 0, 4)) for one in parsed.answers] == [(1, 166), (2, 2079)]
    assert (parsed.rest, parsed.junk) == (b"", 0)


def test_the_makers_joint_answer_is_read() -> None:
    example = EXAMPLES["fast sync read the present position"]
    buffer = bytes.fromhex(example["answers"][0])
    parsed = dxl.parse_fast(buffer, (3, 7, 4), 4)
    positions = {one["id"]: one["position"] for one in example["servos"]}
    assert {one.servo_id: dxl.number(one.data, 0, 4) for one in parsed.answers} == positions
    assert (parsed.rest, parsed.junk) == (b"", 0)


def bitwise(data: bytes) -> int:
    """The CRC by its definition: the remainder of a division without carries."""
    left = int.from_bytes(data, "big") << 16
    for bit in range(left.bit_length() - 1, 15, -1):
        left ^= (left >> bit & 1) * (0x18005 << bit - 16)
    return left


@given(st.binary(max_size=40), st.binary(max_size=9))
def test_the_crc_is_the_remainder_of_its_polynomial_and_goes_on(data: bytes, more: bytes) -> None:
    assert dxl.crc(data) == bitwise(data)
    assert dxl.crc(more, dxl.crc(data)) == dxl.crc(data + more)


def test_a_sync_write_needs_blocks_of_one_length() -> None:
    with pytest.raises(ValueError, match="one length"):
        dxl.sync_write(64, {1: b"\x00", 2: b"\x00\x01"})


stuffable = st.lists(st.sampled_from([0xFF, 0xFD, 0, 7]), min_size=3, max_size=3).map(bytes)
answers = st.lists(st.tuples(st.integers(1, 6), stuffable), max_size=6)


@given(answers, st.integers(1, 7))
def test_answers_come_through_however_they_are_cut(sent: list[tuple[int, bytes]], cut: int) -> None:
    stream = b"".join(status(servo_id, data, dxl.ALERT) for servo_id, data in sent)
    found: list[Answer] = []
    rest = b""
    for at in range(0, len(stream), cut):
        parsed = dxl.parse(rest + stream[at : at + cut], EXPECTED)
        found += parsed.answers
        rest = parsed.rest
    assert [(one.servo_id, one.data) for one in found] == sent
    assert rest == b"" and all(one.status == dxl.ALERT for one in found)


@given(st.binary(max_size=40), answers)
def test_junk_before_answers_hides_none_of_them(junk: bytes, sent: list[tuple[int, bytes]]) -> None:
    # Junk that ends in the beginning of a packet may swallow bytes; a gap of zeros ends it.
    stream = junk + bytes(24) + b"".join(status(servo_id, data) for servo_id, data in sent)
    parsed = dxl.parse(stream, EXPECTED)
    tail = [(one.servo_id, one.data) for one in parsed.answers[len(parsed.answers) - len(sent) :]]
    assert tail == sent


@pytest.mark.parametrize(
    "noise",
    [
        status(9, b"abc"),  # nobody asked servo 9
        status(1, b"abcdefgh"),  # an answer to another question
        status(1, b"abcd"),  # one byte too many, which stuffing might have been
        status(1, b"abc", 4),  # a refusal
        dxl.packet(1, 2, b"\x00abc"),  # no status
        status(1, b"abc")[:-1] + b"\x00",  # CRC
        dxl.sync_read([1, 2], 132, 4),  # our own echo
    ],
)
def test_what_was_not_asked_for_is_junk(noise: bytes) -> None:
    parsed = dxl.parse(noise + status(2, b"abc"), EXPECTED)
    assert parsed.answers == (Answer(2, 0, b"abc"),)
    assert parsed.junk == len(noise)


def test_the_beginning_of_an_answer_is_kept() -> None:
    whole = status(1, b"abc")
    for cut in range(1, len(whole)):
        assert dxl.parse(whole[:cut], EXPECTED) == Parsed((), whole[:cut], 0)


def test_joint_answers_are_read_block_by_block_as_they_come() -> None:
    whole = joint([1, 2, 3], b"abc")
    for cut in range(len(whole) + 1):
        parsed = dxl.parse_fast(whole[:cut], (1, 2, 3), 3)
        assert len(parsed.answers) == max(0, (cut - 8) // 7)
        assert all(one.data == b"abc" for one in parsed.answers)
        assert parsed.junk == 0 and parsed.rest == (whole[:cut] if cut < len(whole) else b"")


def test_a_damaged_block_ends_a_joint_answer() -> None:
    damaged = bytearray(joint([1, 2, 3], b"abc"))
    damaged[8 + 7 + 3] ^= 1
    parsed = dxl.parse_fast(b"junk" + bytes(damaged), (1, 2, 3), 3)
    assert [one.servo_id for one in parsed.answers] == [1]
    assert (parsed.rest, parsed.junk) == (b"", 4 + 14)


def test_a_joint_answer_of_other_servos_or_length_is_junk() -> None:
    assert dxl.parse_fast(joint([1, 3, 2], b"abc"), (1, 2, 3), 3).answers[1:] == ()
    assert dxl.parse_fast(joint([1, 2, 3], b"abcd"), (1, 2, 3), 3).answers == ()
    assert dxl.parse_fast(b"nothing of the kind", (1, 2, 3), 3) == Parsed((), b"", 19)


@given(st.binary(max_size=200))
def test_no_bytes_break_the_parsers(data: bytes) -> None:
    parsed = dxl.parse(data, EXPECTED)
    assert parsed.junk + len(parsed.rest) == len(data) or parsed.answers
    dxl.parse_fast(data, (1, 2, 3), 3)


def test_an_answer_that_refuses_and_alerts_is_no_answer() -> None:
    assert dxl.parse(status(1, bytes(3), error=dxl.ALERT), EXPECTED).answers == (Answer(1, 0x80, bytes(3)),)
    assert dxl.parse(status(1, bytes(3), error=0x81), EXPECTED).answers == ()


def test_what_looks_like_a_header_is_stuffed_and_unstuffed() -> None:
    sent = status(1, b"\xff\xff\xfd\x07")
    assert sent[7:-2] == b"\x55\x00\xff\xff\xfd\xfd\x07"
    assert dxl.parse(sent, {1: 4}) == Parsed((Answer(1, 0, b"\xff\xff\xfd\x07"),), b"", 0)


@pytest.mark.parametrize("count", [3, 6, 12, 15])
def test_an_answer_may_be_as_long_as_its_stuffing_can_make_it_and_no_longer(count: int) -> None:
    most = status(1, b"\xff\xff\xfd" * (count // 3))
    assert len(most) == 11 + count + count // 3
    assert dxl.parse(most, {1: count}).answers == (Answer(1, 0, b"\xff\xff\xfd" * (count // 3)),)
    assert dxl.parse(status(1, bytes(count)), {1: count}).answers == (Answer(1, 0, bytes(count)),)
    least, longest = count + 4, count + 4 + (count + 2) // 3
    for body in (least - 1, longest + 1):
        begun = dxl.HEADER + b"\x01" + body.to_bytes(2, "little") + b"\x55\x00"
        assert dxl.parse(begun, {1: count}) == Parsed((), b"", 9), "nobody waits for what nobody asked for"
    for body in (least, longest):
        begun = dxl.HEADER + b"\x01" + body.to_bytes(2, "little") + b"\x55\x00"
        assert dxl.parse(begun, {1: count}) == Parsed((), begun, 0)


def test_answers_longer_than_255_bytes_are_read() -> None:
    data = bytes(range(200)) + bytes(100)
    assert dxl.parse(status(1, data), {1: 300}).answers == (Answer(1, 0, data),)


def test_a_header_is_judged_as_soon_as_its_length_is_there() -> None:
    stranger = dxl.HEADER + b"\x09\x07\x00"
    assert dxl.parse(stranger, EXPECTED) == Parsed((), b"", 7)
    assert dxl.parse(stranger[:6], EXPECTED) == Parsed((), stranger[:6], 0)


def test_all_of_a_joint_answer_s_head_but_its_last_byte_is_kept() -> None:
    head = joint([1, 2], bytes(2))[:8]
    assert dxl.parse_fast(b"\x00" + head[:-1], [1, 2], 2) == Parsed((), head[:-1], 1)


def test_blocks_of_a_joint_answer_alert_each_for_itself_and_say_what_followed() -> None:
    sent = dxl.HEADER + b"\xfe" + (1 + 2 * 6).to_bytes(2, "little") + b"\x55"
    for block in (b"\x80\x01\x0a\x0b", b"\x80\x02\x0c\x0d"):
        sent += block
        sent += dxl.crc(sent).to_bytes(2, "little")
    first, second = dxl.parse_fast(sent, [1, 2], 2).answers
    assert first == Answer(1, 0x80, b"\x0a\x0b", 6) and second == Answer(2, 0x80, b"\x0c\x0d", 0)


def test_registers_are_signed_or_not() -> None:
    assert dxl.signed(b"\x00\xfe\xff", 1, 2) == -2
    assert dxl.number(b"\x00\xfe\xff", 1, 2) == 0xFFFE
