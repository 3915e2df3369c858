"""An episode's saved revisions in a file beside it: `<episode_id>.annotations.jsonl`.

One line a revision; each names the SHA-256 of the line before, so that a change of an old one shows. The
file goes with its episode: whatever erases the one erases the other. Where an author withdraws, the revisions
stay without the author, and the lines name each other anew.
"""

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import msgspec

from teleop.annotation.revisions import WITHDRAWN, Revision, without_authors
from teleop.durable_files import write_whole
from teleop.lineage.canonical import canonical, sha256_of

SUFFIX = ".annotations.jsonl"
FIRST = "0" * 64


class Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One line of the file; `sha256` is that of the revision, and empty in files of before it was kept."""

    previous: str
    revision: Revision
    sha256: str = ""


class AnnotationsBroken(Exception):
    """A file of annotations that was changed after it was written; the text names the line."""


def annotations_path(episode: Path) -> Path:
    """Where the annotations of an episode's file lie."""
    return episode.with_name(f"{episode.stem}{SUFFIX}")


def read_revisions(episode: Path) -> tuple[Revision, ...]:
    """The saved revisions, oldest first; none where nothing was saved. Raises AnnotationsBroken, OSError."""
    try:
        content = annotations_path(episode).read_bytes()
    except FileNotFoundError:
        return ()
    return parse_revisions(content)


def parse_revisions(content: bytes) -> tuple[Revision, ...]:
    """The revisions in what such a file holds, oldest first; raises AnnotationsBroken."""
    found: list[Revision] = []
    previous = FIRST
    for number, text in enumerate(content.splitlines(keepends=True), 1):
        try:
            line = msgspec.json.decode(text, type=Line)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise AnnotationsBroken(f"line {number} cannot be read: {error}") from error
        if line.previous != previous or line.revision.number != number:
            raise AnnotationsBroken(f"line {number} does not follow the one before")
        if canonical(line) + b"\n" != text or line.sha256 not in ("", sha256_of(canonical(line.revision))):
            raise AnnotationsBroken(f"line {number} was changed")
        found.append(line.revision)
        previous = sha256_of(text[:-1])
    return tuple(found)


def write_revisions(episode: Path, revisions: Sequence[Revision]) -> None:
    """Writes all revisions, so that a crash leaves the old or the new file; raises OSError.

    Raises FileNotFoundError when the episode is gone by the time they are written: then nothing is left.
    """
    lines: list[bytes] = []
    for revision in revisions:
        previous = sha256_of(lines[-1]) if lines else FIRST
        lines.append(canonical(Line(previous, revision, sha256_of(canonical(revision)))))
    path = annotations_path(episode)
    write_whole(path, b"\n".join([*lines, b""]))
    if not episode.is_file():
        path.unlink(missing_ok=True)
        raise FileNotFoundError(episode.name)


def forget_authors(episodes: Path, withdrawn_ns: Mapping[str, int]) -> int:
    """Takes the ids of authors who withdrew (UTC in ns) out of all annotations; how many files changed.

    A file that was broken before stays broken, without those ids. Raises OSError.
    """
    changed = 0
    for path in sorted(episodes.glob(f"*{SUFFIX}")) if withdrawn_ns else ():
        content = path.read_bytes()
        try:
            history = parse_revisions(content)
        except AnnotationsBroken:
            nameless = _nameless(content, withdrawn_ns)
            if nameless != content:
                write_whole(path, nameless)
                changed += 1
            continue
        left = without_authors(history, withdrawn_ns)
        if left != history:
            with suppress(FileNotFoundError):  # its episode is gone, and so is it then
                write_revisions(path.with_name(f"{path.name.removesuffix(SUFFIX)}.mcap"), left)
            changed += 1
    return changed


def _nameless(content: bytes, authors: Collection[str]) -> bytes:
    for author in authors:
        content = content.replace(b'"author":"%s"' % author.encode(), b'"author":"%s"' % WITHDRAWN.encode())
    return content
