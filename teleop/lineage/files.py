"""Folders that are swapped in one step, linked files, and what goes for good."""

import ctypes
import errno
import os
import shutil
from pathlib import Path

from teleop.durable_files import sync

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2


def sync_tree(root: Path) -> None:
    """Waits until the disk has kept all names below a folder; files are synced by who writes them."""
    for folder in (root, *(one for one in root.rglob("*") if one.is_dir())):
        sync(folder)


def link(source: Path, target: Path) -> None:
    """Makes `target` the same file as `source`: no byte is copied."""
    target.parent.mkdir(parents=True, exist_ok=True)
    os.link(source, target)


def exchange(one: Path, other: Path) -> None:
    """Swaps two folders of one file system in a single step; raises OSError.

    Linux's renameat2 with RENAME_EXCHANGE, which Python does not offer.
    """
    library = ctypes.CDLL(None, use_errno=True)
    paths = (_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other))
    if library.renameat2(*paths, _RENAME_EXCHANGE) != 0:
        number = ctypes.get_errno() or errno.EIO
        raise OSError(number, os.strerror(number), str(one))
    sync(one.parent)


def remove_tree(folder: Path) -> None:
    """Removes a folder if it is there, and has the disk keep that."""
    if folder.exists():
        shutil.rmtree(folder)
        sync(folder.parent)


def remove(path: Path) -> None:
    """Removes a file if it is there."""
    path.unlink(missing_ok=True)
