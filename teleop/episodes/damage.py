"""What can be wrong with an episode file, and how its metadata records are read back."""

import io
import struct
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO, TypeVar

import msgspec
import zstandard
from mcap.exceptions import McapError

RECORD_LIMIT_BYTES = 1 << 28
# A damaged length makes the reader ask for more memory than there is.
DAMAGE = (
    McapError,
    ValueError,
    KeyError,
    MemoryError,
    OverflowError,
    struct.error,
    zstandard.ZstdError,
    msgspec.MsgspecError,
)
# MCAP specification: the footer record (opcode, length, two offsets, a checksum), then the closing magic.
_FOOTER = struct.Struct("<BQQQI")
_MAGIC_BYTES = 8
_CHECKSUM_BYTES = 4
_Struct = TypeVar("_Struct", bound=msgspec.Struct)


class EpisodeUnreadable(Exception):
    """An episode file cannot be used; the text names the file, what is wrong and what to do."""

    def __init__(self, path: Path, wrong: str, advice: str) -> None:
        """Says what is wrong with `path` and what to do about it."""
        super().__init__(f"{path}: {wrong}. {advice}")
        self.path = path
        self.wrong = wrong


def check_index(stream: BinaryIO) -> None:
    """Raises ValueError where the index does not match the footer's checksum; leaves the stream at its start.

    A reader that believes a damaged index skips what the index does not name. A checksum of 0 means that
    none was written (MCAP specification, "Footer").
    """
    tail = _FOOTER.size + _MAGIC_BYTES
    footer_at = stream.seek(0, io.SEEK_END) - tail
    if footer_at >= 0:
        stream.seek(footer_at)
        _, _, index_at, _, checksum = _FOOTER.unpack(stream.read(_FOOTER.size))
        stream.seek(min(index_at or footer_at, footer_at))
        index = stream.read(footer_at - stream.tell() + _FOOTER.size - _CHECKSUM_BYTES)
        if checksum not in (0, zlib.crc32(index)):
            raise ValueError("the index does not match its checksum")
    stream.seek(0)


def unflat(metadata: Mapping[str, str], struct_type: type[_Struct]) -> _Struct:
    """A struct from its MCAP metadata record; raises msgspec.MsgspecError when it does not fit."""
    fields: dict[str, object] = {}
    for field in msgspec.structs.fields(struct_type):
        text = metadata.get(field.encode_name)
        if text is not None:
            fields[field.encode_name] = text if _is_text(field.type) else msgspec.json.decode(text)
    return msgspec.convert(fields, struct_type)


def _is_text(field_type: object) -> bool:
    described = msgspec.inspect.type_info(field_type)
    while isinstance(described, msgspec.inspect.Metadata):
        described = described.type
    if isinstance(described, msgspec.inspect.LiteralType):
        return all(isinstance(value, str) for value in described.values)
    return isinstance(described, msgspec.inspect.StrType)
