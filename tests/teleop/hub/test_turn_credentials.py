"""Passwords of a TURN server: coturn's own form, for person and cell apart, and never the secret itself."""

import pytest

from teleop.hub.config import ConfigRefused, HubConfig, parse_config, read_turn_server
from teleop.hub.turn_credentials import TurnServer, credential
from teleop.wire.hub_to_cell import Offer

URL = "turn:turn.example:3478?transport=udp"
SERVER = TurnServer((URL,), "a-secret-of-coturn", 600)
# printf '1900000600:p-ada' | openssl dgst -sha1 -hmac 'a-secret-of-coturn' -binary | base64
OPENSSL = "KqJnIydl//JM5FqgK31miKhnduE="


def test_a_password_is_what_coturn_expects():
    made = credential(SERVER, "p-ada", 1_900_000_000)
    assert (made.urls, made.username, made.credential) == ((URL,), "1900000600:p-ada", OPENSSL)
    assert SERVER.secret not in repr(SERVER) + repr(made)


@pytest.fixture
def config(config: HubConfig, tmp_path) -> HubConfig:
    """The settings of a hub that knows a TURN server."""
    secret = tmp_path / "turn.secret"
    secret.write_text(SERVER.secret + "\n")
    table = {key: getattr(config, key) for key in HubConfig.__struct_fields__}
    table |= {"turn_urls": [URL], "turn_secret_file": str(secret), "origins": list(config.origins)}
    return parse_config({"hub": table}, "hub.toml")


async def test_pages_and_cells_get_passwords_of_their_own(place, make):
    cell, player = await place.cell(), await place.player()
    (server,) = (await player.http.get("/api/ice")).json()["servers"]
    expiry, _, subject = server["username"].partition(":")
    assert server == {
        "urls": [URL],
        "username": server["username"],
        "credential": credential(SERVER, subject, int(expiry) - 600).credential,
    }
    await player.say({"type": "offer", "version": 1, "request": 5, "cell_id": "home", "sdp": make.sdp})
    offer = await cell.next(Offer)
    assert offer.subject == subject and subject.startswith("p-")
    assert [one.username.partition(":")[2] for one in offer.ice_servers] == ["home"]


GOOD = {"database": "a", "episodes_dir": "b", "secrets_dir": "c", "origins": ["http://127.0.0.1:8000"]}


@pytest.mark.parametrize(
    ("turn", "said"),
    [
        ({"turn_urls": [URL]}, "go together"),
        ({"turn_secret_file": "x"}, "go together"),
        ({"turn_urls": ["stun:turn.example"], "turn_secret_file": "x"}, "turn_urls"),
        ({"turn_urls": [URL] * 5, "turn_secret_file": "x"}, "turn_urls"),
        ({"turn_urls": [URL], "turn_secret_file": "x", "turn_lifetime_s": 5}, "turn_lifetime_s"),
        ({"turn_urls": [URL], "turn_secret_file": "/nowhere/secret"}, "/nowhere/secret"),
        ({"turn_urls": [URL], "turn_secret_file": "/dev/null"}, "holds no secret"),
    ],
)
def test_wrong_settings_are_refused_with_a_sentence(turn, said):
    with pytest.raises(ConfigRefused, match=said):
        read_turn_server(parse_config({"hub": GOOD | turn}, "hub.toml"))


def test_without_a_turn_server_there_is_none():
    assert read_turn_server(parse_config({"hub": GOOD}, "hub.toml")) is None
