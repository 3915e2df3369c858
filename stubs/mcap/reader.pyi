from collections.abc import Iterable, Iterator
from typing import IO

from mcap.records import Channel, Header, Message, Metadata, Schema
from mcap.summary import Summary

class McapReader:
    def get_header(self) -> Header: ...
    def get_summary(self) -> Summary | None: ...
    def iter_metadata(self) -> Iterator[Metadata]: ...
    def iter_messages(
        self,
        topics: Iterable[str] | None = ...,
        start_time: float | None = ...,
        end_time: float | None = ...,
        log_time_order: bool = ...,
        reverse: bool = ...,
        *,
        starting_at: int | None = ...,
        ending_at: int | None = ...,
    ) -> Iterator[tuple[Schema | None, Channel, Message]]: ...

def make_reader(stream: IO[bytes], *, validate_crcs: bool = ...) -> McapReader: ...
