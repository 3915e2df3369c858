"""Cuts pictures out of an MP4 file by copying the other packets as they lie, at the speed of the disk."""

import os
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np

from teleop.lineage.direct_copy import direct_copy
from teleop.lineage.mp4 import Counts, Mp4Refused, Samples, cut, samples

_HEAD = struct.Struct(">I4sQ")
MAX_MOOV_BYTES = 1 << 28


@dataclass(frozen=True, slots=True)
class Video:
    """An MP4 file's type box, the content of its `moov`, and its pictures."""

    path: Path
    file_type: bytes
    moov: bytes
    samples: Samples


def open_video(path: Path) -> Video:
    """Reads the index of a file, not its pictures; raises Mp4Refused, OSError."""
    found: dict[bytes, bytes] = {}
    with path.open("rb") as stream:
        for kind, start, end in _top_boxes(stream):
            if kind in (b"ftyp", b"moov"):
                if end - start > MAX_MOOV_BYTES:
                    raise Mp4Refused(f"box {kind!r} is larger than {MAX_MOOV_BYTES} bytes")
                stream.seek(start)
                found[kind] = stream.read(end - start)
    if len(found) != 2:
        raise Mp4Refused("it is no MP4 file")
    return Video(path, found[b"ftyp"], found[b"moov"], samples(found[b"moov"]))


def write_cut(video: Video, kept: Counts, out: Path) -> str:
    """Writes a file with only these pictures, in this order; its SHA-256 in hex.

    The disk keeps it when this returns. Raises OSError.
    """
    size = int(video.samples.size[kept].sum())
    head = struct.pack(">I4s", 8 + len(video.file_type), b"ftyp") + video.file_type
    start = len(head) + len(cut(video.moov, kept, 0)) + _HEAD.size
    head += cut(video.moov, kept, start) + _HEAD.pack(1, b"mdat", _HEAD.size + size)
    out.parent.mkdir(parents=True, exist_ok=True)
    with video.path.open("rb", buffering=0) as source, direct_copy(out) as target:
        target.take(head)
        for offset, length in _stretches(video.samples, kept):
            source.seek(offset)
            target.take_from(source, length)
        return target.close()


def packets(path: Path) -> Iterator[bytes]:
    """Each picture's packet as it lies in the file; raises Mp4Refused."""
    video = open_video(path)
    with path.open("rb") as stream:
        for offset, size in zip(video.samples.offset.tolist(), video.samples.size.tolist(), strict=True):
            stream.seek(offset)
            yield stream.read(size)


def _top_boxes(stream: BinaryIO) -> Iterator[tuple[bytes, int, int]]:
    end = stream.seek(0, os.SEEK_END)
    at = 0
    while at + 8 <= end:
        stream.seek(at)
        head = stream.read(_HEAD.size)
        length, kind = struct.unpack_from(">I4s", head)
        inner = at + 8
        if length == 1 and len(head) == _HEAD.size:
            length, inner = _HEAD.unpack(head)[2], at + _HEAD.size
        if length == 0:
            length = end - at
        if length < inner - at or at + length > end:
            raise Mp4Refused(f"box {kind!r} has an impossible length")
        yield kind, inner, at + length
        at += length


def _stretches(found: Samples, kept: Counts) -> Sequence[tuple[int, int]]:
    """Offset and length of each run of packets that lie one after another."""
    offset, size = found.offset[kept], found.size[kept]
    new = np.ones(len(kept), dtype=np.bool_)
    new[1:] = offset[1:] != (offset + size)[:-1]
    heads = np.flatnonzero(new)
    lengths = np.add.reduceat(size, heads) if len(heads) else size
    return list(zip(offset[heads].tolist(), lengths.tolist(), strict=True))
