"""Tickets: what is signed comes back, and nothing else does."""

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from teleop.tickets import ISSUER, MAX_TICKET_CHARS, Ticket, TicketRefused, sign, verify

NOW = 1_800_000_000
PLAYER = Ticket("player", "home", "p-abc", "t1-home-8", 8, NOW + 60)
VIEWER = Ticket("viewer", "home", "p-abc", None, None, NOW + 60)
IDENTIFIERS = st.text("abcXYZ019_.:-", min_size=1, max_size=64)


def pair() -> tuple[str, str]:
    """A fresh key pair in PEM: private, public."""
    key = Ed25519PrivateKey.generate()
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return private, key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


PRIVATE, PUBLIC = pair()


def reason(token: str, public: str = PUBLIC, cell: str = "home", now: int = NOW) -> str:
    with pytest.raises(TicketRefused) as refused:
        verify(public, token, cell, now)
    return refused.value.reason


@pytest.mark.parametrize("ticket", [PLAYER, VIEWER])
def test_a_signed_ticket_says_what_was_signed(ticket):
    assert verify(PUBLIC, sign(PRIVATE, ticket), "home", NOW) == ticket


@settings(deadline=None)
@given(cell=IDENTIFIERS, subject=IDENTIFIERS, turn=IDENTIFIERS, epoch=st.integers(0, 2**53))
def test_the_longest_names_fit_the_wire(cell, subject, turn, epoch):
    ticket = Ticket("player", cell, subject, turn, epoch, 2**40)
    token = sign(PRIVATE, ticket)
    assert len(token) <= MAX_TICKET_CHARS
    assert verify(PUBLIC, token, cell, NOW) == ticket


def test_a_ticket_is_for_one_cell_one_key_and_a_time():
    token = sign(PRIVATE, PLAYER)
    assert reason(token, cell="other") == "wrong_cell"
    assert reason(token, public=pair()[1]) == "wrong_signature"
    assert reason(token, now=NOW + 60) == "expired"
    assert verify(PUBLIC, token, "home", NOW + 59) == PLAYER


@pytest.mark.parametrize("token", ["", "abc", "a.b.c", "é" * 20, "x" * (MAX_TICKET_CHARS + 1)])
def test_what_is_no_ticket_is_malformed(token):
    assert reason(token) == "malformed"


@settings(deadline=None)
@given(st.data())
def test_a_changed_ticket_proves_nothing(data):
    token = sign(PRIVATE, PLAYER)
    at = data.draw(st.integers(0, len(token) - 2))
    other = data.draw(st.sampled_from("ABCabc012-_.").filter(lambda char: char != token[at]))
    with pytest.raises(TicketRefused):
        verify(PUBLIC, token[:at] + other + token[at + 1 :], "home", NOW)


def claims(**changes: object) -> dict[str, object]:
    good = {
        "iss": ISSUER,
        "aud": "home",
        "sub": "p-a",
        "exp": NOW + 9,
        "role": "viewer",
        "turn": None,
        "epoch": None,
    }
    return {key: value for key, value in {**good, **changes}.items() if value != "absent"}


@pytest.mark.parametrize(
    "changes",
    [
        {"role": "king"},
        {"exp": "absent"},
        {"exp": "soon"},
        {"exp": NOW + 0.5},
        {"sub": "absent"},
        {"sub": "white space"},
        {"iss": "someone"},
        {"role": "player"},
        {"turn": "t1", "epoch": 3},
        {"turn": "t1"},
        {"role": "player", "turn": "t1", "epoch": -1},
        {"aud": ["home", "other"]},
    ],
    ids=str,
)
def test_wrong_claims_are_refused_though_signed(changes):
    assert reason(jwt.encode(claims(**changes), PRIVATE, algorithm="EdDSA")) in ("wrong_claims", "malformed")


def test_other_algorithms_are_refused():
    assert reason(jwt.encode(claims(), "k" * 32, algorithm="HS256")) == "wrong_signature"
    assert reason(jwt.encode(claims(), None, algorithm="none")) == "wrong_signature"
