"""Which episodes of a folder come from whom, read from the files themselves."""

import hashlib
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

from teleop.episodes.container import checksum_path
from teleop.episodes.damage import EpisodeUnreadable
from teleop.episodes.format import Header
from teleop.episodes.loading import overview
from teleop.episodes.recovery import waiting, whose
from teleop.lineage.ledger import read_ledger
from teleop.lineage.records import EpisodeMade, Part


@dataclass(frozen=True, slots=True)
class Holdings:
    """The chosen episodes, and the files of which nobody can say whose they are."""

    parts: tuple[Part, ...]
    unknown: tuple[str, ...]


def holdings_of(episodes: Path, contributor: str) -> Holdings:
    """All episodes of one contributor, a damaged one by what the ledger says of it.

    Raises OSError, LedgerBroken.
    """
    made = {one.episode_id: one for one in read_ledger(episodes) if isinstance(one, EpisodeMade)}
    found = choose(episodes, lambda header: header.pseudonym == contributor)
    damaged = [Path(name).stem for name in found.unknown]
    theirs = [
        Part(one, made[one].sha256, contributor)
        for one in damaged
        if one in made and made[one].contributor == contributor
    ]
    unknown = tuple(name for name in found.unknown if Path(name).stem not in made)
    return Holdings((*found.parts, *theirs), unknown)


def choose(episodes: Path, wanted: Callable[[Header], bool], others: Collection[str] = ()) -> Holdings:
    """The episodes whose header is wanted, left unfinished or sealed; damaged and renamed files are unknown.

    So is what is being written. Sealed ones of the ids in `others` are not looked at.
    """
    parts, unknown = _unfinished(episodes, wanted)
    for path in sorted(one for one in episodes.glob("*.mcap") if one.stem not in others):
        try:
            header = overview(path).header
        except EpisodeUnreadable:
            unknown.append(path.name)
            continue
        if path.stem != header.episode_id:
            unknown.append(path.name)
        elif wanted(header):
            parts.append(Part(header.episode_id, sealed_sha256(path), header.pseudonym))
    sealed = {part.episode_id for part in parts if part.sha256}
    return Holdings(tuple(one for one in parts if one.sha256 or one.episode_id not in sealed), tuple(unknown))


def _unfinished(episodes: Path, wanted: Callable[[Header], bool]) -> tuple[list[Part], list[str]]:
    """What dead recorders left of wanted episodes, with no hash; what cannot be read or is being written."""
    parts: dict[str, Part] = {}
    unknown: list[str] = []
    names = {*waiting(episodes), *(path.name for path in episodes.glob("*.unreadable*"))}
    for name in sorted(names):
        header = whose(episodes / name)
        if header is None:
            unknown.append(name)
        elif wanted(header):
            parts[header.episode_id] = Part(header.episode_id, "", header.pseudonym)
    return list(parts.values()), unknown


def sealed_sha256(path: Path) -> str:
    """The hash that was written when an episode was sealed, else that of the file as it is."""
    try:
        words = checksum_path(path).read_text(encoding="ascii").split()
    except (FileNotFoundError, UnicodeDecodeError):
        words = []
    if words and len(words[0]) == 64:
        return words[0]
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
