"""Runs a recipe over episode files: records from the cache or made anew, then one folder with the result."""

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import msgspec

from teleop.annotation import agreement, revisions, standing
from teleop.annotation.standing import Standing
from teleop.annotation.store import AnnotationsBroken, annotations_path, parse_revisions
from teleop.curation import (
    coverage,
    deciding,
    filtering,
    information,
    likeness,
    measures,
    recipe,
    records,
    reweighting,
    stages,
)
from teleop.curation.deciding import SELECTION, decide
from teleop.curation.forgetting import records_place
from teleop.curation.measures import measure
from teleop.curation.recipe import Recipe, parse
from teleop.curation.records import (
    Annotated,
    Captured,
    Measured,
    Normalized,
    Records,
    Selected,
    Unreadable,
    encode,
    key,
    read_lines,
)
from teleop.curation.runners import Runner
from teleop.curation.stages import annotate, capture, normalize
from teleop.episodes import arrays, loading, resampling, validation
from teleop.episodes.damage import EpisodeUnreadable
from teleop.episodes.loading import open_episode
from teleop.episodes.sources import version_of_code
from teleop.episodes.validation.files import evidence_of
from teleop.episodes.validation.validator import validate

RECIPE = "recipe.toml"
_COMPUTING = ("numpy", "opencv-python-headless", "av")
_SHARED = (arrays, loading, resampling, records, recipe)
_CODE = {
    "capture": (stages, *_SHARED),
    "annotation": (stages, standing, agreement, revisions, *_SHARED),
    "filtering": (measures, validation, *_SHARED),
    "normalization": (stages, *_SHARED),
    "deciding": (deciding, filtering, information, likeness, reweighting, coverage, *_SHARED),
}


class RunRefused(Exception):
    """A recipe was not run, or its result not written; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Task:
    """One episode file, the recipe, each stage's code version, and where records are kept (None: nowhere)."""

    path: Path
    recipe: Recipe
    code: dict[str, str]
    cache: Path | None


def code_versions() -> dict[str, str]:
    """Each stage's code version: a hash over its sources and the versions of what computes for it."""
    computing = [f"{name} {version(name)}" for name in _COMPUTING]
    return {stage: version_of_code(modules, *computing) for stage, modules in _CODE.items()}


def run(text: str, paths: Sequence[Path], cache: Path | None, runner: Runner) -> dict[str, bytes]:
    """The files of a run; raises RecipeInvalid."""
    wanted = parse(text, RECIPE)
    code = code_versions()
    tasks = [Task(path, wanted, code, cache) for path in sorted(paths)]
    answers = runner.map(examine, tasks)
    good = [one for one in answers if isinstance(one, Records)]
    bad = [one for one in answers if isinstance(one, Unreadable)]
    return {RECIPE: text.encode()} | decide(wanted, code, good, bad)


def write(files: dict[str, bytes], out: Path) -> bool:
    """Writes a run's folder; False when it is there with these very bytes. Raises RunRefused, OSError."""
    if out.exists():
        there = {one.name: one.read_bytes() for one in out.iterdir()} if out.is_dir() else {}
        differing = sorted(name for name in files.keys() | there.keys() if files.get(name) != there.get(name))
        if differing:
            raise RunRefused(
                f"{out} holds another run ({', '.join(differing)} differ). Choose another --out."
            )
        return False
    begun = out.with_name(f".{out.name}.{os.getpid()}")
    begun.mkdir(parents=True)
    for name, data in files.items():
        (begun / name).write_bytes(data)
    begun.rename(out)
    return True


def selection(path: Path) -> tuple[Selected, ...]:
    """The selection of a run's folder or of a selection file; raises RunRefused."""
    file = path / SELECTION if path.is_dir() else path
    try:
        return read_lines(file.read_bytes(), Selected)
    except (OSError, msgspec.MsgspecError) as error:
        raise RunRefused(f"{file} is no selection: {error}") from error


def examine(task: Task) -> Records | Unreadable:
    """All records of one episode; reads the episode only where the cache lacks one."""
    sha256 = ""
    try:
        with task.path.open("rb") as stream:
            sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
        saved = _saved(task.path)
        return _kept(task, sha256, saved) or _made(task, sha256, saved)
    except EpisodeUnreadable as error:
        return Unreadable(task.path.name, sha256, f"it {error.wrong}")
    except OSError as error:
        return Unreadable(task.path.name, sha256, f"it cannot be read ({error.strerror})")


def _saved(path: Path) -> Standing:
    """What people saved of an episode's sub-tasks."""
    try:
        return standing.standing(parse_revisions(annotations_path(path).read_bytes()))
    except FileNotFoundError:
        return standing.NOTHING
    except AnnotationsBroken:
        return standing.DAMAGED


def _keys(task: Task, sha256: str, saved: Standing) -> dict[str, str]:
    """The records' keys; normalization also depends on what annotation keeps, that on what people saved."""
    parts: dict[str, msgspec.Struct] = {
        "capture": task.recipe.capture,
        "annotation": task.recipe.annotation,
        "filtering": task.recipe.filtering,
        "normalization": task.recipe.normalization,
    }
    found = {stage: key(stage, task.code[stage], how, sha256) for stage, how in parts.items()}
    found["annotation"] = key("saved", found["annotation"], saved, sha256)
    found["normalization"] = key("normalization", found["normalization"], task.recipe.annotation, sha256)
    return found


def _place(cache: Path, sha256: str, name: str) -> Path:
    return records_place(cache, sha256) / f"{name}.json"


def _kept(task: Task, sha256: str, saved: Standing) -> Records | None:
    if task.cache is None:
        return None
    keys = _keys(task, sha256, saved)
    try:
        found = {stage: _place(task.cache, sha256, name).read_bytes() for stage, name in keys.items()}
        return Records(
            task.path.name,
            sha256,
            msgspec.json.decode(found["capture"], type=Captured),
            msgspec.json.decode(found["annotation"], type=Annotated),
            msgspec.json.decode(found["filtering"], type=Measured),
            msgspec.json.decode(found["normalization"], type=Normalized),
        )
    except (OSError, msgspec.MsgspecError):
        return None


def _made(task: Task, sha256: str, saved: Standing) -> Records:
    how = task.recipe
    episode = open_episode(task.path, pictures=how.filtering.decode)
    annotated = annotate(episode, how.annotation, saved)
    measured = measure(episode, how.filtering)
    if how.filtering.decode:
        wrong = [one for one in validate(evidence_of(episode)) if one.rule not in how.filtering.ignore]
        values = measured.values | {"findings": float(len(wrong))}
        measured = Measured(values, measured.states, measured.actions)
    made = Records(
        task.path.name,
        sha256,
        capture(episode, how.capture),
        annotated,
        measured,
        normalize(episode, how.normalization, annotated.keep_ranges_ns),
    )
    if task.cache is not None:
        parts = (made.captured, made.annotated, made.measured, made.normalized)
        for name, part in zip(_keys(task, sha256, saved).values(), parts, strict=True):
            _keep(_place(task.cache, sha256, name), encode(part))
    return made


def _keep(place: Path, data: bytes) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    begun = place.with_name(f".{place.name}.{os.getpid()}")
    begun.write_bytes(data)
    begun.replace(place)
