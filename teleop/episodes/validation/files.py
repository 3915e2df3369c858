"""Validates episode files: reads them, checks their checksums, decodes their pictures, runs the rules."""

import hashlib
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

from robot_bridge.arms.load import load_arm
from robot_bridge.arms.model import ArmModel
from robot_bridge.toml_table import InvalidTable
from teleop.episodes.container import checksum_path
from teleop.episodes.damage import EpisodeUnreadable
from teleop.episodes.loading import Episode, open_episode
from teleop.episodes.validation.decoding import watched
from teleop.episodes.validation.evidence import Evidence, Finding, finding
from teleop.episodes.validation.sets import Print, compared, print_of
from teleop.episodes.validation.validator import validate


@dataclass(frozen=True, slots=True)
class Report:
    """One file's findings; `episode_id` is the file's stem where it could not be read."""

    path: Path
    episode_id: str
    findings: tuple[Finding, ...]


def validate_files(paths: Sequence[Path], workers: int = 1) -> tuple[Report, ...]:
    """Findings of every file, in this order, the same for any number of workers."""
    if workers > 1:
        with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
            examined = list(pool.map(_examined, paths))
    else:
        examined = [_examined(path) for path in paths]
    together = compared([found for _, found in examined if found is not None])
    return tuple(_joined(report, together) for report, _ in examined)


def evidence_of(episode: Episode) -> Evidence:
    """An episode with its pictures decoded and its arm looked up."""
    shown = {camera: watched(pictures) for camera, pictures in episode.pictures.items()}
    return Evidence(episode, shown, _model(episode.header.arm))


def _examined(path: Path) -> tuple[Report, Print | None]:
    wrong = _checksum(path)
    try:
        evidence = evidence_of(open_episode(path))
    except EpisodeUnreadable as error:
        unreadable = finding("file", path.name, 0, 1, error.wrong)
        return Report(path, path.stem, (*wrong, unreadable)), None
    episode_id = evidence.episode.header.episode_id
    return Report(path, episode_id, (*wrong, *validate(evidence))), print_of(evidence)


def _joined(report: Report, together: dict[str, list[Finding]]) -> Report:
    return Report(report.path, report.episode_id, (*report.findings, *together.get(report.episode_id, [])))


def _checksum(path: Path) -> Iterable[Finding]:
    try:
        recorded = checksum_path(path).read_text(encoding="ascii").split()
        with path.open("rb") as stream:
            found = hashlib.file_digest(stream, "sha256").hexdigest()
    except (OSError, UnicodeDecodeError):
        return (finding("file", checksum_path(path).name, 0, 1, "there is no checksum to compare with"),)
    if recorded[:1] != [found]:
        return (finding("file", path.name, 0, 1, "it differs from its checksum"),)
    return ()


def _model(name: str) -> ArmModel | None:
    try:
        return load_arm(name)
    except InvalidTable:
        return None
