from mcap.records import Channel, Schema, Statistics

class Summary:
    schemas: dict[int, Schema]
    channels: dict[int, Channel]
    statistics: Statistics | None
