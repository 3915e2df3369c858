"""What the records of a journal say: a MessagePack array of a kind and the message's fields by name.

Pure. The kinds are `opening`, `closing` and the lower-case names of the messages in `format.py`.
"""

from typing import Annotated, Literal, get_args

import msgspec
from msgspec import Meta

from teleop.episodes.format import Closing, Header, Message


class Opening(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The first two records, so that no single damage costs the header."""

    journal_version: Literal[1]
    header: Header


class _Framed(msgspec.Struct, frozen=True, array_like=True):
    kind: Annotated[str, Meta(max_length=64)]
    body: msgspec.Raw


Entry = Opening | Message | Closing
KIND_OF: dict[type[Entry], str] = {
    kind: kind.__name__.lower() for kind in (Opening, *get_args(Message), Closing)
}
_DECODERS: dict[str, msgspec.msgpack.Decoder[Entry]] = {
    name: msgspec.msgpack.Decoder(kind) for kind, name in KIND_OF.items()
}
_FRAMED = msgspec.msgpack.Decoder(_Framed)
_ENCODER = msgspec.msgpack.Encoder()


class UnknownKind(ValueError):
    """A journal holds a kind of entry that this version does not know."""


def encode(entry: Entry) -> bytes:
    """An entry as the payload of a record."""
    return _ENCODER.encode((KIND_OF[type(entry)], entry))


def decode(payload: bytes) -> Entry:
    """The entry in a payload; raises msgspec.MsgspecError or UnknownKind for what is not of this version."""
    framed = _FRAMED.decode(payload)
    if framed.kind not in _DECODERS:
        raise UnknownKind(f"an entry of the kind {framed.kind!r}")
    return _DECODERS[framed.kind].decode(framed.body)
