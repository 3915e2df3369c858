"""The ledger survives a torn write, and notices a change."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from teleop.lineage.canonical import key_id
from teleop.lineage.keys import KeyRefused, known_keys, publish, signing_key
from teleop.lineage.ledger import append, lineage_dir, read_ledger
from teleop.lineage.records import Erased, LedgerBroken

ONE, TWO = Erased("ep-1", "a", "erasure-1", "withdrawn", 1), Erased("ep-2", "a", "erasure-1", "withdrawn", 2)


def test_a_torn_line_was_never_acknowledged(tmp_path: Path) -> None:
    assert read_ledger(tmp_path) == ()
    append(tmp_path, ONE)
    path = lineage_dir(tmp_path) / "ledger.jsonl"
    with path.open("ab") as stream:
        stream.write(b'{"previous":"12')
    assert read_ledger(tmp_path) == (ONE,)
    append(tmp_path, TWO)
    append(tmp_path)
    assert read_ledger(tmp_path) == (ONE, TWO)


def test_a_changed_line_is_named(tmp_path: Path) -> None:
    append(tmp_path, ONE, TWO)
    path = lineage_dir(tmp_path) / "ledger.jsonl"
    path.write_bytes(path.read_bytes().replace(b"ep-1", b"ep-9"))
    with pytest.raises(LedgerBroken, match=r"ledger\.jsonl: line 2 does not follow line 1"):
        read_ledger(tmp_path)


def test_a_key_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "secrets" / "key.pem"
    key = signing_key(path)
    assert key_id(signing_key(path).public_key()) == key_id(key.public_key())
    assert path.stat().st_mode & 0o777 == 0o600
    assert [one.name for one in path.parent.iterdir()] == ["key.pem"]
    for _ in range(2):
        publish(tmp_path / "keys", key)
    assert list(known_keys(tmp_path / "keys")) == [key_id(key.public_key())]


def test_what_is_no_key_is_named(tmp_path: Path) -> None:
    other = generate_private_key(SECP256R1())
    secret = other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    public = other.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    for content, why in ((b"?", "holds no key"), (secret, "holds no Ed25519 key")):
        (tmp_path / "key.pem").write_bytes(content)
        with pytest.raises(KeyRefused, match=why):
            signing_key(tmp_path / "key.pem")
    for content, why in ((b"?", "holds no key"), (public, "of its name")):
        (tmp_path / "key.pem").write_bytes(content)
        with pytest.raises(KeyRefused, match=why):
            known_keys(tmp_path)
