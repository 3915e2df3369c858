"""Compares what is kept beside the episodes with what was written, and names what was changed or is gone."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from teleop.annotation.store import SUFFIX as ANNOTATIONS
from teleop.annotation.store import AnnotationsBroken, read_revisions
from teleop.lineage.canonical import complaint, sha256_of
from teleop.lineage.documents import ControllerChanged, controller_of
from teleop.lineage.erasure import pending, receipt_path
from teleop.lineage.keys import known_keys
from teleop.lineage.ledger import ledger_lines, lineage_dir, read_ledger, signed_head
from teleop.lineage.manifest import DOCUMENTS
from teleop.lineage.plan import Receipt
from teleop.lineage.records import (
    EpisodeMade,
    ErasureDone,
    LedgerBroken,
    Record,
    erased_ids,
    refuse_short_of,
)

Keys = Mapping[str, Ed25519PublicKey]


def problems_of(episodes: Path) -> tuple[str, ...]:
    """What is wrong with a folder beside its episodes' own bytes: nothing when all is as it was written.

    Looks at the ledger and how far it was signed, at episodes that are gone without a tombstone, documents,
    receipts and annotations. Raises KeyRefused, LedgerBroken, OSError.
    """
    records = read_ledger(episodes)
    keys = known_keys(lineage_dir(episodes) / "keys")
    return (
        *_head(episodes, keys),
        *_absent(episodes, records),
        *_documents(episodes),
        *_receipts(episodes, records, keys),
        *_annotations(episodes),
    )


def _head(episodes: Path, keys: Keys) -> Iterator[str]:
    signed = signed_head(episodes)
    if signed is None:
        return
    wrong = complaint(signed.signature, signed.head, keys)
    if wrong is not None:
        yield f"the end of the ledger as it was signed: {wrong}."
    try:
        refuse_short_of(signed.head, ledger_lines(episodes))
    except LedgerBroken as error:
        yield f"the ledger is not the one that was signed: {error}."


def _absent(episodes: Path, records: Sequence[Record]) -> Iterator[str]:
    """Episodes that were made, are not here, and were not erased, nor are about to be."""
    going = {part.episode_id for intent in pending(episodes) for part in intent.episodes}
    made = {one.episode_id for one in records if isinstance(one, EpisodeMade)}
    for episode_id in sorted(made - erased_ids(records) - going):
        if not (episodes / f"{episode_id}.mcap").exists():
            yield f"{episode_id}: the ledger has it, and neither its file nor a tombstone is here."


def _documents(episodes: Path) -> Iterator[str]:
    try:
        controller_of(episodes)
    except ControllerChanged as error:
        yield f"{error}."
    for kind in DOCUMENTS:
        for path in sorted((lineage_dir(episodes) / kind).glob("[!.]*")):
            if path.suffix != ".part" and sha256_of(path.read_bytes()) != path.name:
                yield f"{path}: was changed."


def _receipts(episodes: Path, records: Sequence[Record], keys: Keys) -> Iterator[str]:
    for done in (one for one in records if isinstance(one, ErasureDone)):
        path = receipt_path(episodes, done.erasure_id)
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            yield f"{path}: is missing."
            continue
        if sha256_of(content) != done.receipt_sha256:
            yield f"{path}: was changed."
            continue
        receipt = msgspec.json.decode(content, type=Receipt)
        wrong = complaint(receipt.signature, receipt.statement, keys)
        if wrong is not None:
            yield f"{path}: {wrong}."


def _annotations(episodes: Path) -> Iterator[str]:
    for path in sorted(episodes.glob(f"*{ANNOTATIONS}")):
        try:
            read_revisions(path.with_name(f"{path.name.removesuffix(ANNOTATIONS)}.mcap"))
        except AnnotationsBroken as error:
            yield f"{path}: {error}."
