"""An MP4 file's index, read and written again for a part of its pictures: no packet is opened. Pure.

Layout after ISO/IEC 14496-12 and -14. Files of one video track without reordering or fragments are
understood (what a data set's exporter writes); anything else is refused by name.
"""

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Counts = npt.NDArray[np.int64]
_BOX = struct.Struct(">I4s")
_CONTAINERS = (b"trak", b"edts", b"mdia", b"minf", b"stbl")
_TABLES = (b"stts", b"stss", b"stsc", b"stsz", b"stco", b"co64")
_KEPT_IN_STBL = (b"stsd",)


class Mp4Refused(ValueError):
    """A file whose index is not of the plain kind that can be cut; the text says why."""


@dataclass(frozen=True, slots=True)
class Box:
    """One box: its kind, and where its content begins and ends in the bytes it was found in."""

    kind: bytes
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Samples:
    """Every picture of a track: place and size in the file (bytes), duration (ticks), key picture or not."""

    offset: Counts
    size: Counts
    duration: Counts
    key: npt.NDArray[np.bool_]


def boxes(data: bytes, start: int = 0, end: int | None = None) -> Iterator[Box]:
    """The boxes that lie side by side in `data`; raises Mp4Refused where one does not fit."""
    stop = len(data) if end is None else end
    while start < stop:
        if stop - start < _BOX.size:
            raise Mp4Refused("a box is cut off")
        length, kind = _BOX.unpack_from(data, start)
        if length < _BOX.size or start + length > stop:
            raise Mp4Refused(f"box {kind!r} has an impossible length")
        yield Box(kind, start + _BOX.size, start + length)
        start += length


def samples(moov: bytes) -> Samples:
    """The pictures of the one track; `moov` is the content of the box of that name. Raises Mp4Refused."""
    tracks = [box for box in boxes(moov) if box.kind == b"trak"]
    if len(tracks) != 1 or any(box.kind == b"mvex" for box in boxes(moov)):
        raise Mp4Refused("it has several tracks, or fragments")
    tables = _tables(moov, tracks[0])
    sizes = _sizes(tables)
    count = len(sizes)
    return Samples(_offsets(tables, sizes), sizes, _durations(tables, count), _keys(tables, count))


def cut(moov: bytes, kept: Sequence[int] | Counts, data_start: int) -> bytes:
    """The whole `moov` box for a file that holds only these pictures, one after another from `data_start`.

    Its length does not depend on `data_start`. Descriptions, among them the codec's, are copied as they are.
    """
    chosen = np.asarray(kept, dtype=np.int64)
    whole = samples(moov)
    part = Samples(whole.offset[chosen], whole.size[chosen], whole.duration[chosen], whole.key[chosen])
    tables = _written(part, data_start)
    ticks = int(part.duration.sum())
    movie = next(box for box in boxes(moov) if box.kind == b"mvhd")
    scale = _u32(moov, movie.start + (20 if moov[movie.start] else 12))
    lengths = _Lengths(ticks, scale, _media_scale(moov))
    return _box(b"moov", _rewritten(moov, 0, len(moov), tables, lengths))


@dataclass(frozen=True, slots=True)
class _Lengths:
    ticks: int
    movie_scale: int
    media_scale: int

    @property
    def movie(self) -> int:
        return -(-self.ticks * self.movie_scale // self.media_scale)


def _box(kind: bytes, content: bytes) -> bytes:
    return _BOX.pack(_BOX.size + len(content), kind) + content


def _u32(data: bytes, at: int) -> int:
    value: int = struct.unpack_from(">I", data, at)[0]
    return value


def _inner(moov: bytes, path: Sequence[bytes], start: int, end: int) -> Box:
    for kind in path:
        found = next((box for box in boxes(moov, start, end) if box.kind == kind), None)
        if found is None:
            raise Mp4Refused(f"it has no box {kind!r}")
        start, end = found.start, found.end
    return Box(path[-1], start, end)


def _media_scale(moov: bytes) -> int:
    header = _inner(moov, (b"trak", b"mdia", b"mdhd"), 0, len(moov))
    return _u32(moov, header.start + (20 if moov[header.start] else 12))


def _tables(moov: bytes, track: Box) -> dict[bytes, bytes]:
    stbl = _inner(moov, (b"mdia", b"minf", b"stbl"), track.start, track.end)
    found: dict[bytes, bytes] = {}
    for box in boxes(moov, stbl.start, stbl.end):
        if box.kind not in (*_TABLES, *_KEPT_IN_STBL):
            raise Mp4Refused(f"its pictures have a table {box.kind.decode('latin-1')!r}")
        found[box.kind] = moov[box.start : box.end]
    missing = [name for name in (b"stsd", b"stts", b"stsc", b"stsz") if name not in found]
    if missing or (b"stco" in found) == (b"co64" in found):
        raise Mp4Refused("tables of its pictures are missing")
    return found


def _numbers(content: bytes, start: int, columns: int, kind: str = ">u4") -> Counts:
    """A table of `columns` numbers a row behind its row count at `start`."""
    rows = _u32(content, start)
    width = np.dtype(kind).itemsize
    if len(content) < start + 4 + rows * columns * width:
        raise Mp4Refused("a table of its pictures is cut off")
    table = np.frombuffer(content, kind, rows * columns, start + 4)
    return table.astype(np.int64).reshape(rows, columns)


def _sizes(tables: dict[bytes, bytes]) -> Counts:
    same = _u32(tables[b"stsz"], 4)
    if same:
        return np.full(_u32(tables[b"stsz"], 8), same, dtype=np.int64)
    return _numbers(tables[b"stsz"], 8, 1)[:, 0]


def _durations(tables: dict[bytes, bytes], count: int) -> Counts:
    table = _numbers(tables[b"stts"], 4, 2)
    each = np.repeat(table[:, 1], table[:, 0])
    if len(each) != count:
        raise Mp4Refused("its times do not fit the number of its pictures")
    return each


def _keys(tables: dict[bytes, bytes], count: int) -> npt.NDArray[np.bool_]:
    if b"stss" not in tables:
        return np.ones(count, dtype=np.bool_)
    key = np.zeros(count, dtype=np.bool_)
    numbers = _numbers(tables[b"stss"], 4, 1)[:, 0]
    if len(numbers) and not 1 <= numbers.min() <= numbers.max() <= count:
        raise Mp4Refused("its key pictures lie outside of it")
    key[numbers - 1] = True
    return key


def _offsets(tables: dict[bytes, bytes], sizes: Counts) -> Counts:
    wide = b"co64" in tables
    chunks = _numbers(tables[b"co64" if wide else b"stco"], 4, 1, ">u8" if wide else ">u4")[:, 0]
    table = _numbers(tables[b"stsc"], 4, 3)
    first = np.append(table[:, 0] - 1, len(chunks))
    per_chunk = np.repeat(table[:, 1], np.diff(first))
    if len(per_chunk) != len(chunks) or int(per_chunk.sum()) != len(sizes):
        raise Mp4Refused("its chunks do not fit the number of its pictures")
    before = np.cumsum(sizes) - sizes
    heads = np.cumsum(per_chunk) - per_chunk
    shifts: Counts = np.repeat(chunks - before[heads], per_chunk)
    return shifts + before


def _written(part: Samples, data_start: int) -> dict[bytes, bytes]:
    """The tables of pictures that lie one after another, as one chunk."""
    count = len(part.size)
    changes = np.flatnonzero(np.diff(part.duration, prepend=-1))
    runs = np.diff(np.append(changes, count))
    times = np.column_stack([runs, part.duration[changes]])
    keys = np.flatnonzero(part.key) + 1
    return {
        b"stts": _table(times),
        b"stss": _table(keys[:, None]),
        b"stsc": _table(np.array([[1, count, 1]])),
        b"stsz": struct.pack(">III", 0, 0, count) + part.size.astype(">u4").tobytes(),
        b"co64": struct.pack(">IIQ", 0, 1, data_start),
    }


def _table(rows: Counts) -> bytes:
    return struct.pack(">II", 0, len(rows)) + rows.astype(">u4").tobytes()


def _rewritten(moov: bytes, start: int, end: int, tables: dict[bytes, bytes], lengths: _Lengths) -> bytes:
    """The boxes between two places, with new tables and new durations."""
    out: list[bytes] = []
    for box in boxes(moov, start, end):
        content = moov[box.start : box.end]
        if box.kind == b"stbl":
            described = next(b for b in boxes(moov, box.start, box.end) if b.kind == b"stsd")
            inner = {b"stsd": moov[described.start : described.end]} | tables
            content = b"".join(_box(kind, one) for kind, one in inner.items())
        elif box.kind in _CONTAINERS:
            content = _rewritten(moov, box.start, box.end, tables, lengths)
        elif box.kind in _DURATION_AT:
            content = _with_duration(box.kind, content, lengths)
        out.append(_box(box.kind, content))
    return b"".join(out)


# Where each header keeps its duration, for version 0 (32 bits) and version 1 (64 bits).
_DURATION_AT = {b"mvhd": (16, 24), b"tkhd": (20, 28), b"mdhd": (16, 24), b"elst": (8, 8)}


def _with_duration(kind: bytes, content: bytes, lengths: _Lengths) -> bytes:
    wide = content[0] == 1
    if kind == b"elst" and _u32(content, 4) != 1:
        raise Mp4Refused("it has an edit list of several entries")
    value = lengths.ticks if kind == b"mdhd" else lengths.movie
    number = struct.pack(">Q" if wide else ">I", value)
    at = _DURATION_AT[kind][wide]
    return content[:at] + number + content[at + len(number) :]
