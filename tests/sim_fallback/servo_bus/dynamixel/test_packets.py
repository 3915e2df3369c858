from hypothesis import given
from hypothesis import strategies as st

from sim_fallback.servo_bus.dynamixel.packets import (
    MAX_LENGTH,
    PING,
    WRITE,
    Instruction,
    Parser,
    crc16,
    instruction_frame,
    stuffed,
    unstuffed,
)

PING_1 = instruction_frame(1, PING)
bodies = st.lists(st.sampled_from([0xFF, 0xFD, 0x00, 0x55]), max_size=40).map(bytes) | st.binary(max_size=60)


def fed(data: bytes) -> tuple[Instruction, ...]:
    return Parser().feed(data, 0)


def test_the_crc_goes_on_where_it_was_left() -> None:
    assert crc16(PING_1[:-2]) == int.from_bytes(PING_1[-2:], "little") == 0x4E19
    assert crc16(PING_1[4:-2], crc16(PING_1[:4])) == 0x4E19


@given(bodies)
def test_stuffing_can_be_undone_and_leaves_no_header(body: bytes) -> None:
    assert unstuffed(stuffed(body)) == body
    assert b"\xff\xff\xfd\x00" not in stuffed(body)


@given(bodies, st.integers(0, 252))
def test_a_frame_is_read_back_as_it_was_written(parameters: bytes, servo_id: int) -> None:
    assert fed(instruction_frame(servo_id, WRITE, parameters)) == (Instruction(servo_id, WRITE, parameters),)


@given(st.binary(max_size=40), st.data())
def test_a_frame_in_pieces_is_read_once_whole(noise: bytes, data: st.DataObject) -> None:
    parser, frame = Parser(), instruction_frame(3, WRITE, b"\x40\x00\x01")
    cut = data.draw(st.integers(0, len(frame)))
    assert parser.feed(frame[:cut], 0) + parser.feed(frame[cut:], 1) == (
        Instruction(3, WRITE, b"\x40\x00\x01"),
    )


def test_noise_before_a_frame_is_passed_over() -> None:
    for noise in (b"\xff", b"\xff\xff\xfd", b"\x00\x01\xff\xff\xfd\xfd", b"abcdefgh"):
        assert fed(noise + PING_1) == (Instruction(1, PING, b""),), noise


def test_a_length_that_cannot_be_is_no_header() -> None:
    for length in (0, 2, MAX_LENGTH + 1):
        assert fed(b"\xff\xff\xfd\x00\x01" + length.to_bytes(2, "little") + PING_1)[0].intact


def test_a_wrong_crc_is_told_and_the_next_frame_is_found() -> None:
    spoilt = PING_1[:-1] + b"\x00"
    assert fed(spoilt + PING_1) == (Instruction(1, PING, b"", intact=False), Instruction(1, PING, b""))


def test_a_frame_that_pauses_is_given_up() -> None:
    parser = Parser()
    assert parser.feed(PING_1[:5], 0) == ()
    assert parser.feed(PING_1[5:], 20_000_001) == ()
    assert len(parser.feed(PING_1, 20_000_002)) == 1
