from collections.abc import Iterator
from typing import IO

from mcap.data_stream import ReadDataStream
from mcap.records import Chunk, McapRecord

def get_chunk_data_stream(chunk: Chunk, validate_crc: bool = ...) -> tuple[ReadDataStream, int]: ...

class StreamReader:
    def __init__(
        self,
        input: IO[bytes],
        skip_magic: bool = ...,
        emit_chunks: bool = ...,
        validate_crcs: bool = ...,
        record_size_limit: int | None = ...,
    ) -> None: ...
    @property
    def records(self) -> Iterator[McapRecord]: ...
