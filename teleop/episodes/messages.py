"""The messages of an indexed MCAP file by topic, in the order in which they lie, taken from whole chunks.

Beside what the `mcap` package does for any file, this reads no times and makes no object of a message: an
episode of a minute has thirty thousand of them.
"""

import struct
from collections.abc import Collection, Iterator
from typing import BinaryIO

from mcap.data_stream import ReadDataStream
from mcap.reader import McapReader
from mcap.records import Chunk
from mcap.stream_reader import get_chunk_data_stream

# MCAP specification: a record is its opcode, its length and its content; a message's content begins with the
# number of its channel, a sequence number and two times.
_RECORD = struct.Struct("<BQ")
_CHANNEL = struct.Struct("<H")
_MESSAGE, _MESSAGE_HEAD_BYTES = 5, 22


def messages(stream: BinaryIO, reader: McapReader, topics: Collection[str]) -> Iterator[tuple[str, bytes]]:
    """Topic and content of each message of these topics; every chunk read is compared with its checksum.

    `reader` reads the same `stream`. Raises the errors of `damage.DAMAGE`, OSError.
    """
    summary = reader.get_summary()
    if summary is None or not summary.chunk_indexes:
        for _, channel, message in reader.iter_messages(topics, log_time_order=False):
            yield channel.topic, message.data
        return
    named = {one.id: one.topic if one.topic in topics else None for one in summary.channels.values()}
    wanted = {number for number, topic in named.items() if topic is not None}
    for chunk in summary.chunk_indexes:
        if not chunk.message_index_offsets or not wanted.isdisjoint(chunk.message_index_offsets):
            stream.seek(chunk.chunk_start_offset + _RECORD.size)
            inner, length = get_chunk_data_stream(Chunk.read(ReadDataStream(stream)), validate_crc=True)
            yield from _in_chunk(inner.read(length), named)


def _in_chunk(data: bytes, named: dict[int, str | None]) -> Iterator[tuple[str, bytes]]:
    at, end = 0, len(data)
    while at < end:
        opcode, length = _RECORD.unpack_from(data, at)
        begin, at = at + _RECORD.size, at + _RECORD.size + length
        if at > end:
            raise ValueError("a record reaches beyond its chunk")
        if opcode == _MESSAGE:
            topic = named[_CHANNEL.unpack_from(data, begin)[0]]
            if topic is not None:
                yield topic, data[begin + _MESSAGE_HEAD_BYTES : at]
