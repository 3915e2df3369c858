"""Any cut and any damaged byte costs what it touches, and nothing that was not written is ever read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teleop.episodes.journal.codec import (
    MARK,
    MAX_PAYLOAD_BYTES,
    PREFIX,
    Damage,
    PayloadTooLong,
    Record,
    frame,
    frames,
    read,
)

STAMP = 0x5EED1234
# Payloads that are unkind: marks, and whole records of another file and of an earlier place in this one.
UNKIND = [b"", MARK, MARK[:2], frame(STAMP + 1, 9, b"foreign"), frame(STAMP, 0, b"older"), b"\0" * 40]
# As in a real file two plain records stand first, so that damage never hides the stamp.
OPENING = [b"opening", b"opening"]
unkind = st.lists(st.one_of(st.binary(max_size=40), st.sampled_from(UNKIND)), max_size=8)
payloads = unkind.map(lambda contents: OPENING + contents)


def journal(contents: list[bytes], first: int = 1) -> list[bytes]:
    return [frame(STAMP, number, content) for number, content in enumerate(contents, first)]


def records(found: list[Record | Damage]) -> list[Record]:
    return [one for one in found if isinstance(one, Record)]


def bytes_of(found: list[Record | Damage]) -> int:
    return sum(one.length if isinstance(one, Damage) else PREFIX.size + len(one.payload) for one in found)


@given(payloads, st.integers(1, 50))
def test_what_was_written_is_read_whatever_the_blocks(contents: list[bytes], size: int) -> None:
    whole = b"".join(journal(contents))
    blocks = [whole[at : at + size] for at in range(0, len(whole), size)]
    assert list(read(blocks)) == [Record(number, content) for number, content in enumerate(contents, 1)]


@given(payloads, st.data(), st.integers(1, 50))
def test_a_cut_costs_only_the_record_that_it_goes_through(
    contents: list[bytes], data: st.DataObject, size: int
) -> None:
    framed = journal(contents)
    whole = b"".join(framed)
    cut = data.draw(st.integers(0, len(whole)))
    found = list(read(whole[at : min(at + size, cut)] for at in range(0, cut, size)))
    kept = 0
    while kept < len(framed) and sum(map(len, framed[: kept + 1])) <= cut:
        kept += 1
    assert records(found) == [Record(number, contents[number - 1]) for number in range(1, kept + 1)]
    rest = cut - sum(map(len, framed[:kept]))
    assert found[kept:] == ([Damage(cut - rest, rest)] if rest else [])


@given(payloads, st.data(), st.integers(1, 255), st.integers(1, 50))
def test_a_damaged_byte_costs_only_its_record(
    contents: list[bytes], data: st.DataObject, change: int, size: int
) -> None:
    framed = journal(contents)
    whole = bytearray(b"".join(framed))
    place = data.draw(st.integers(0, len(whole) - 1))
    whole[place] ^= change
    found = list(read(bytes(whole[at : at + size]) for at in range(0, len(whole), size)))
    ends = [sum(map(len, framed[: count + 1])) for count in range(len(framed))]
    hit = next(number for number, end in enumerate(ends, 1) if place < end)
    expected = [Record(number, content) for number, content in enumerate(contents, 1) if number != hit]
    assert records(found) == expected
    assert [one for one in found if isinstance(one, Damage)] == [
        Damage(ends[hit - 1] - len(framed[hit - 1]), len(framed[hit - 1]))
    ]


@given(st.binary(max_size=200), payloads, st.integers(1, 50))
def test_rubbish_before_the_first_record_is_skipped(rubbish: bytes, contents: list[bytes], size: int) -> None:
    whole = rubbish + b"".join(journal(contents))
    found = list(read(whole[at : at + size] for at in range(0, len(whole), size)))
    assert [one.payload for one in records(found)] == contents
    assert bytes_of(found) == len(whole)


def test_a_record_of_another_file_is_damage() -> None:
    first, stranger, last = frame(STAMP, 1, b"a"), frame(STAMP + 1, 2, b"b"), frame(STAMP, 3, b"c")
    found = list(read([first + stranger + last]))
    assert found == [Record(1, b"a"), Damage(len(first), len(stranger)), Record(3, b"c")]


def test_a_record_that_came_before_is_damage() -> None:
    one, two = journal([b"a", b"b"])
    assert list(read([one + two + one])) == [Record(1, b"a"), Record(2, b"b"), Damage(42, 21)]


def test_a_length_beyond_the_bound_is_not_waited_for() -> None:
    absurd = PREFIX.pack(MARK, STAMP, MAX_PAYLOAD_BYTES + 1, 1, 0)
    found = read(iter([absurd, frame(STAMP, 2, b"x"), b"never read"]))
    assert next(found) == Damage(0, len(absurd))
    assert next(found) == Record(2, b"x")


def test_a_payload_of_more_than_16_mib_is_refused() -> None:
    longest = bytes(MAX_PAYLOAD_BYTES)
    assert list(read([frame(STAMP, 1, longest)])) == [Record(1, longest)]
    with pytest.raises(PayloadTooLong, match="16777217 bytes"):
        frame(STAMP, 1, longest + b"x")


@given(unkind, st.integers(0, 2**32 - 9))
def test_records_framed_together_are_those_framed_alone(contents: list[bytes], first: int) -> None:
    assert frames(STAMP, first, contents) == b"".join(journal(contents, first))


def test_nothing_holds_nothing() -> None:
    assert list(read([])) == []
