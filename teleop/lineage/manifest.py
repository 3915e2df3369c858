"""The signed manifest of an episode: a chain of hashes over everything that it is made of. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from robot_bridge.wire.units import Identifier
from teleop.lineage.canonical import Signature, canonical, complaint, sha256_of, sign

SUFFIX = ".manifest.json"
FIRST = "0" * 64
CELL, HUB = "cell", "hub"
CONFIGURATION, CALIBRATION, CONSENT, WHOLE = "configuration", "calibration", "consent", "file"
DOCUMENTS = (CONFIGURATION, CALIBRATION, CONSENT)


class Hashed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One thing that an episode is made of: a document, or all messages of a topic, or the whole file."""

    part: str
    sha256: str
    count: int
    kept: bool


class Link(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A part, and the SHA-256 of the link before followed by this part."""

    part: Hashed
    chain: str


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What was sealed; `kept` documents lie beside the episode under their hash."""

    version: Literal[1]
    episode_id: Identifier
    cell_id: Identifier
    contributor: Identifier
    bytes: int
    links: tuple[Link, ...]


class Signed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A manifest with the signatures of the cell that sealed it and of the hub that took it in."""

    manifest: Manifest
    signatures: tuple[Signature, ...]


class ManifestChanged(Exception):
    """A manifest that is not what was signed; the text says what does not fit."""


def chained(parts: Iterable[Hashed]) -> tuple[Link, ...]:
    """The parts in this order, each holding fast those before it."""
    links: list[Link] = []
    before = FIRST
    for part in parts:
        before = sha256_of(before.encode("ascii") + canonical(part))
        links.append(Link(part, before))
    return tuple(links)


def signed(manifest: Manifest, key: Ed25519PrivateKey) -> bytes:
    """The file of a manifest with the cell's signature."""
    return canonical(Signed(manifest, (sign(key, CELL, manifest),)))


def countersigned(content: bytes, key: Ed25519PrivateKey) -> bytes:
    """The file with the hub's signature beside the cell's, replacing an older one of the hub.

    Raises ManifestChanged.
    """
    read = read_signed(content)
    others = tuple(one for one in read.signatures if one.role != HUB)
    return canonical(Signed(read.manifest, (*others, sign(key, HUB, read.manifest))))


def read_signed(content: bytes) -> Signed:
    """The manifest in a file; raises ManifestChanged unless every byte of it is as it was written."""
    try:
        read = msgspec.json.decode(content, type=Signed)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise ManifestChanged(f"its manifest cannot be read: {error}") from error
    if canonical(read) != content:
        raise ManifestChanged("its manifest was written anew by something else")
    if read.manifest.links != chained(link.part for link in read.manifest.links):
        raise ManifestChanged("the chain of its manifest does not hold")
    return read


def complaints(read: Signed, keys: Mapping[str, Ed25519PublicKey]) -> list[str]:
    """What is wrong with the signatures of a manifest; nothing when the cell's and all others are good."""
    found = [complaint(one, read.manifest, keys) for one in read.signatures]
    if not any(one.role == CELL for one in read.signatures):
        found.append("its manifest is not signed by a cell")
    return [one for one in found if one is not None]


def part_of(manifest: Manifest, name: str) -> Hashed | None:
    """The part of this name."""
    return next((link.part for link in manifest.links if link.part.part == name), None)


def differences(manifest: Manifest, found: Sequence[Hashed]) -> list[str]:
    """Which streams of messages are not those that were sealed, in words."""
    then = {link.part.part: link.part for link in manifest.links if link.part.part.startswith("/")}
    now = {part.part: part for part in found if part.part.startswith("/")}
    changed = [name for name in {**then, **now} if then.get(name) != now.get(name)]
    return [named(name) for name in changed]


def named(topic: str) -> str:
    """A stream of messages as people call it."""
    if topic.startswith("/camera/"):
        return f"the pictures of camera {topic.removeprefix('/camera/')}"
    return f"the messages of {topic}"
