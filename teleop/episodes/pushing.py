"""Puts an export into a folder or an object store: resumable, verified, nothing overwritten."""

import hashlib
import importlib.util
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from teleop.episodes.card.croissant import File
from teleop.episodes.card.describe import SUMS, listed

if TYPE_CHECKING:
    from obstore.store import ObjectStore

CLAIM = ".armcade-push"
PIECE_BYTES = 8 * 1024 * 1024
_BEGUN = ".part"


class PushRefused(Exception):
    """Nothing more was put onto the shelf; the text says why and what to do."""


class Shelf(Protocol):
    """A place for files, by names with slashes; its methods raise OSError, and what its library raises."""

    def sizes(self) -> dict[str, int]:
        """Every file that lies there, and its size in bytes."""
        ...

    def read(self, name: str) -> Iterator[bytes]:
        """A file's content in pieces."""
        ...

    def put(self, name: str, path: Path) -> None:
        """Puts a file there, whole or not at all, in place of one of this name."""

    def create(self, name: str, content: bytes) -> bool:
        """Puts a small file there unless there is one of this name; whether it did."""
        ...


@dataclass(frozen=True, slots=True)
class Pushed:
    """What a push did: files put there now, and files that lay there already, unchanged."""

    put: int
    kept: int
    bytes: int


def push(source: Path, shelf: Shelf, on_file: Callable[[int, int], None] = lambda _done, _of: None) -> Pushed:
    """Puts all files of an export there, and reads each back; `on_file` hears how many are done, of how many.

    After a break the same call goes on: what lies there with the right hash stays. SHA256SUMS comes
    last, so that a shelf that has it has everything. Raises PushRefused, OSError.
    """
    if not is_export(source):
        raise PushRefused(
            f"{source} is no export: it has no {SUMS}. Make one with `armcade episodes export`."
        )
    files = sorted(listed(source, {}), key=lambda file: (file.path == SUMS, file.path))
    there = _claimed(shelf, files)
    put = kept = moved = 0
    for file in files:
        if there.get(file.path) == file.bytes and _sha256(shelf, file.path) == file.sha256:
            kept += 1
        else:
            shelf.put(file.path, source / file.path)
            if _sha256(shelf, file.path) != file.sha256:
                raise PushRefused(f"{file.path} arrived with other bytes. Push again.")
            put, moved = put + 1, moved + file.bytes
        on_file(put + kept, len(files))
    return Pushed(put, kept, moved)


def is_export(source: Path) -> bool:
    """Whether a folder has what every finished export has."""
    return (source / SUMS).is_file()


def shelf_at(place: str) -> Shelf:
    """The shelf that a folder or an address like s3://bucket/prefix names; raises PushRefused."""
    if "://" not in place:
        return FolderShelf(Path(place).absolute())
    if importlib.util.find_spec("obstore") is None:
        raise PushRefused(
            "Object stores need the library obstore, which is missing: pip install 'armcade[export]'"
        )
    from obstore.store import from_url

    with _told():
        return ObjectShelf(from_url(place))


class FolderShelf:
    """A local folder."""

    def __init__(self, root: Path) -> None:
        """The folder is made when something is put there."""
        self._root = root

    def sizes(self) -> dict[str, int]:
        """Every file below it."""
        found = (path for path in self._root.rglob("*") if path.is_file() and path.suffix != _BEGUN)
        return {path.relative_to(self._root).as_posix(): path.stat().st_size for path in found}

    def read(self, name: str) -> Iterator[bytes]:
        """A file's content in pieces."""
        with (self._root / name).open("rb") as stream:
            while piece := stream.read(PIECE_BYTES):
                yield piece

    def put(self, name: str, path: Path) -> None:
        """Copies aside, then renames."""
        target = self._root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        begun = target.with_name(f".{target.name}{_BEGUN}")
        shutil.copyfile(path, begun)
        os.replace(begun, target)

    def create(self, name: str, content: bytes) -> bool:
        """Writes a new file, unless it is there."""
        self._root.mkdir(parents=True, exist_ok=True)
        try:
            with (self._root / name).open("xb") as stream:
                stream.write(content)
        except FileExistsError:
            return False
        return True


class ObjectShelf:
    """An object store of obstore's, like S3; its credentials come from the environment."""

    def __init__(self, store: "ObjectStore") -> None:
        """Takes a store whose prefix is the dataset's place."""
        self._store = store

    def sizes(self) -> dict[str, int]:
        """Every object below the prefix."""
        import obstore

        with _told():
            return {one["path"]: one["size"] for page in obstore.list(self._store) for one in page}

    def read(self, name: str) -> Iterator[bytes]:
        """An object's content in pieces."""
        import obstore

        with _told():
            for piece in obstore.get(self._store, name).stream(min_chunk_size=PIECE_BYTES):
                yield bytes(piece)

    def put(self, name: str, path: Path) -> None:
        """Uploads a file, large ones in parts."""
        import obstore

        with _told():
            obstore.put(self._store, name, path)

    def create(self, name: str, content: bytes) -> bool:
        """Uploads a new object, unless it is there."""
        import obstore
        from obstore.exceptions import AlreadyExistsError

        with _told():
            try:
                obstore.put(self._store, name, content, mode="create")
            except AlreadyExistsError:
                return False
        return True


@contextmanager
def _told() -> Iterator[None]:
    """Turns what an object store complains of into a refusal."""
    from obstore.exceptions import BaseError

    try:
        yield
    except BaseError as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise PushRefused(f"The object store refuses: {reason}") from error


def _claimed(shelf: Shelf, files: list[File]) -> dict[str, int]:
    """What lies there already; refuses a shelf that holds anything else than a part of this very export."""
    text = "".join(f"{file.sha256}  {file.path}\n" for file in files)
    identity = hashlib.sha256(text.encode()).hexdigest().encode()
    there = shelf.sizes()
    if there and CLAIM not in there:
        raise PushRefused(f"{min(there)} lies there, and no push put it there. Choose an empty place.")
    if not shelf.create(CLAIM, identity) and b"".join(shelf.read(CLAIM)) != identity:
        raise PushRefused("Another dataset lies there. Choose another place: none is overwritten.")
    return there


def _sha256(shelf: Shelf, name: str) -> str:
    digest = hashlib.sha256()
    for piece in shelf.read(name):
        digest.update(piece)
    return digest.hexdigest()
