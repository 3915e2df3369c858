from mcap.records import Channel, ChunkIndex, Schema, Statistics

class Summary:
    schemas: dict[int, Schema]
    channels: dict[int, Channel]
    statistics: Statistics | None
    chunk_indexes: list[ChunkIndex]
