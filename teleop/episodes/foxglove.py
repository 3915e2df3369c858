"""The protobuf messages `foxglove.CompressedVideo` and `foxglove.JointStates`, encoded and described by hand.

Field numbers follow the published schemas. Video: timestamp 1, frame_id 2, data 3, format 4. One H.264
access unit in Annex B per message, no B-frames, SPS and PPS with every key frame. Joints: timestamp 1,
joints 2, each with name 1, position 2, velocity 3, acceleration 4, effort 5, all but the name optional.
"""

import struct
from collections.abc import Iterator, Sequence

SCHEMA_NAME = "foxglove.CompressedVideo"
JOINTS_NAME = "foxglove.JointStates"
FORMAT = "h264"
_NANOSECONDS = 1_000_000_000
_VARINT, _LENGTH = 0, 2
_DOUBLE, _INT64, _INT32, _STRING, _MESSAGE, _BYTES = 1, 3, 5, 9, 11, 12
_OPTIONAL, _REPEATED = 1, 3
_POSITION, _VELOCITY = b"\x11", b"\x19"  # fields 2 and 3, numbers of 64 bits
_VALUE_BYTES = 9
_MEASURED = ("position", "velocity", "acceleration", "effort")


def encode_video(camera: str, capture_ns: int, annex_b: bytes) -> bytes:
    """One picture as message bytes; the same picture always gives the same bytes."""
    return _data(1, _timestamp(capture_ns)) + _text(2, camera) + _data(3, annex_b) + _text(4, FORMAT)


def decode_video(data: bytes) -> tuple[str, int, bytes]:
    """Camera, capture time in ns and Annex B bytes of one message; raises ValueError if it is none."""
    fields = dict(_fields(data))
    timestamp = dict(_fields(_as_bytes(fields.get(1, b""))))
    seconds, nanoseconds = timestamp.get(1, 0), timestamp.get(2, 0)
    if not isinstance(seconds, int) or not isinstance(nanoseconds, int):
        raise ValueError("time stamp of a compressed video message is not a number")
    camera = _as_bytes(fields.get(2, b"")).decode()
    return camera, seconds * _NANOSECONDS + nanoseconds, _as_bytes(fields.get(3, b""))


class JointStatesEncoder:
    """Writes the states of joints with these names; the same values always give the same bytes."""

    def __init__(self, names: Sequence[str], with_velocities: bool) -> None:
        """Lays out once what does not change from message to message."""
        size = (2 if with_velocities else 1) * _VALUE_BYTES
        self._heads = [
            _varint(2 << 3 | _LENGTH) + _varint(len(named) + size) + named + _POSITION
            for named in (_text(1, name) for name in names)
        ]
        tail = f"{len(_VELOCITY)}sd" if with_velocities else ""
        self._layout = struct.Struct("<" + "".join(f"{len(head)}sd{tail}" for head in self._heads))
        self._with_velocities = with_velocities

    def encode(self, t_ns: int, positions_rad: Sequence[float], velocities_rad_s: Sequence[float]) -> bytes:
        """One message, a value a joint; raises ValueError unless there are as many values as joints."""
        values: list[bytes | float] = []
        if self._with_velocities:
            for head, position, velocity in zip(self._heads, positions_rad, velocities_rad_s, strict=True):
                values += (head, position, _VELOCITY, velocity)
        else:
            for head, position in zip(self._heads, positions_rad, strict=True):
                values += (head, position)
        return _data(1, _timestamp(t_ns)) + self._layout.pack(*values)


def video_descriptors() -> bytes:
    """The serialized FileDescriptorSet that MCAP asks for as schema of a channel of pictures."""
    video = (
        _text(1, "CompressedVideo")
        + _field("timestamp", 1, _MESSAGE, ".google.protobuf.Timestamp")
        + _field("frame_id", 2, _STRING)
        + _field("data", 3, _BYTES)
        + _field("format", 4, _STRING)
    )
    video_file = _file("CompressedVideo", video, "google/protobuf/timestamp.proto")
    return _data(1, _timestamp_file()) + _data(1, video_file)


def joints_descriptors() -> bytes:
    """The serialized FileDescriptorSet that MCAP asks for as schema of a channel of joints."""
    state = _text(1, "JointState") + _field("name", 1, _STRING)
    for number, name in enumerate(_MEASURED):
        state += _optional_double(name, number + 2, number)
    state += b"".join(_data(8, _text(1, f"_{name}")) for name in _MEASURED)
    states = (
        _text(1, "JointStates")
        + _field("timestamp", 1, _MESSAGE, ".google.protobuf.Timestamp")
        + _field("joints", 2, _MESSAGE, ".foxglove.JointState", _REPEATED)
    )
    states_file = _file("JointStates", states, "foxglove/JointState.proto", "google/protobuf/timestamp.proto")
    files = (_file("JointState", state), _timestamp_file(), states_file)
    return b"".join(_data(1, file) for file in files)


def _file(name: str, message: bytes, *imported: str) -> bytes:
    """A FileDescriptorProto of one message of Foxglove's."""
    return (
        _text(1, f"foxglove/{name}.proto")
        + _text(2, "foxglove")
        + b"".join(_text(3, one) for one in imported)
        + _data(4, message)
        + _text(12, "proto3")
    )


def _timestamp_file() -> bytes:
    return (
        _text(1, "google/protobuf/timestamp.proto")
        + _text(2, "google.protobuf")
        + _data(4, _text(1, "Timestamp") + _field("seconds", 1, _INT64) + _field("nanos", 2, _INT32))
        + _text(12, "proto3")
    )


def _timestamp(t_ns: int) -> bytes:
    seconds, nanoseconds = divmod(t_ns, _NANOSECONDS)
    return _number(1, seconds) + _number(2, nanoseconds)


def _field(name: str, number: int, kind: int, type_name: str = "", label: int = _OPTIONAL) -> bytes:
    described = _text(1, name) + _number(3, number) + _number(4, label) + _number(5, kind)
    return _data(2, described + (_text(6, type_name) if type_name else b""))


def _optional_double(name: str, number: int, choice: int) -> bytes:
    """A field whose absence shows: it stands in a oneof of its own, number `choice` of the message."""
    described = _text(1, name) + _number(3, number) + _number(4, _OPTIONAL) + _number(5, _DOUBLE)
    return _data(2, described + _number(9, choice) + _number(17, 1))


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
