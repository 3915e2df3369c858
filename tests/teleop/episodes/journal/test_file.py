"""The growing journal: on disk at once, locked, and ended by the first refusal of the disk."""

import errno
import fcntl
import os
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from teleop.episodes.format import Event, Picture
from teleop.episodes.journal.codec import Damage, Record, read
from teleop.episodes.journal.entries import Entry, decode
from teleop.episodes.journal.file import RESERVE_BYTES, JournalClosed, JournalFile, journal_path

STAMP = 77


@pytest.fixture
def journal(episodes: Path, synthetic: Any) -> JournalFile:
    return JournalFile(episodes / "ep-1.journal", synthetic.header(synthetic.Script()), STAMP)


def entries(path: Path) -> list[Entry]:
    return [decode(one.payload) for one in read([path.read_bytes()]) if isinstance(one, Record)]


def failing(code: int) -> Callable[..., int]:
    def fail(*_: Any) -> int:
        raise OSError(code, os.strerror(code))

    return fail


def test_the_opening_stands_there_twice_at_once(journal: JournalFile, synthetic: Any) -> None:
    first, second = entries(journal.path)
    assert first == second
    assert getattr(first, "header", None) == synthetic.header(synthetic.Script())
    assert journal.records == 2


def test_what_is_appended_is_in_the_file_before_any_sync(journal: JournalFile) -> None:
    journal.append([Event(1, "a", {}), Event(2, "b", {})])
    journal.append([])
    assert entries(journal.path)[2:] == [Event(1, "a", {}), Event(2, "b", {})]
    assert journal.records == 4


def test_a_growing_journal_is_locked_and_never_overwritten(journal: JournalFile, synthetic: Any) -> None:
    with journal.path.open("rb") as stream, pytest.raises(BlockingIOError):
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    with pytest.raises(FileExistsError):
        JournalFile(journal.path, synthetic.header(synthetic.Script()), STAMP)
    journal.close()
    journal.close()
    with journal.path.open("rb") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    assert len(entries(journal.path)) == 2


def test_a_write_in_pieces_is_whole(journal: JournalFile, monkeypatch: pytest.MonkeyPatch) -> None:
    write = os.write
    monkeypatch.setattr(os, "write", lambda handle, data: write(handle, bytes(data)[:7]))
    journal.append([Event(1, "a", {})])
    assert entries(journal.path)[2:] == [Event(1, "a", {})]


@pytest.mark.parametrize(("call", "code"), [("fdatasync", errno.EIO), ("write", errno.ENOSPC)])
def test_the_first_refusal_ends_the_file(
    call: str, code: int, journal: JournalFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal.append([Event(1, "a", {})])
    with monkeypatch.context() as patch:
        patch.setattr(os, call, failing(code))
        with pytest.raises(OSError) as refused:
            journal.append([Event(2, "b", {})])
            journal.sync()
        assert refused.value.errno == code
    size = journal.path.stat().st_size
    for again in (journal.sync, lambda: journal.append([Event(3, "c", {})])):
        with pytest.raises(JournalClosed, match="ep-1.journal is closed"):
            again()
    assert journal.path.stat().st_size == size


def test_a_disk_that_fills_in_the_middle_of_a_record_leaves_the_whole_ones(
    journal: JournalFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    write, room = os.write, [30]

    def fill(handle: int, data: bytes) -> int:
        if not room:
            raise OSError(errno.ENOSPC, "full")
        return write(handle, bytes(data)[: room.pop()])

    journal.append([Event(1, "a", {})])
    monkeypatch.setattr(os, "write", fill)
    with pytest.raises(OSError, match="full"):
        journal.append([Event(2, "b", {})])
    found = list(read([journal.path.read_bytes()]))
    assert [type(one) for one in found] == [Record, Record, Record, Damage]


def test_room_is_left_to_make_the_episode(journal: JournalFile, monkeypatch: pytest.MonkeyPatch) -> None:
    journal.append([Picture("wrist", 1, 2, 3, True, bytes(100_000))])
    size, free = journal.path.stat().st_size, [0]
    monkeypatch.setattr(os, "fstatvfs", lambda _: SimpleNamespace(f_bavail=free[0], f_frsize=1))
    free[0] = RESERVE_BYTES + size
    journal.sync()
    free[0] -= 1
    with pytest.raises(OSError, match="nearly full.*ep-1.journal") as refused:
        journal.sync()
    assert refused.value.errno == errno.ENOSPC
    with pytest.raises(JournalClosed):
        journal.append([Event(1, "a", {})])
    assert len(entries(journal.path)) == 3


def test_a_journal_that_cannot_be_begun_leaves_nothing(
    episodes: Path, synthetic: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "fdatasync", failing(errno.ENOSPC))
    with pytest.raises(OSError, match="No space left"):
        JournalFile(episodes / "ep-1.journal", synthetic.header(synthetic.Script()), STAMP)
    assert list(episodes.iterdir()) == []


def test_the_journal_lies_beside_the_episode() -> None:
    assert journal_path(Path("a/ep.1.mcap")) == Path("a/ep.1.journal")
