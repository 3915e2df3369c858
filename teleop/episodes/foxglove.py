"""The protobuf message `foxglove.CompressedVideo`, encoded and described by hand.

Field numbers follow the published schema: timestamp 1, frame_id 2, data 3, format 4. One H.264
access unit in Annex B per message, no B-frames, SPS and PPS with every key frame.
"""

from collections.abc import Iterator

SCHEMA_NAME = "foxglove.CompressedVideo"
FORMAT = "h264"
_NANOSECONDS = 1_000_000_000
_VARINT, _LENGTH = 0, 2
_INT64, _INT32, _STRING, _MESSAGE, _BYTES = 3, 5, 9, 11, 12


def encode_video(camera: str, capture_ns: int, annex_b: bytes) -> bytes:
    """One picture as message bytes; the same picture always gives the same bytes."""
    seconds, nanoseconds = divmod(capture_ns, _NANOSECONDS)
    timestamp = _number(1, seconds) + _number(2, nanoseconds)
    return _data(1, timestamp) + _text(2, camera) + _data(3, annex_b) + _text(4, FORMAT)


def decode_video(data: bytes) -> tuple[str, int, bytes]:
    """Camera, capture time in ns and Annex B bytes of one message; raises ValueError if it is none."""
    fields = dict(_fields(data))
    timestamp = dict(_fields(_as_bytes(fields.get(1, b""))))
    seconds, nanoseconds = timestamp.get(1, 0), timestamp.get(2, 0)
    if not isinstance(seconds, int) or not isinstance(nanoseconds, int):
        raise ValueError("time stamp of a compressed video message is not a number")
    camera = _as_bytes(fields.get(2, b"")).decode()
    return camera, seconds * _NANOSECONDS + nanoseconds, _as_bytes(fields.get(3, b""))


def descriptor_set() -> bytes:
    """The serialized FileDescriptorSet that MCAP asks for as schema of a protobuf channel."""
    timestamp_file = (
        _text(1, "google/protobuf/timestamp.proto")
        + _text(2, "google.protobuf")
        + _data(4, _text(1, "Timestamp") + _field("seconds", 1, _INT64) + _field("nanos", 2, _INT32))
        + _text(12, "proto3")
    )
    video = (
        _text(1, "CompressedVideo")
        + _field("timestamp", 1, _MESSAGE, ".google.protobuf.Timestamp")
        + _field("frame_id", 2, _STRING)
        + _field("data", 3, _BYTES)
        + _field("format", 4, _STRING)
    )
    video_file = (
        _text(1, "foxglove/CompressedVideo.proto")
        + _text(2, "foxglove")
        + _text(3, "google/protobuf/timestamp.proto")
        + _data(4, video)
        + _text(12, "proto3")
    )
    return _data(1, timestamp_file) + _data(1, video_file)


def _field(name: str, number: int, kind: int, type_name: str = "") -> bytes:
    optional = 1
    described = _text(1, name) + _number(3, number) + _number(4, optional) + _number(5, kind)
    return _data(2, described + (_text(6, type_name) if type_name else b""))


def _varint(value: int) -> bytes:
    parts = bytearray()
    while value >= 0x80:
        parts.append(value & 0x7F | 0x80)
        value >>= 7
    parts.append(value)
    return bytes(parts)


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3 | _VARINT) + _varint(value)


def _data(field: int, value: bytes) -> bytes:
    return _varint(field << 3 | _LENGTH) + _varint(len(value)) + value


def _text(field: int, value: str) -> bytes:
    return _data(field, value.encode())


def _as_bytes(value: int | bytes) -> bytes:
    if isinstance(value, int):
        raise ValueError("a compressed video message holds a number where bytes belong")
    return value


def _read_varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        if at >= len(data) or shift > 63:
            raise ValueError("a compressed video message is cut off")
        value |= (data[at] & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if not data[at - 1] & 0x80:
            return value, at


def _fields(data: bytes) -> Iterator[tuple[int, int | bytes]]:
    at = 0
    while at < len(data):
        key, at = _read_varint(data, at)
        size, at = _read_varint(data, at)
        if key & 7 == _VARINT:
            yield key >> 3, size
        elif key & 7 == _LENGTH and at + size <= len(data):
            yield key >> 3, data[at : at + size]
            at += size
        else:
            raise ValueError("a compressed video message is damaged")
