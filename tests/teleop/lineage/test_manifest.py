"""A manifest holds fast every part, and says who vouches for it."""

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from teleop.lineage.canonical import canonical, key_id
from teleop.lineage.manifest import (
    FIRST,
    Hashed,
    Manifest,
    ManifestChanged,
    Signed,
    chained,
    complaints,
    countersigned,
    differences,
    part_of,
    read_signed,
    signed,
)

KEY, HUB_KEY = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
KEYS = {key_id(one.public_key()): one.public_key() for one in (KEY, HUB_KEY)}
PARTS = (
    Hashed("consent", "a" * 64, 1, True),
    Hashed("/action", "b" * 64, 7, True),
    Hashed("/camera/wrist", "c" * 64, 3, True),
    Hashed("file", "d" * 64, 1, True),
)
MANIFEST = Manifest(1, "ep-1", "home", "ann", 9, chained(PARTS))
CONTENT = signed(MANIFEST, KEY)


@settings(max_examples=60, deadline=None)
@given(at=st.integers(0, len(CONTENT) - 1), bit=st.integers(0, 7))
def test_any_changed_bit_is_noticed(at: int, bit: int) -> None:
    changed = bytearray(CONTENT)
    changed[at] ^= 1 << bit
    try:
        read = read_signed(bytes(changed))
    except ManifestChanged:
        return
    assert complaints(read, KEYS)


def test_each_link_depends_on_those_before() -> None:
    links = chained(PARTS)
    other = chained((msgspec.structs.replace(PARTS[0], count=2), *PARTS[1:]))
    assert all(one.chain != two.chain for one, two in zip(links, other, strict=True))
    assert links[0].chain != FIRST
    forged = msgspec.structs.replace(MANIFEST, links=(links[0], *other[1:]))
    with pytest.raises(ManifestChanged, match="the chain"):
        read_signed(signed(forged, KEY))


def test_layout_counts_too() -> None:
    with pytest.raises(ManifestChanged, match="written anew"):
        read_signed(CONTENT.replace(b'":', b'": ', 1))


def test_the_hub_signs_beside_the_cell_once() -> None:
    twice = countersigned(countersigned(CONTENT, HUB_KEY), HUB_KEY)
    read = read_signed(twice)
    assert [one.role for one in read.signatures] == ["cell", "hub"]
    assert complaints(read, KEYS) == []
    bare = read_signed(canonical(Signed(MANIFEST, ())))
    assert complaints(bare, KEYS) == ["its manifest is not signed by a cell"]


def test_what_changed_is_named() -> None:
    found = [PARTS[1], msgspec.structs.replace(PARTS[2], count=2), Hashed("/event", "e" * 64, 1, True)]
    assert differences(MANIFEST, found) == ["the pictures of camera wrist", "the messages of /event"]
    assert differences(MANIFEST, PARTS) == []
    assert part_of(MANIFEST, "file") == PARTS[3]
    assert part_of(MANIFEST, "calibration") is None
