"""What is copied past the page cache arrives whole, on any file system, and its hash is that of the file."""

import errno
import hashlib
import os
import random
from pathlib import Path
from typing import Any

import pytest

from teleop.lineage import direct_copy as module
from teleop.lineage.direct_copy import BLOCK_BYTES, PIECE_BYTES, direct_copy

CONTENT = random.Random(3).randbytes(2 * PIECE_BYTES + 9_000)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    (tmp_path / "source").write_bytes(CONTENT)
    return tmp_path / "source"


def copied(source: Path, head: bytes, *stretches: tuple[int, int]) -> tuple[bytes, str]:
    """The bytes of a file made of a head and of stretches (place, length) of the source, and its hash."""
    out = source.with_name("out")
    with source.open("rb", buffering=0) as stream, direct_copy(out) as target:
        target.take(head)
        for at, length in stretches:
            stream.seek(at)
            target.take_from(stream, length)
        digest = target.close()
    return out.read_bytes(), digest


@pytest.mark.parametrize("head", [0, 1, BLOCK_BYTES, PIECE_BYTES - 1, PIECE_BYTES, PIECE_BYTES + 1])
@pytest.mark.parametrize("length", [0, BLOCK_BYTES, 5_000, PIECE_BYTES])
def test_any_lengths_arrive_whole(source: Path, head: int, length: int) -> None:
    expected = CONTENT[:head] + CONTENT[7 : 7 + length] + CONTENT[3:5]
    assert copied(source, CONTENT[:head], (7, length), (3, 2)) == (
        expected,
        hashlib.sha256(expected).hexdigest(),
    )


def test_what_is_longer_than_a_piece_arrives_whole(source: Path) -> None:
    made, digest = copied(source, b"head", (1, len(CONTENT) - 1))
    assert made == b"head" + CONTENT[1:]
    assert digest == hashlib.sha256(made).hexdigest()


def test_a_file_that_was_there_is_replaced(source: Path) -> None:
    source.with_name("out").write_bytes(CONTENT)
    assert copied(source, b"short")[0] == b"short"


def test_a_source_that_ends_too_early_is_told(source: Path) -> None:
    with pytest.raises(OSError, match="ends before"):
        copied(source, b"", (len(CONTENT) - 5, 6))


def refuse(call: str, code: int, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Stands for a file system that refuses direct writing; the flag with which each call came."""
    asked: list[int] = []
    real = {"open": os.open, "write": os.write}[call]

    def refusing(first: Any, *others: Any) -> int:
        flags = others[0] if call == "open" else module.fcntl.fcntl(first, module.fcntl.F_GETFL)
        asked.append(flags & os.O_DIRECT)
        if flags & os.O_DIRECT:
            raise OSError(code, os.strerror(code))
        return real(first, *others)

    monkeypatch.setattr(os, call, refusing)
    return asked


@pytest.mark.parametrize("call", ["open", "write"])
def test_a_file_system_without_direct_writing_is_written_as_usual(
    source: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    asked = refuse(call, errno.EINVAL, monkeypatch)
    assert copied(source, b"head", (5, 6_000))[0] == b"head" + CONTENT[5:6_005]
    assert asked == [os.O_DIRECT, 0]


@pytest.mark.parametrize("call", ["open", "write"])
def test_any_other_refusal_is_told(source: Path, monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    refuse(call, errno.ENOSPC, monkeypatch)
    with pytest.raises(OSError, match="No space left"):
        copied(source, b"head", (5, 6_000))


def test_a_write_in_odd_pieces_is_whole(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = os.write
    monkeypatch.setattr(os, "write", lambda handle, data: write(handle, bytes(data[:99_999])))
    assert copied(source, b"head", (5, 600_000))[0] == b"head" + CONTENT[5:600_005]
