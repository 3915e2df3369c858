"""A file that is replaced is the old or the new one at any moment, and on disk before anyone is told."""

import os

import pytest

from teleop import durable_files
from teleop.durable_files import sync, write_whole


def test_the_new_content_is_synced_before_it_has_the_name_and_the_name_before_anyone_is_told(
    tmp_path, monkeypatch
):
    path = tmp_path / "state.json"
    path.write_bytes(b"old")
    told: list[tuple[bytes, bool]] = []
    kept = os.fsync

    def watched(handle: int) -> None:
        told.append((path.read_bytes(), os.path.isdir(f"/proc/self/fd/{handle}")))
        kept(handle)

    monkeypatch.setattr(durable_files.os, "fsync", watched)
    write_whole(path, b"new")
    assert told == [(b"old", False), (b"new", True)]
    assert [one.name for one in tmp_path.iterdir()] == ["state.json"]


def test_a_disk_that_refuses_leaves_the_old_content(tmp_path, monkeypatch):
    path = tmp_path / "state.json"
    path.write_bytes(b"old")

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(durable_files.os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_whole(path, b"new")
    assert path.read_bytes() == b"old"


def test_what_is_not_there_cannot_be_kept(tmp_path):
    sync(tmp_path)
    with pytest.raises(FileNotFoundError):
        sync(tmp_path / "missing")
