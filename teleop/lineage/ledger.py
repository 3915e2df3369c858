"""The ledger file: records are appended, chained and kept by the disk; nothing is ever changed in it.

Beside it `ledger.head.json` says how far it reached at the last append, which is written after the records:
a kill between the two leaves a ledger that reaches farther than its head, and no harm. `ledger.signed.json`
says the same, signed, as of when somebody with a key last looked.
"""

import fcntl
import os
from pathlib import Path
from typing import TypeVar

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from teleop.durable_files import write_whole
from teleop.lineage.canonical import Signature, canonical, sign
from teleop.lineage.records import Head, LedgerBroken, Record, head_of, line_of, records_of, refuse_short_of

FOLDER = "lineage"
LEDGER, HEAD, SIGNED_HEAD = "ledger.jsonl", "ledger.head.json", "ledger.signed.json"
ROLE = "ledger"
_Kind = TypeVar("_Kind", Head, "SignedHead")


class SignedHead(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How far the ledger reached when it was signed."""

    head: Head
    signature: Signature


def lineage_dir(episodes: Path) -> Path:
    """Where the lineage of a folder of episodes is kept."""
    return episodes / FOLDER


def read_ledger(episodes: Path) -> tuple[Record, ...]:
    """All records, oldest first; none where there is no ledger. Raises LedgerBroken, OSError."""
    path = lineage_dir(episodes) / LEDGER
    head = _head(episodes)  # first, for the ledger may grow meanwhile
    try:
        lines = _whole_lines(path.read_bytes())
    except FileNotFoundError:
        lines = []
    try:
        refuse_short_of(head, lines)
        return records_of(lines)
    except LedgerBroken as error:
        raise LedgerBroken(f"{path}: {error}") from error


def append(episodes: Path, *records: Record) -> None:
    """Appends records as one write that the disk has kept on return; raises LedgerBroken, OSError.

    A line that a crash cut off is removed first: it was never acknowledged. A ledger that ends before
    the last one that was written is left as it is.
    """
    path = lineage_dir(episodes) / LEDGER
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+b") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        stream.seek(0)
        content = stream.read()
        lines = _whole_lines(content)
        try:
            refuse_short_of(_head(episodes), lines)
        except LedgerBroken as error:
            raise LedgerBroken(f"{path}: {error}") from error
        stream.truncate(content.rfind(b"\n") + 1)
        known = len(lines)
        for record in records:
            lines.append(line_of(record, lines[-1] if lines else None))
        stream.write(b"".join(line + b"\n" for line in lines[known:]))
        stream.flush()
        os.fsync(stream.fileno())
        if (head := head_of(lines)) is not None:
            write_whole(path.with_name(HEAD), canonical(head))


def sign_head(episodes: Path, key: Ed25519PrivateKey) -> None:
    """Signs how far the ledger reaches now; raises LedgerBroken, OSError."""
    read_ledger(episodes)
    head = _head(episodes)
    if head is not None:
        signed = SignedHead(head, sign(key, ROLE, head))
        write_whole(lineage_dir(episodes) / SIGNED_HEAD, canonical(signed))


def signed_head(episodes: Path) -> SignedHead | None:
    """What was signed last, None where nothing was; raises LedgerBroken where it can be no signed head."""
    return _read(lineage_dir(episodes) / SIGNED_HEAD, SignedHead)


def ledger_lines(episodes: Path) -> list[bytes]:
    """The whole lines of a ledger that is there; raises OSError."""
    return _whole_lines((lineage_dir(episodes) / LEDGER).read_bytes())


def _head(episodes: Path) -> Head | None:
    return _read(lineage_dir(episodes) / HEAD, Head)


def _read(path: Path, kind: type[_Kind]) -> _Kind | None:
    try:
        content = path.read_bytes()
        found = msgspec.json.decode(content, type=kind)
    except FileNotFoundError:
        return None
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise LedgerBroken(f"{path} cannot be read: {error}") from error
    if canonical(found) != content:
        raise LedgerBroken(f"{path} was written anew by something else")
    return found


def _whole_lines(content: bytes) -> list[bytes]:
    return content[: content.rfind(b"\n") + 1].split(b"\n")[:-1]
