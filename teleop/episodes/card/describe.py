"""Writes what goes along with an export: episodes.jsonl, README.md, PROV, croissant.json, sums, card.json."""

import hashlib
from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import msgspec

from teleop.annotation.standing import NOTHING, Standing
from teleop.episodes.card.croissant import EPISODES, File, croissant
from teleop.episodes.card.notes import Notes
from teleop.episodes.card.readme import readme
from teleop.episodes.card.summary import Summary
from teleop.episodes.exporting.contract import Excluded, Facts
from teleop.episodes.exporting.origin import provenance
from teleop.episodes.exporting.taking import ChosenBy
from teleop.episodes.format import Header, Verdict
from teleop.lineage.canonical import canonical, sha256_of
from teleop.lineage.prov import Made, prov_document, with_origins
from teleop.lineage.records import Part
from teleop.wire.browser_in import Language

README, CROISSANT, SUMS, CARD = "README.md", "croissant.json", "SHA256SUMS", "card.json"
DESCRIPTION = (README, CROISSANT, SUMS, CARD, EPISODES)
PROV, META = "prov.json", "meta"
HASHERS, NAME_DIGITS = 2, 12


class _Card(msgspec.Struct, frozen=True):
    """What the card was made of, beside the episodes."""

    notes: Notes
    fps: int
    licence: str
    excluded: tuple[Excluded, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """What an export's description says: rows a second, its episodes in their order, what was left out."""

    fps: int
    facts: tuple[Facts, ...]
    excluded: tuple[Excluded, ...]


class _Line(msgspec.Struct, frozen=True):
    """What of a line of `episodes.jsonl` gives its facts back."""

    file: str
    sha256: str
    rows: int
    first_ns: int
    header_json: str
    verdict_json: str
    figures_json: str = "{}"
    weight: float = 1.0
    labels: str = ""
    language: Language = "en"
    standing_json: str = ""
    chosen_by_json: str = "{}"


def describe(root: Path, summary: Summary, known: Mapping[str, str] | None = None) -> None:
    """Describes the finished files below `root`; the same files and facts give the same bytes.

    `SHA256SUMS` names every other file, for `sha256sum -c`; `known` hashes are not computed again.
    Raises OSError.
    """
    lines = [_line(facts, number) for number, facts in enumerate(summary.facts)]
    card = _Card(summary.notes, summary.fps, summary.licence, tuple(summary.excluded))
    (root / CARD).write_bytes(_json(card))
    (root / EPISODES).write_bytes(b"".join(msgspec.json.encode(line) + b"\n" for line in lines))
    (root / README).write_text(readme(summary), encoding="utf-8")
    prov_place(root).write_bytes(_prov(summary))
    files = listed(root, known or {})
    (root / CROISSANT).write_bytes(_json(croissant(summary, files, lines[0])))
    sums = {file.path: file.sha256 for file in files} | {CROISSANT: _sha256(root / CROISSANT)}
    text = "".join(f"{sums[path]}  {path}\n" for path in sorted(sums))
    (root / SUMS).write_text(text, encoding="utf-8")


def redescribe(root: Path, source: Path, gone: Collection[str], known: Mapping[str, str]) -> None:
    """Describes what was made of the export `source` without the episodes `gone`, as if it was never else.

    Files that are the same on disk keep their hashes, `known` ones were computed already. Raises OSError, and
    msgspec.MsgspecError when the description of `source` was changed.
    """
    card = _card(source)
    left = tuple(one for one in told(source).facts if one.header.episode_id not in gone)
    excluded = tuple(one for one in card.excluded if Path(one.file).stem not in gone)
    summary = Summary(card.notes, card.fps, left, excluded, card.licence)
    describe(root, summary, {**_unchanged(root, source), **known})


def prov_place(root: Path) -> Path:
    """Where an export's PROV-JSON lies: beside a LeRobot data set's other descriptions, or on top."""
    return root / META / PROV if (root / META).is_dir() else root / PROV


def told(root: Path) -> Told:
    """What the description of an export says; raises OSError, msgspec.MsgspecError when it was changed."""
    card = _card(root)
    lines = (root / EPISODES).read_bytes().splitlines()
    facts = tuple(_facts(msgspec.json.decode(line, type=_Line)) for line in lines)
    return Told(card.fps, facts, card.excluded)


def listed(root: Path, known: Mapping[str, str]) -> list[File]:
    """All files below a folder, by path; raises OSError."""
    paths = sorted(path for path in root.rglob("*") if path.is_file())
    names = [path.relative_to(root).as_posix() for path in paths]
    with ThreadPoolExecutor(HASHERS) as hashers:
        missing = {
            name: hashers.submit(_sha256, path)
            for name, path in zip(names, paths, strict=True)
            if name not in known
        }
        digests = {**known, **{name: digest.result() for name, digest in missing.items()}}
    return [File(name, path.stat().st_size, digests[name]) for name, path in zip(names, paths, strict=True)]


def _line(facts: Facts, number: int) -> dict[str, object]:
    verdict = msgspec.json.encode(facts.verdict).decode()
    figures = msgspec.json.encode(facts.figures).decode()
    own = {"file": facts.file, "rows": facts.rows, "first_ns": facts.first_ns, "verdict_json": verdict}
    standing = msgspec.json.encode(facts.standing).decode()
    chosen = msgspec.json.encode(facts.chosen_by).decode()
    return (
        provenance(facts, number)
        | own
        | {"figures_json": figures, "standing_json": standing, "chosen_by_json": chosen}
    )


def _prov(summary: Summary) -> bytes:
    """The data set is named by what is in it, wherever it lies."""
    parts = [Part(one.header.episode_id, one.sha256, one.header.pseudonym) for one in summary.facts]
    software = f"armcade {metadata.version('armcade')}"
    inside = sha256_of(canonical([summary.notes.title, [part.sha256 for part in parts]]))
    name = f"{summary.name}-{inside[:NAME_DIGITS]}"
    document = prov_document(name, summary.notes.title, software, parts)
    runs = {one.run_sha256: one.recipe for one in summary.runs()}
    made = {
        one.header.episode_id: Made(one.header.cell_id, one.header.cell_config_sha256)
        for one in summary.facts
    }
    return _json(with_origins(document, parts, made, runs))


def _card(root: Path) -> _Card:
    return msgspec.json.decode((root / CARD).read_bytes(), type=_Card)


def _facts(line: _Line) -> Facts:
    header = msgspec.json.decode(line.header_json, type=Header)
    verdict = msgspec.json.decode(line.verdict_json, type=Verdict)
    figures = msgspec.json.decode(line.figures_json, type=dict[str, float])
    labels = tuple(line.labels.split(",")) if line.labels else ()
    origin = (line.file, line.sha256, header, verdict, line.rows, line.first_ns)
    saved = msgspec.json.decode(line.standing_json, type=Standing) if line.standing_json else NOTHING
    chosen_by = msgspec.json.decode(line.chosen_by_json, type=ChosenBy)
    return Facts(*origin, figures, line.weight, labels, line.language, saved, chosen_by)


def _unchanged(root: Path, source: Path) -> dict[str, str]:
    """Hashes of the files below `root` that are the very same files as some of `source`, under any name."""
    lines = (line.split("  ", 1) for line in (source / SUMS).read_text(encoding="utf-8").splitlines())
    known = {_identity(source / name): digest for digest, name in lines if (source / name).exists()}
    files = ((path, _identity(path)) for path in root.rglob("*") if path.is_file())
    return {path.relative_to(root).as_posix(): known[one] for path, one in files if one in known}


def _identity(path: Path) -> tuple[int, int]:
    there = path.stat()
    return there.st_dev, there.st_ino


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _json(value: object) -> bytes:
    return msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n"
