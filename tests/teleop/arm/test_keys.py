"""Bytes from a terminal as keys."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teleop.arm.keys import decode


@pytest.mark.parametrize(
    ("data", "names"),
    [
        (b"q1[", ("q", "1", "[")),
        (b"\x1b[A\x1bOB\x1b[C\x1b[D", ("up", "down", "right", "left")),
        (b"\x03\x04\t\r\n \x7f", ("ctrl-c", "ctrl-d", "tab", "enter", "enter", "space", "backspace")),
        (b"\x1b[15~q", ("unknown", "q")),
        (b"\x1b[200", ("unknown",)),
        (b"\x1bq", ("escape", "q")),
        (b"\x01\xc3\xa9x", ("x",)),
        (b"", ()),
    ],
)
def test_keys_have_names(data: bytes, names: tuple[str, ...]) -> None:
    assert decode(data, more=True) == (names, b"")


@pytest.mark.parametrize("start", [b"\x1b", b"\x1b[", b"\x1bO"])
def test_a_sequence_in_two_parts_is_waited_for(start: bytes) -> None:
    assert decode(start, more=True) == ((), start)
    assert decode(start, more=False)[0][0] == "escape"
    assert decode(start, more=False)[1] == b""


@given(st.binary(max_size=40), st.booleans())
def test_any_bytes_are_taken_or_wait_as_the_start_of_a_sequence(data: bytes, more: bool) -> None:
    _, rest = decode(data, more)
    assert rest in (b"", b"\x1b", b"\x1b[", b"\x1bO")
    assert more or not rest
