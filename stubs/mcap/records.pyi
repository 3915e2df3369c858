from mcap.data_stream import ReadDataStream

class McapRecord: ...

class Header(McapRecord):
    profile: str
    library: str

class Schema(McapRecord):
    id: int
    data: bytes
    encoding: str
    name: str

class Channel(McapRecord):
    id: int
    topic: str
    message_encoding: str
    metadata: dict[str, str]
    schema_id: int

class Message(McapRecord):
    channel_id: int
    log_time: int
    data: bytes
    publish_time: int
    sequence: int

class Metadata(McapRecord):
    name: str
    metadata: dict[str, str]

class Statistics(McapRecord):
    message_count: int
    message_start_time: int
    message_end_time: int
    chunk_count: int
    channel_message_counts: dict[int, int]

class Chunk(McapRecord):
    @staticmethod
    def read(stream: ReadDataStream) -> Chunk: ...

class ChunkIndex:
    message_start_time: int
    message_end_time: int
    chunk_start_offset: int
    message_index_offsets: dict[int, int]
