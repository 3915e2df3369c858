"""TensorFlow's record file and its `tf.train.Example` message, written without TensorFlow. Pure."""

import struct
from collections.abc import Mapping, Sequence

import numpy as np

from teleop.episodes.layouts.fields import Array

Values = Array | Sequence[bytes]
_BYTES, _FLOATS, _INTEGERS = 1, 2, 3
_LENGTH = 2
_MASK_DELTA = 0xA282EAD8
_WORD = 0xFFFFFFFF


def framed(data: bytes, length_crc: int, data_crc: int) -> bytes:
    """One record; the CRC-32C are those of `length_of(data)` and of the data."""
    return (
        length_of(data) + struct.pack("<I", _masked(length_crc)) + data + struct.pack("<I", _masked(data_crc))
    )


def length_of(data: bytes) -> bytes:
    """How a record begins."""
    return struct.pack("<Q", len(data))


def example(features: Mapping[str, Values]) -> bytes:
    """Named values as an Example: byte strings, float32, or integers and flags, flattened row by row.

    Raises ValueError for values that it cannot hold exactly.
    """
    entries = b"".join(_entry(name, features[name]) for name in sorted(features))
    return _field(1, entries)


def _entry(name: str, values: Values) -> bytes:
    return _field(1, _field(1, name.encode()) + _field(2, _feature(name, values)))


def _feature(name: str, values: Values) -> bytes:
    if not isinstance(values, np.ndarray):
        return _field(_BYTES, b"".join(_field(1, value) for value in values))
    if values.dtype == np.float32:
        return _field(_FLOATS, _field(1, values.astype("<f4").tobytes()))
    if values.dtype in (np.int64, np.bool_):
        numbers = values.astype(np.int64).reshape(-1).tolist()
        return _field(_INTEGERS, _field(1, b"".join(_varint(number) for number in numbers)))
    raise ValueError(f"{name}: an Example holds no {values.dtype}")


def _field(number: int, payload: bytes) -> bytes:
    return _varint(number << 3 | _LENGTH) + _varint(len(payload)) + payload


def _varint(value: int) -> bytes:
    value &= 0xFFFFFFFFFFFFFFFF
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _masked(crc: int) -> int:
    return ((crc >> 15 | crc << 17) + _MASK_DELTA) & _WORD
