"""One call opens an episode, from a file or from a hub, and says why not."""

import json
import threading
from collections.abc import Iterator
from dataclasses import fields
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

import armcade
from teleop.episodes.exporting.choice import choose
from teleop.episodes.exporting.rows import columns

TOKEN = "researchers-own-token"


class Hub(BaseHTTPRequestHandler):
    """What a hub answers to a researcher: a session for the token, an episode for the session."""

    files: ClassVar[dict[str, bytes]] = {}

    def do_POST(self) -> None:
        """`/api/role`."""
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        own = f"http://{self.headers['Host']}"
        if self.path != "/api/role" or self.headers["Origin"] != own or asked != {"token": TOKEN}:
            self.refuse(403, "wrong_token")
            return
        self.send_response(200)
        self.send_header("Set-Cookie", "armcade=session; Path=/; HttpOnly")
        self.end_headers()
        self.wfile.write(b"{}")

    def do_GET(self) -> None:
        """`/api/episodes/ID/download`."""
        name = self.path.removeprefix("/api/episodes/").removesuffix("/download")
        if self.headers["Cookie"] != "armcade=session":
            self.refuse(401, "not_signed_in")
        elif name == "broken":
            self.send_error(502)
        elif name not in self.files:
            self.refuse(404, "not_found")
        else:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(self.files[name])

    def refuse(self, status: int, reason: str) -> None:
        """A failure as hubs say it."""
        self.send_response(status)
        self.end_headers()
        self.wfile.write(json.dumps({"reason": reason, "text": {"en": "No.", "zh": "不。"}}).encode())

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


@pytest.fixture
def hub(record: Any) -> Iterator[str]:
    """The address of a hub that has the episode `ep-1`."""
    Hub.files = {"ep-1": record(seconds=0.3).path.read_bytes()}
    server = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("address", ["/api/episodes/ep-1", "/api/episodes/ep-1/download", "/research/ep-1/"])
def test_a_hub_gives_what_the_file_gives(
    address: str, hub: str, episodes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ARMCADE_TOKEN", TOKEN)
    found, expected = armcade.open_episode(hub + address), armcade.open_episode(episodes / "ep-1.mcap")
    assert found.header == expected.header and found.path == Path("ep-1.mcap")
    for field in fields(expected.observations):
        assert np.array_equal(
            getattr(found.observations, field.name), getattr(expected.observations, field.name)
        )
    assert found.pictures["wrist"].annex_b == expected.pictures["wrist"].annex_b
    assert armcade.open_episode(hub + address, with_pictures=False).pictures["wrist"].annex_b == ()


def test_a_refusal_says_why(hub: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ARMCADE_TOKEN", raising=False)
    for token, name, status, said in (
        ("", "ep-1", 401, r"No\. \(not_signed_in\) Is the researcher's token right"),
        ("a wrong one", "ep-1", 403, "wrong_token"),
        (TOKEN, "ep-2", 404, r"No\. \(not_found\)$"),
        (TOKEN, "broken", 502, "HTTP 502"),
    ):
        with pytest.raises(armcade.HubRefused, match=said) as refused:
            armcade.open_episode(f"{hub}/api/episodes/{name}", token)
        assert refused.value.status == status
    with pytest.raises(armcade.HubRefused, match="gives no answer") as refused:
        armcade.open_episode("http://127.0.0.1:9/api/episodes/ep-1")
    assert refused.value.status == 0


def test_pictures_are_pixels_and_rows_those_of_an_export(record: Any, synthetic: Any) -> None:
    path = record(seconds=0.4, dropped=(4,)).path
    episode = armcade.open_episode(str(path))
    shown = armcade.pictures(episode, "wrist")
    assert shown.shape == (len(episode.pictures["wrist"].frame_id), 64, 96, 3)
    assert [synthetic.read_id(one.mean(axis=2)) for one in shown] == episode.pictures[
        "wrist"
    ].frame_id.tolist()
    with pytest.raises(KeyError):
        armcade.pictures(episode, "nose")
    chosen = choose(path, 20)
    expected = columns(chosen.episode, chosen.pictures, chosen.rows, 20)
    found = armcade.rows(episode, 20)
    assert found.keys() == expected.keys()
    assert all(np.array_equal(found[name], expected[name]) for name in expected)
