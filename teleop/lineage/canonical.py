"""One byte string for one document, so that its hash and its signature mean something. Pure.

Keys are sorted and there is no white space (as in RFC 8785); floating-point numbers, whose text form
differs between writers, are refused.
"""

import base64
import hashlib
from collections.abc import Mapping

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

KEY_ID_CHARS = 16


class NotCanonical(ValueError):
    """A value that has no canonical form here: it holds a floating-point number."""


class Signature(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who signed a statement: role, id of the key, Ed25519 signature in base64."""

    role: str
    key_id: str
    signature: str


def canonical(value: object) -> bytes:
    """The one JSON text of a value; raises NotCanonical."""
    plain = msgspec.to_builtins(value, str_keys=True)
    _refuse_floats(plain)
    return msgspec.json.encode(plain, order="sorted")


def sha256_of(content: bytes) -> str:
    """SHA-256 in hex."""
    return hashlib.sha256(content).hexdigest()


def key_id(key: Ed25519PublicKey) -> str:
    """A short name of a key: the first digits of the SHA-256 of its raw bytes."""
    return sha256_of(key.public_bytes(Encoding.Raw, PublicFormat.Raw))[:KEY_ID_CHARS]


def sign(key: Ed25519PrivateKey, role: str, statement: object) -> Signature:
    """Signs a statement in a role; the role is part of what is signed."""
    content = canonical({"role": role, "statement": statement})
    text = base64.b64encode(key.sign(content)).decode("ascii")
    return Signature(role, key_id(key.public_key()), text)


def complaint(signature: Signature, statement: object, keys: Mapping[str, Ed25519PublicKey]) -> str | None:
    """What is wrong with a signature, None when one of these keys made it for this statement."""
    key = keys.get(signature.key_id)
    if key is None:
        return f"its {signature.role} signature is of key {signature.key_id}, which is not known here"
    content = canonical({"role": signature.role, "statement": statement})
    try:
        key.verify(base64.b64decode(signature.signature, validate=True), content)
    except (InvalidSignature, ValueError):
        return f"its {signature.role} signature does not match"
    return None


def _refuse_floats(value: object) -> None:
    if isinstance(value, float):
        raise NotCanonical(f"{value} is a floating-point number")
    if isinstance(value, dict):
        for one in value.values():
            _refuse_floats(one)
    if isinstance(value, list | tuple):
        for one in value:
            _refuse_floats(one)
