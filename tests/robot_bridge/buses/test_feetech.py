"""The codec against the maker's examples, round trips, and every kind of line noise."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from robot_bridge.buses import feetech as sts
from robot_bridge.buses.feetech import Answer, Parsed


def status(servo_id: int, data: bytes, error: int = 0) -> bytes:
    return sts.frame(servo_id, error, data)


def test_frames_are_the_makers_examples() -> None:
    assert sts.ping(1).hex(" ") == "ff ff 01 02 01 fb"
    assert sts.read(1, 0x38, 2).hex(" ") == "ff ff 01 04 02 38 02 be"
    assert sts.write(1, 0x2A, b"\x00\x08").hex(" ") == "ff ff 01 05 03 2a 00 08 c4"
    assert sts.sync_read((1, 2), 0x38, 8).hex(" ") == "ff ff fe 06 82 38 08 01 02 36"
    expected = "ff ff fe 0a 83 2a 02 01 00 08 02 00 08 35"
    assert sts.sync_write(0x2A, {1: b"\x00\x08", 2: b"\x00\x08"}).hex(" ") == expected


def test_a_sync_write_needs_blocks_of_one_length() -> None:
    with pytest.raises(ValueError, match="one length"):
        sts.sync_write(40, {1: b"\x00", 2: b"\x00\x01"})


answers = st.lists(st.tuples(st.integers(1, 6), st.binary(min_size=3, max_size=3)), max_size=6)
EXPECTED = dict.fromkeys(range(1, 7), 3)


@given(answers, st.integers(1, 7))
def test_answers_come_through_however_they_are_cut(sent: list[tuple[int, bytes]], cut: int) -> None:
    stream = b"".join(status(servo_id, data) for servo_id, data in sent)
    found: list[Answer] = []
    rest = b""
    for at in range(0, len(stream), cut):
        parsed = sts.parse(rest + stream[at : at + cut], EXPECTED)
        found += parsed.answers
        rest = parsed.rest
    assert [(one.servo_id, one.data) for one in found] == sent
    assert rest == b""


@given(st.binary(max_size=40), answers)
def test_junk_before_answers_hides_none_of_them(junk: bytes, sent: list[tuple[int, bytes]]) -> None:
    # Junk that ends in the beginning of a frame may swallow bytes; a gap of zeros ends it.
    stream = junk + bytes(16) + b"".join(status(servo_id, data) for servo_id, data in sent)
    parsed = sts.parse(stream, EXPECTED)
    tail = [(one.servo_id, one.data) for one in parsed.answers[len(parsed.answers) - len(sent) :]]
    assert tail == sent


@given(st.binary(max_size=200))
def test_no_bytes_break_the_parser(data: bytes) -> None:
    parsed = sts.parse(data, EXPECTED)
    frames = sum(6 + len(one.data) for one in parsed.answers)
    assert parsed.junk + frames + len(parsed.rest) == len(data)


@pytest.mark.parametrize(
    "noise",
    [
        status(9, b"abc"),  # nobody asked servo 9
        status(1, b"abcd"),  # an answer to another question
        b"\xff\xff\xff",
        b"\xff\xff\x01\x05\x00abc\x00",  # checksum
        sts.sync_read((1, 2), 56, 15),  # our own echo
    ],
)
def test_what_was_not_asked_for_is_junk(noise: bytes) -> None:
    parsed = sts.parse(noise + status(2, b"abc"), EXPECTED)
    assert parsed.answers == (Answer(2, 0, b"abc"),)
    assert parsed.junk == len(noise)


def test_the_beginning_of_an_answer_is_kept() -> None:
    whole = status(1, b"abc")
    for cut in range(1, len(whole)):
        assert sts.parse(whole[:cut], EXPECTED) == Parsed((), whole[:cut], 0)


def test_four_bytes_are_enough_to_know_what_was_not_asked_for() -> None:
    assert sts.parse(b"\xff\xff\x09\x05", EXPECTED) == Parsed((), b"", 4)


def test_an_answer_says_how_many_bytes_came_after_it() -> None:
    parsed = sts.parse(status(1, b"abc") + status(2, b"def") + b"\xff", EXPECTED)
    assert [one.followed_by for one in parsed.answers] == [10, 1]


def test_words_are_little_endian() -> None:
    assert sts.words(0x0201, 0x0403) == bytes((1, 2, 3, 4))
    assert sts.word(bytes((0, 0x34, 0x12, 0xFF)), 1) == 0x1234


def test_zero_has_no_sign() -> None:
    assert sts.unsigned(0, 15) == 0


@given(st.integers(-2047, 2047), st.sampled_from([11, 15]))
def test_signed_registers_round_trip(value: int, sign_bit: int) -> None:
    assert sts.signed(sts.unsigned(value, sign_bit), sign_bit) == value


def test_values_that_do_not_fit_are_errors() -> None:
    with pytest.raises(ValueError, match="11 bits"):
        sts.unsigned(2048, 11)
    with pytest.raises(OverflowError):
        sts.words(70000)
