"""Decoders and encoders of the hub's WebSockets, and the reasons they refuse a message for."""

from typing import Literal

import msgspec

from teleop.wire.browser_in import FromBrowser
from teleop.wire.browser_out import ToBrowser
from teleop.wire.cell_to_hub import MAX_CELL_MESSAGE_BYTES, FromCell
from teleop.wire.hub_to_cell import ToCell

MAX_PAGE_MESSAGE_BYTES = 20 * 1024
BadMessage = Literal[
    "too_long", "not_binary", "not_text", "malformed", "unknown_field", "missing_field", "out_of_bounds"
]

_from_browser: msgspec.json.Decoder[FromBrowser] = msgspec.json.Decoder(FromBrowser, strict=True)
_from_cell: msgspec.msgpack.Decoder[FromCell] = msgspec.msgpack.Decoder(FromCell, strict=True)
_to_browser = msgspec.json.Encoder()
_to_cell = msgspec.msgpack.Encoder()


class MessageRefused(Exception):
    """A message that is not of its wire; `reason` is for counters, the text for whoever wrote the sender."""

    def __init__(self, reason: BadMessage, text: str) -> None:
        super().__init__(text)
        self.reason: BadMessage = reason


DECODING = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


def refusal(error: Exception) -> MessageRefused:
    """The refusal behind a decoder's error."""
    text = str(error)[:300]
    if not isinstance(error, msgspec.ValidationError):
        return MessageRefused("malformed", text)
    if "unknown field" in text:
        return MessageRefused("unknown_field", text)
    if "missing required field" in text:
        return MessageRefused("missing_field", text)
    return MessageRefused("out_of_bounds", text)


def decode_page(data: str | bytes) -> FromBrowser:
    """A message of a page; raises MessageRefused."""
    if isinstance(data, bytes):
        raise MessageRefused("not_text", "a page speaks JSON in text frames")
    if len(data.encode(errors="replace")) > MAX_PAGE_MESSAGE_BYTES:
        raise MessageRefused("too_long", f"more than {MAX_PAGE_MESSAGE_BYTES} bytes")
    try:
        return _from_browser.decode(data)
    except DECODING as error:
        raise refusal(error) from error


def decode_cell(data: str | bytes) -> FromCell:
    """A message of a cell; raises MessageRefused."""
    if isinstance(data, str):
        raise MessageRefused("not_binary", "a cell speaks MessagePack in binary frames")
    if len(data) > MAX_CELL_MESSAGE_BYTES:
        raise MessageRefused("too_long", f"more than {MAX_CELL_MESSAGE_BYTES} bytes")
    try:
        return _from_cell.decode(data)
    except DECODING as error:
        raise refusal(error) from error


def encode_page(message: ToBrowser) -> bytes:
    """A message for a page."""
    return _to_browser.encode(message)


def encode_cell(message: ToCell) -> bytes:
    """A message for a cell."""
    return _to_cell.encode(message)
