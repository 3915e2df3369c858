"""Documents that episodes refer to, each kept once under its own hash beside them."""

from pathlib import Path

from teleop.durable_files import write_whole
from teleop.lineage.canonical import sha256_of
from teleop.lineage.ledger import lineage_dir


def document_path(episodes: Path, kind: str, sha256: str) -> Path:
    """Where a document of a kind (`consent`, `calibration`, `configuration`) lies."""
    return lineage_dir(episodes) / kind / sha256


def keep_document(episodes: Path, kind: str, content: bytes) -> str:
    """Keeps a document, which is never changed afterwards, and gives its hash; raises OSError."""
    sha256 = sha256_of(content)
    path = document_path(episodes, kind, sha256)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, content)
    return sha256
