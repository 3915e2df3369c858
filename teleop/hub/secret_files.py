"""The hub's secrets as files that only their owner reads; created once, at the first start."""

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

OPERATOR_FILE = "operator.token"
RESEARCHER_FILE = "researcher.token"
CELL_FILE = "cell.token"
TICKET_KEY_FILE = "ticket_key.pem"
MIN_TOKEN_CHARS = 16


class SecretsRefused(Exception):
    """A secret file that cannot be used; the message says which and why."""


@dataclass(frozen=True, slots=True, repr=False)
class Secrets:
    """Tokens for operators, researchers and cells, and the key pair that signs tickets (PEM)."""

    operator_token: str
    researcher_token: str
    cell_token: str
    cell_token_file: Path
    ticket_private_pem: str
    ticket_public_pem: str


def ensure_secrets(folder: Path) -> Secrets:
    """Reads the secrets in a folder, creating those that are missing (folder 0700, files 0600).

    Raises SecretsRefused when a file holds no secret, OSError when the folder cannot be written.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    private_pem = _kept(folder / TICKET_KEY_FILE, _new_key())
    return Secrets(
        operator_token=_token(folder / OPERATOR_FILE),
        researcher_token=_token(folder / RESEARCHER_FILE),
        cell_token=_token(folder / CELL_FILE),
        cell_token_file=folder / CELL_FILE,
        ticket_private_pem=private_pem,
        ticket_public_pem=_public_of(private_pem, folder / TICKET_KEY_FILE),
    )


def _token(path: Path) -> str:
    token = _kept(path, secrets.token_urlsafe(32) + "\n").strip()
    if len(token) < MIN_TOKEN_CHARS:
        raise SecretsRefused(f"{path} holds no token; delete it and a new one is made")
    return token


def _kept(path: Path, fresh: str) -> str:
    """What the file holds; it appears whole, with `fresh` in it, when it was missing."""
    if not path.exists():
        part = path.with_name(f".{path.name}.{secrets.token_hex(8)}.part")
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(fresh)
            file.flush()
            os.fsync(descriptor)
        try:
            os.link(part, path)
        except FileExistsError:
            pass  # another process was first: its secret counts
        finally:
            part.unlink()
    if path.stat().st_mode & 0o077:
        path.chmod(0o600)
    return path.read_text(encoding="ascii")


def _new_key() -> str:
    key = Ed25519PrivateKey.generate()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode("ascii")


def _public_of(private_pem: str, path: Path) -> str:
    try:
        key = load_pem_private_key(private_pem.encode("ascii"), password=None)
    except ValueError as error:
        raise SecretsRefused(f"{path} holds no key: {error}") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise SecretsRefused(f"{path} holds no Ed25519 key")
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode("ascii")
