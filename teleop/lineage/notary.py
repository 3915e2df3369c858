"""Signs the manifests of sealed episodes: for a cell, in a process of its own that gives way to the arm.

python -m teleop.lineage.notary EPISODES --cell ID --key FILE [--configuration FILE] [--calibration FILE]
"""

import argparse
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from teleop.durable_files import write_whole
from teleop.episodes.container import checksum_path
from teleop.episodes.damage import EpisodeUnreadable
from teleop.episodes.format import Header
from teleop.episodes.loading import overview
from teleop.lineage import manifest as form
from teleop.lineage.canonical import sha256_of
from teleop.lineage.consent_record import record_bytes
from teleop.lineage.digests import RecordingDamaged, file_hash, stream_hashes
from teleop.lineage.documents import ControllerChanged, controller_of, document_path, keep_document
from teleop.lineage.keys import KeyRefused, publish, signing_key
from teleop.lineage.ledger import append, lineage_dir, sign_head
from teleop.lineage.records import EpisodeMade, LedgerBroken

NICENESS = 10


class NotSigned(Exception):
    """An episode that cannot be signed for; the text says why."""


def manifest_path(episode: Path) -> Path:
    """Where the manifest of an episode file lies."""
    return episode.with_name(f"{episode.stem}{form.SUFFIX}")


def unsigned(episodes: Path) -> tuple[Path, ...]:
    """The sealed episodes without a manifest."""
    with os.scandir(episodes) as entries:
        names = {entry.name for entry in entries}
    stems = sorted(name[:-5] for name in names if name.endswith(".mcap"))
    return tuple(episodes / f"{stem}.mcap" for stem in stems if f"{stem}{form.SUFFIX}" not in names)


def sign_episode(path: Path, cell_id: str, key: Ed25519PrivateKey) -> bool:
    """Writes the manifest of an episode of this cell and notes it in the ledger; False for another cell's.

    Raises NotSigned, EpisodeUnreadable, RecordingDamaged, LedgerBroken, OSError.
    """
    header = overview(path).header
    if header.cell_id != cell_id:
        return False
    whole = file_hash(path)
    if checksum_path(path).read_text(encoding="ascii").split()[:1] != [whole.sha256]:
        raise NotSigned(f"{path}: differs from its checksum")
    try:
        answering = controller_of(path.parent)
    except ControllerChanged as error:
        raise NotSigned(str(error)) from error
    record = record_bytes(header.pseudonym, header.consent, controller=answering)
    consent = keep_document(path.parent, form.CONSENT, record)
    parts = (*_documents(path.parent, header, consent), *stream_hashes(path), whole)
    made = form.Manifest(
        version=1,
        episode_id=header.episode_id,
        cell_id=cell_id,
        contributor=header.pseudonym,
        bytes=path.stat().st_size,
        links=form.chained(parts),
    )
    publish(lineage_dir(path.parent) / "keys", key)
    content = form.signed(made, key)
    write_whole(manifest_path(path), content)
    noted = EpisodeMade(
        episode_id=header.episode_id,
        contributor=header.pseudonym,
        cell_id=cell_id,
        sha256=whole.sha256,
        manifest_sha256=sha256_of(content),
        consent_sha256=consent,
        utc_ns=time.time_ns(),
    )
    append(path.parent, noted)
    return True


def _documents(episodes: Path, header: Header, consent: str) -> tuple[form.Hashed, ...]:
    named = (
        (form.CONFIGURATION, header.cell_config_sha256),
        (form.CALIBRATION, header.calibration_sha256),
        (form.CONSENT, consent),
    )
    return tuple(
        form.Hashed(kind, sha256, 1, bool(sha256) and document_path(episodes, kind, sha256).exists())
        for kind, sha256 in named
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Signs every unsigned episode of the cell; 1 when one could not be signed."""
    parser = argparse.ArgumentParser("python -m teleop.lineage.notary", description=__doc__)
    parser.add_argument("episodes", type=Path)
    parser.add_argument("--cell", required=True)
    parser.add_argument("--key", type=Path, required=True)
    parser.add_argument("--configuration", type=Path)
    parser.add_argument("--calibration", type=Path)
    options = parser.parse_args(argv)
    failed = False
    try:
        key = signing_key(options.key)
        for kind in (form.CONFIGURATION, form.CALIBRATION):
            file = getattr(options, kind)
            if file is not None and file.exists():
                keep_document(options.episodes, kind, file.read_bytes())
    except (KeyRefused, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    for path in unsigned(options.episodes):
        try:
            sign_episode(path, options.cell, key)
        except (NotSigned, EpisodeUnreadable, RecordingDamaged, LedgerBroken, OSError) as error:
            sys.stderr.write(f"{error}\n")
            failed = True
    try:
        sign_head(options.episodes, key)
    except (LedgerBroken, OSError) as error:
        sys.stderr.write(f"{error}\n")
        failed = True
    return int(failed)


if __name__ == "__main__":
    os.nice(NICENESS)
    raise SystemExit(main())
