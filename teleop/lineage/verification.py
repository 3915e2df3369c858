"""Finds one changed byte in an episode, its manifest, its consent record or its calibration, and names it."""

from collections.abc import Mapping
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from teleop.episodes.container import checksum_path
from teleop.lineage import manifest as form
from teleop.lineage.canonical import sha256_of
from teleop.lineage.digests import RecordingDamaged, file_hash, stream_hashes
from teleop.lineage.documents import document_path
from teleop.lineage.keys import known_keys
from teleop.lineage.ledger import lineage_dir, read_ledger
from teleop.lineage.notary import manifest_path
from teleop.lineage.records import EpisodeMade, Record

ADVICE = "Take it from a backup."


class Verifier:
    """Compares the episodes of one folder with what was signed for them."""

    def __init__(self, episodes: Path) -> None:
        """Reads the known keys and the ledger; raises KeyRefused, LedgerBroken, OSError."""
        self._keys = known_keys(lineage_dir(episodes) / "keys")
        self._signed = _signed_ids(read_ledger(episodes))

    def problems(self, episode: Path) -> tuple[str, ...]:
        """What is wrong with one episode, in sentences; nothing when every byte is as it was.

        Raises OSError.
        """
        try:
            whole = file_hash(episode)
            recorded = checksum_path(episode).read_text(encoding="ascii", errors="replace")
        except FileNotFoundError as error:
            return (f"{episode}: {Path(str(error.filename)).name} is missing.",)
        found: list[str] = []
        if recorded != f"{whole.sha256}  {episode.name}\n":
            found.append("differs from its checksum")
        path = manifest_path(episode)
        if path.exists():
            found += _against(episode, path, whole, self._keys)
        elif episode.stem in self._signed:
            found.append(f"{path.name} is missing")
        return (f"{episode}: {'; '.join(found)}. {ADVICE}",) if found else ()


def _against(
    episode: Path, path: Path, whole: form.Hashed, keys: Mapping[str, Ed25519PublicKey]
) -> list[str]:
    """What is not as the manifest says."""
    try:
        read = form.read_signed(path.read_bytes())
    except form.ManifestChanged as error:
        return [str(error)]
    found = form.complaints(read, keys)
    if read.manifest.episode_id != episode.stem:
        found.append(f"its manifest is that of {read.manifest.episode_id}")
    if form.part_of(read.manifest, form.WHOLE) != whole:
        found += _what_changed(episode, read.manifest)
    for kind in form.DOCUMENTS:
        part = form.part_of(read.manifest, kind)
        if part is not None and part.kept and not _kept(episode, part):
            found.append(f"the {kind} kept for it was changed or is missing")
    return found


def _what_changed(episode: Path, manifest: form.Manifest) -> list[str]:
    try:
        changed = form.differences(manifest, stream_hashes(episode))
    except RecordingDamaged as error:
        return [f"the recording was changed and cannot be read to its end ({error})"]
    return [f"{one} were changed" for one in changed] or ["the recording's index or metadata was changed"]


def _kept(episode: Path, part: form.Hashed) -> bool:
    try:
        content = document_path(episode.parent, part.part, part.sha256).read_bytes()
    except FileNotFoundError:
        return False
    return sha256_of(content) == part.sha256


def _signed_ids(records: tuple[Record, ...]) -> frozenset[str]:
    return frozenset(one.episode_id for one in records if isinstance(one, EpisodeMade))
