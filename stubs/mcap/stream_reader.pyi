from collections.abc import Iterator
from typing import IO

from mcap.records import McapRecord

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
