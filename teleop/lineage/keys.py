"""The keys that sign statements of lineage: a secret one per place, public ones beside the episodes."""

import os
from collections.abc import Mapping
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from teleop.durable_files import sync, write_whole
from teleop.lineage.canonical import key_id

KEY_FILE = "lineage_key.pem"


class KeyRefused(Exception):
    """A file that should hold a key and does not; the text names it."""


def signing_key(path: Path) -> Ed25519PrivateKey:
    """The secret key in a file, made (0600) when there is none; raises KeyRefused, OSError."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not path.exists():
        _make(path)
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except ValueError as error:
        raise KeyRefused(f"{path} holds no key: {error}") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyRefused(f"{path} holds no Ed25519 key")
    return key


def publish(folder: Path, key: Ed25519PrivateKey) -> None:
    """Puts the public half into a folder of known keys, once."""
    public = key.public_key()
    path = folder / f"{key_id(public)}.pem"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        write_whole(path, _pem(public))


def known_keys(folder: Path) -> Mapping[str, Ed25519PublicKey]:
    """The public keys of a folder by their ids; raises KeyRefused where a file is not what its name says."""
    found: dict[str, Ed25519PublicKey] = {}
    for path in sorted(folder.glob("*.pem")):
        try:
            key = load_pem_public_key(path.read_bytes())
        except ValueError as error:
            raise KeyRefused(f"{path} holds no key: {error}") from error
        if (
            not isinstance(key, Ed25519PublicKey)
            or key_id(key) != path.stem
            or _pem(key) != path.read_bytes()
        ):
            raise KeyRefused(f"{path} does not hold the Ed25519 key of its name")
        found[path.stem] = key
    return found


def _pem(key: Ed25519PublicKey) -> bytes:
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def _make(path: Path) -> None:
    fresh = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(fresh)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(part, path)
    except FileExistsError:
        pass  # another process was first: its key counts
    finally:
        part.unlink()
    sync(path.parent)
