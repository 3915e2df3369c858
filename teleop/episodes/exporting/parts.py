"""Parts of an export on disk: made whole or not at all, and compared with their hashes before use."""

import hashlib
import os
import shutil
import sys
from collections.abc import Mapping
from functools import cache
from importlib.metadata import version
from pathlib import Path

import msgspec

from teleop import annotation
from teleop.annotation.standing import DAMAGED, Standing, standing
from teleop.annotation.store import AnnotationsBroken, annotations_path, parse_revisions
from teleop.episodes import (
    arrays,
    exporting,
    layouts,
    lerobot_v3,
    loading,
    resampling,
    series,
    statistics,
    video,
)
from teleop.episodes.damage import EpisodeUnreadable
from teleop.episodes.exporting.choice import Chosen, LeftOut, choose
from teleop.episodes.exporting.contract import Excluded, Facts, Format, OnPicture, Part
from teleop.episodes.exporting.errors import resampling_error
from teleop.episodes.exporting.pictures import PicturesDamaged
from teleop.episodes.exporting.taking import WHOLE, Asked, Taken
from teleop.episodes.resampling import NoRows
from teleop.episodes.sources import version_of_code

NOTE = "part.json"
SOURCES = (annotation, exporting, layouts, lerobot_v3, arrays, loading, resampling, series, statistics, video)
DECIDING = ("armcade", "av", "numpy", "pyarrow")


class _Note(msgspec.Struct, frozen=True):
    facts: Facts
    files: dict[str, str]


def make_part(form: Format, folder: Path, asked: Asked, on_picture: OnPicture) -> Part | Excluded:
    """The part of the episode that is asked for, below `folder`: the one that is there, or a new one.

    Raises OSError when the disk refuses.
    """
    path = asked.path
    try:
        digest, notes = _sha256(path), _annotations(path)
    except FileNotFoundError:
        return Excluded(path.name, "it does not exist")
    except OSError as error:
        return Excluded(path.name, f"it cannot be read ({error.strerror})")
    there = folder / part_key(form, digest + hashlib.sha256(notes).hexdigest(), asked.taken)
    found = _whole(there)
    if found is not None:
        return Part(there, found)
    try:
        return _make(form, there, (asked, digest, _standing(notes)), on_picture)
    except EpisodeUnreadable as error:
        return Excluded(path.name, f"it {error.wrong}")
    except (NoRows, PicturesDamaged, LeftOut) as error:
        return Excluded(path.name, str(error))


def part_key(form: Format, sha256: str, taken: Taken = WHOLE) -> str:
    """A part's name: whatever decides about its bytes decides about its name.

    `sha256` is of what goes into it: the episode's file and its annotations.
    """
    text = "\n".join((sha256, repr(form), _code(type(form).__module__), repr(taken)))
    return hashlib.sha256(text.encode()).hexdigest()


def _annotations(path: Path) -> bytes:
    """What is saved beside an episode; nothing where nothing is."""
    try:
        return annotations_path(path).read_bytes()
    except FileNotFoundError:
        return b""


def _standing(notes: bytes) -> Standing:
    try:
        return standing(parse_revisions(notes))
    except AnnotationsBroken:
        return DAMAGED


@cache
def _code(form: str) -> str:
    """The version of all code that decides about a part of the format in module `form`."""
    versions = [f"{name} {version(name)}" for name in DECIDING]
    return version_of_code((sys.modules[form], *SOURCES), *versions)


def _make(form: Format, there: Path, episode: tuple[Asked, str, Standing], on_picture: OnPicture) -> Part:
    asked, digest, saved = episode
    begun = there.with_name(f".{there.name}.{os.getpid()}")
    shutil.rmtree(begun, ignore_errors=True)
    begun.mkdir(parents=True)
    try:
        chosen = choose(asked.path, form.fps, asked.taken, saved)
        told = form.write_part(chosen, begun, on_picture)
        facts = _facts(asked.path.name, digest, chosen, told or {})
        note = msgspec.json.encode(_Note(facts, _hashes(begun)))
        (begun / NOTE).write_bytes(hashlib.sha256(note).hexdigest().encode() + b"\n" + note)
        shutil.rmtree(there, ignore_errors=True)
        begun.rename(there)
    finally:
        shutil.rmtree(begun, ignore_errors=True)
    return Part(there, facts)


def _facts(file: str, digest: str, chosen: Chosen, told: Mapping[str, float]) -> Facts:
    rows = chosen.rows
    captured = {camera: shown.capture_ns for camera, shown in chosen.pictures.items()}
    return Facts(
        file=file,
        sha256=digest,
        header=chosen.episode.header,
        verdict=chosen.verdict,
        rows=len(rows.t_ns),
        first_ns=chosen.first_ns,
        figures=resampling_error(chosen.episode, captured, rows) | dict(told),
        weight=chosen.taken.weight,
        labels=chosen.taken.labels,
        language=chosen.taken.language,
        standing=chosen.standing,
        chosen_by=chosen.taken.chosen_by,
    )


def _whole(folder: Path) -> Facts | None:
    """What a part tells of its episode; None for one that is absent or was changed."""
    try:
        digest, _, text = (folder / NOTE).read_bytes().partition(b"\n")
        if hashlib.sha256(text).hexdigest().encode() != digest:
            return None
        note = msgspec.json.decode(text, type=_Note)
        return note.facts if _hashes(folder) == note.files else None
    except (OSError, msgspec.MsgspecError):
        return None


def _hashes(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != NOTE)
    return {str(path.relative_to(folder)): _sha256(path) for path in files}


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
