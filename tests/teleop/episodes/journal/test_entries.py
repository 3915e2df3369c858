"""Every kind of entry comes back as it was, and nothing else is taken for one."""

from typing import Any, get_args

import msgspec
import pytest

from teleop.episodes.format import Closing, Event, Message, Picture
from teleop.episodes.journal.entries import KIND_OF, Opening, UnknownKind, decode, encode


def test_every_kind_comes_back(synthetic: Any) -> None:
    script = synthetic.Script()
    entries: list[Any] = [
        Opening(1, synthetic.header(script)),
        *synthetic.messages(script),
        synthetic.verdict(script),
        Closing("complete", "well", 3, 0, synthetic.verdict(script)),
    ]
    assert [decode(encode(entry)) for entry in entries] == entries
    assert {type(entry) for entry in entries} <= set(KIND_OF) == {Opening, *get_args(Message), Closing}


def test_an_entry_is_a_kind_and_fields_by_name() -> None:
    assert msgspec.msgpack.decode(encode(Event(5, "tick", {"n": 1}))) == [
        "event",
        {"t_ns": 5, "kind": "tick", "data": {"n": 1}},
    ]
    picture = msgspec.msgpack.decode(encode(Picture("wrist", 1, 2, 3, True, b"\0\1")))
    assert picture[0] == "picture" and picture[1]["annex_b"] == b"\0\1"


def test_a_kind_of_another_version_is_told() -> None:
    with pytest.raises(UnknownKind, match="'song'"):
        decode(msgspec.msgpack.encode(["song", {}]))


def test_another_version_of_the_journal_is_refused(synthetic: Any) -> None:
    opening = msgspec.to_builtins(Opening(1, synthetic.header(synthetic.Script())))
    with pytest.raises(msgspec.ValidationError, match="journal_version"):
        decode(msgspec.msgpack.encode(["opening", {**opening, "journal_version": 2}]))


@pytest.mark.parametrize("payload", [b"", b"\xc1", msgspec.msgpack.encode(["event", 5])])
def test_what_is_no_entry_is_refused(payload: bytes) -> None:
    with pytest.raises(msgspec.MsgspecError):
        decode(payload)
