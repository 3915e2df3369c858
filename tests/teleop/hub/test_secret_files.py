"""Secrets: made once, readable by their owner only."""

import os
from concurrent.futures import ThreadPoolExecutor

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from teleop.hub.secret_files import SecretsRefused, ensure_secrets
from teleop.tickets import Ticket, sign, verify


def test_the_first_start_makes_secrets_and_the_next_finds_them(tmp_path):
    folder = tmp_path / "deep" / "secrets"
    first = ensure_secrets(folder)
    tokens = {first.operator_token, first.researcher_token, first.cell_token}
    assert len(tokens) == 3 and all(len(token) >= 40 for token in tokens)
    assert first.cell_token_file.read_text().strip() == first.cell_token
    assert sorted(os.listdir(folder)) == [
        "cell.token",
        "operator.token",
        "researcher.token",
        "ticket_key.pem",
    ]
    again = ensure_secrets(folder)
    assert again.operator_token == first.operator_token
    assert again.ticket_public_pem == first.ticket_public_pem
    ticket = Ticket("viewer", "home", "p-1", None, None, 99)
    assert verify(again.ticket_public_pem, sign(first.ticket_private_pem, ticket), "home", 1) == ticket
    assert first.operator_token not in repr(first)


def test_only_the_owner_reads_them(tmp_path):
    folder = tmp_path / "secrets"
    ensure_secrets(folder)
    assert folder.stat().st_mode & 0o777 == 0o700
    (folder / "operator.token").chmod(0o644)
    ensure_secrets(folder)
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in folder.iterdir())


def test_two_processes_that_start_at_once_agree(tmp_path):
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(ensure_secrets, [tmp_path / "s"] * 16))
    assert len({(one.cell_token, one.ticket_private_pem) for one in found}) == 1


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("cell.token", "short", "no token"),
        ("ticket_key.pem", "rubbish", "no key"),
    ],
)
def test_a_file_without_its_secret_is_refused(tmp_path, name, content, said):
    ensure_secrets(tmp_path)
    (tmp_path / name).write_text(content)
    with pytest.raises(SecretsRefused, match=said):
        ensure_secrets(tmp_path)


def test_a_key_of_another_kind_is_refused(tmp_path):
    key = generate_private_key(SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "ticket_key.pem").write_bytes(key)
    with pytest.raises(SecretsRefused, match="no Ed25519 key"):
        ensure_secrets(tmp_path)
