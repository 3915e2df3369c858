"""One document, one byte string; a signature holds for it, its role and its key only."""

from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from teleop.lineage.canonical import NotCanonical, canonical, complaint, key_id, sha256_of, sign

leaf = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=4)
plain = st.dictionaries(st.text(max_size=3), leaf | st.lists(leaf, max_size=3), max_size=4)


@settings(max_examples=40, deadline=None)
@given(plain)
def test_it_can_be_read_back_and_has_one_form(value: Any) -> None:
    content = canonical(value)
    assert msgspec.json.decode(content) == value
    assert canonical(msgspec.json.decode(content)) == content


def test_keys_are_sorted_and_nothing_is_between() -> None:
    assert (
        canonical({"b": [1, {"d": "ü", "c": None}], "a": True})
        == b'{"a":true,"b":[1,{"c":null,"d":"\xc3\xbc"}]}'
    )
    assert sha256_of(b"") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@pytest.mark.parametrize("value", [1.5, [{"a": 0.0}], {"a": (1, 2.0)}])
def test_floating_point_is_refused(value: Any) -> None:
    with pytest.raises(NotCanonical):
        canonical(value)


def test_a_signature_is_for_one_statement_role_and_key(key: Any) -> None:
    keys = {key_id(key.public_key()): key.public_key()}
    signature = sign(key, "cell", {"a": 1})
    assert complaint(signature, {"a": 1}, keys) is None
    assert complaint(signature, {"a": 2}, keys) == "its cell signature does not match"
    other = msgspec.structs.replace(signature, role="hub")
    assert complaint(other, {"a": 1}, keys) == "its hub signature does not match"
    garbled = msgspec.structs.replace(signature, signature="?")
    assert complaint(garbled, {"a": 1}, keys) == "its cell signature does not match"
    stranger = sign(Ed25519PrivateKey.generate(), "cell", {"a": 1})
    assert "which is not known here" in str(complaint(stranger, {"a": 1}, keys))
