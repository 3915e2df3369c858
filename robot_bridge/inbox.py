"""From a datagram's bytes to a typed command, or to the reason why it is none."""

import msgspec
from msgspec import Struct

from robot_bridge.wire.commands import MAX_DATAGRAM_BYTES, Command

_DECODER: msgspec.msgpack.Decoder[Command] = msgspec.msgpack.Decoder(Command)


class Malformed(Struct, frozen=True):
    """A datagram that is no command; the reason is a metric label."""

    reason: str


def read_command(data: bytes) -> Command | Malformed:
    """The command in this datagram; its size is judged before anything is decoded."""
    if len(data) > MAX_DATAGRAM_BYTES:
        return Malformed("oversized")
    try:
        return _DECODER.decode(data)
    except msgspec.ValidationError:
        return Malformed("invalid")
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return Malformed("malformed")
