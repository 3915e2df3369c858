"""Writes zarr arrays (format 2) that grow by rows, into a folder or one zip file; always the same bytes."""

import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import msgspec
import numpy as np
import zstandard

from teleop.episodes.layouts.fields import Array

LEVEL = 3
_FIRST_DAY_OF_ZIP = (1980, 1, 1, 0, 0, 0)
_MODE = 0o644


class Store(Protocol):
    """Where a zarr group keeps its keys."""

    def put(self, key: str, data: bytes) -> None:
        """Keeps bytes under a key like `data/action/0.0`; raises OSError."""


class FolderStore:
    """One file for each key."""

    def __init__(self, root: Path) -> None:
        """Keeps keys below `root`."""
        self._root = root

    def put(self, key: str, data: bytes) -> None:
        """Keeps bytes in a file; raises OSError."""
        path = self._root / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


class ZipStore:
    """Entries of a zip file, stored as they are, without times."""

    def __init__(self, file: zipfile.ZipFile) -> None:
        """Keeps keys in a file that is open for writing."""
        self._zip = file

    def put(self, key: str, data: bytes) -> None:
        """Adds an entry; raises OSError."""
        entry = zipfile.ZipInfo(key, _FIRST_DAY_OF_ZIP)
        entry.external_attr = _MODE << 16
        self._zip.writestr(entry, data)


@contextmanager
def new_store(path: Path) -> Iterator[Store]:
    """A store that is a zip file when its name ends in .zip, else a folder; raises OSError."""
    if path.suffix != ".zip":
        yield FolderStore(path)
        return
    with zipfile.ZipFile(path, "x", zipfile.ZIP_STORED) as file:
        yield ZipStore(file)


def put_group(store: Store, name: str, attributes: Mapping[str, object] | None = None) -> None:
    """Describes a group; the root's name is empty."""
    prefix = f"{name}/" if name else ""
    store.put(f"{prefix}.zgroup", _json({"zarr_format": 2}))
    if attributes is not None:
        store.put(f"{prefix}.zattrs", _json(attributes))


def compressed(rows: Array) -> bytes:
    """Rows as one chunk."""
    return zstandard.ZstdCompressor(level=LEVEL).compress(np.ascontiguousarray(rows).tobytes())


class ChunkedArray:
    """An array of a store, (rows, ...), whose chunks come one by one as bytes."""

    def __init__(
        self, store: Store, name: str, dtype: "np.dtype[np.generic]", chunk: tuple[int, ...]
    ) -> None:
        """An empty array; `chunk` is the shape of its chunks, which part only the rows."""
        self._store, self._name, self._dtype, self._chunk = store, name, dtype, chunk
        self._count = 0

    def put(self, chunk: bytes) -> None:
        """Adds the next chunk, as `compressed` makes it."""
        key = ".".join([str(self._count), *("0" for _ in self._chunk[1:])])
        self._store.put(f"{self._name}/{key}", chunk)
        self._count += 1

    def close(self, rows: int) -> None:
        """Describes the array, of which `rows` rows count."""
        about = {
            "zarr_format": 2,
            "shape": [rows, *self._chunk[1:]],
            "chunks": self._chunk,
            "dtype": self._dtype.str,
            "compressor": {"id": "zstd", "level": LEVEL},
            "fill_value": False if self._dtype == np.bool_ else 0,
            "order": "C",
            "filters": None,
        }
        self._store.put(f"{self._name}/.zarray", _json(about))


class GrowingArray:
    """An array of a store that takes rows in any portions."""

    def __init__(self, store: Store, name: str, like: Array, chunk_rows: int) -> None:
        """An empty array whose rows have the type and shape of those of `like`."""
        self._array = ChunkedArray(store, name, like.dtype, (chunk_rows, *like.shape[1:]))
        self._pending, self._chunk_rows, self._rows = like[:0], chunk_rows, 0

    def append(self, values: Array) -> None:
        """Adds rows."""
        self._rows += len(values)
        waiting = np.concatenate([self._pending, values])
        whole = len(waiting) // self._chunk_rows * self._chunk_rows
        for first in range(0, whole, self._chunk_rows):
            self._array.put(compressed(waiting[first : first + self._chunk_rows]))
        self._pending = waiting[whole:]

    def close(self) -> None:
        """Writes the last chunk, filled up with zeros, and the description."""
        if len(self._pending):
            fill = np.zeros(
                (self._chunk_rows - len(self._pending), *self._pending.shape[1:]), self._pending.dtype
            )
            self._array.put(compressed(np.concatenate([self._pending, fill])))
        self._array.close(self._rows)


def _json(value: object) -> bytes:
    return msgspec.json.format(msgspec.json.encode(value), indent=4) + b"\n"
