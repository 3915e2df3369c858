"""Writes HDF5 files whose bytes depend on their content alone: no times, one fixed compression."""

import importlib.util
from collections.abc import Iterable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from teleop.episodes.exporting.work import ExportRefused
from teleop.episodes.layouts.fields import Array, Picture

if TYPE_CHECKING:
    import h5py

DEFLATE = 1


def installed() -> str:
    """The version of h5py; raises ExportRefused without it."""
    if importlib.util.find_spec("h5py") is None:
        raise ExportRefused("HDF5 needs the library h5py, which is missing: pip install 'armcade[export]'")
    return version("h5py")


def created(path: Path) -> "h5py.File":
    """A new HDF5 file that any HDF5 library since 1.8 reads; raises OSError."""
    import h5py

    return h5py.File(path, "x", libver="earliest")


def opened(path: Path) -> "h5py.File":
    """An HDF5 file to read; raises OSError."""
    import h5py

    return h5py.File(path, "r")


def put(group: "h5py.Group", name: str, values: Array) -> None:
    """Writes an array as it is."""
    group.create_dataset(name, data=np.ascontiguousarray(values), track_times=False)


def put_texts(group: "h5py.Group", name: str, texts: Sequence[str]) -> None:
    """Writes texts as UTF-8 of one length, filled up with zeros."""
    encoded = [text.encode() for text in texts]
    width = max(1, *(len(one) for one in encoded))
    put(group, name, np.array(encoded, dtype=f"S{width}"))


def put_pictures(
    group: "h5py.Group", name: str, shape: tuple[int, int, int], pictures: Iterable[Picture]
) -> None:
    """Writes pictures (height, width, 3), `shape` being rows, height, width: one a chunk, deflated."""
    size = (*shape[1:], 3)
    dataset = group.create_dataset(
        name,
        shape=(shape[0], *size),
        dtype="uint8",
        chunks=(1, *size),
        compression="gzip",
        compression_opts=DEFLATE,
        track_times=False,
    )
    for row, picture in enumerate(pictures):
        dataset[row] = picture


def put_next_pictures(group: "h5py.Group", name: str, pictures: "h5py.Dataset") -> None:
    """A view of pictures moved by one row, the last one repeated, that takes no room."""
    import h5py

    last = pictures.shape[0] - 1
    view = h5py.VirtualLayout(shape=pictures.shape, dtype=pictures.dtype, filename=pictures.file.filename)
    view.dcpl.set_obj_track_times(False)
    source = h5py.VirtualSource(pictures)
    if last:
        view[:last] = source[1:]
    view[last:] = source[last:]
    group.create_virtual_dataset(name, view)
