"""Finds datasets of an HDF5 file that carry the time at which they were written."""

from typing import Any

import h5py

_MODIFICATION_TIME = (0x0E, 0x12)


def timed(file: h5py.File) -> list[str]:
    """The names of objects whose header holds a modification time."""
    found: list[str] = []

    def look(name: str, item: Any) -> None:
        present = h5py.h5o.get_info(item.id).hdr.mesg.present
        if any(present >> message & 1 for message in _MODIFICATION_TIME):
            found.append(name)

    file.visititems(look)
    return found
