"""The hub as its own process: starts, answers, stops on a signal, survives a kill."""

import asyncio
import signal
import socket
import sys
from pathlib import Path

import httpx
import msgspec
import pytest
from websockets.asyncio.client import connect

from teleop.hub.__main__ import main
from teleop.hub.secret_files import ensure_secrets
from teleop.wire.hub_to_cell import Registered, ToCell

pytestmark = pytest.mark.system
START_S = 30.0


@pytest.fixture
def settings(tmp_path):
    """A configuration file and the address it gives."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    path = tmp_path / "hub.toml"
    path.write_text(
        f'[hub]\nport = {port}\ndatabase = "{tmp_path}/hub.sqlite3"\nepisodes_dir = "{tmp_path}/episodes"\n'
        f'secrets_dir = "{tmp_path}/secrets"\norigins = ["http://127.0.0.1:{port}"]\n'
    )
    return path, f"http://127.0.0.1:{port}"


async def started(path: Path, base: str) -> asyncio.subprocess.Process:
    """A hub process that answers."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "teleop.hub", "--config", str(path), stderr=asyncio.subprocess.PIPE
    )
    async with asyncio.timeout(START_S), httpx.AsyncClient() as http:
        while process.returncode is None:
            try:
                if (await http.get(base + "/healthz")).text == "ok\n":
                    return process
            except httpx.TransportError:
                await asyncio.sleep(0.05)
    raise AssertionError("the hub ended at once")


async def ended(process: asyncio.subprocess.Process) -> str:
    """What a process that was asked to stop said on stderr."""
    async with asyncio.timeout(START_S):
        _, said = await process.communicate()
    return said.decode()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_stops_it_cleanly_with_open_sockets(settings, tmp_path, number):
    path, base = settings
    process = await started(path, base)
    try:
        keys = ensure_secrets(tmp_path / "secrets")
        cell_headers = {"Authorization": f"Bearer {keys.cell_token}"}
        sockets = base.replace("http", "ws")
        async with (
            connect(sockets + "/api/live", additional_headers={"Origin": base}) as page,
            connect(sockets + "/api/cell", additional_headers=cell_headers),
        ):
            assert "lobby" in str(await page.recv())
            process.send_signal(number)
            said = await ended(process)
    finally:
        if process.returncode is None:
            process.kill()
    assert process.returncode == 0, said
    assert "hub stopped" in said and "Traceback" not in said


async def test_sessions_survive_a_kill_and_the_cell_comes_back(settings, tmp_path, make):
    path, base = settings
    process = await started(path, base)
    try:
        async with httpx.AsyncClient(base_url=base, headers={"Origin": base}) as http:
            body = {"pseudonym": "小明", "language": "zh"}
            assert (await http.post("/api/sign-in", json=body)).status_code == 200
            process.kill()
            await ended(process)
            process = await started(path, base)
            assert (await http.get("/api/me")).json()["pseudonym"] == "小明"
            keys = ensure_secrets(tmp_path / "secrets")
            headers = {"Authorization": f"Bearer {keys.cell_token}"}
            async with connect(base.replace("http", "ws") + "/api/cell", additional_headers=headers) as cell:
                await cell.send(msgspec.msgpack.encode(make.register("home", 4, "t0-home-4")))
                welcome = msgspec.msgpack.decode(await cell.recv(), type=ToCell)
                assert isinstance(welcome, Registered) and welcome.ticket_key == keys.ticket_public_pem
                assert (await http.get("/api/cells")).json()[0]["turn_id"] == "t0-home-4"
    finally:
        if process.returncode is None:
            process.terminate()
            await ended(process)


async def test_a_taken_port_is_said(settings):
    path, base = settings
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", int(base.rsplit(":", 1)[1])))
        taken.listen()
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "teleop.hub", "--config", str(path), stderr=asyncio.subprocess.PIPE
        )
        said = await ended(process)
    assert process.returncode != 0 and "in use" in said


def test_a_wrong_configuration_is_a_sentence_and_code_2(tmp_path, capsys):
    path = tmp_path / "hub.toml"
    path.write_text("[hub]\nprot = 1\n")
    assert main(["--config", str(path)]) == 2
    assert "did you mean 'port'" in capsys.readouterr().err


def test_secrets_that_cannot_be_written_are_a_sentence(settings, capsys):
    path, _ = settings
    path.write_text(path.read_text().replace("secrets_dir = ", 'secrets_dir = "/proc/none" #'))
    assert main(["--config", str(path)]) == 2
    assert "/proc/none" in capsys.readouterr().err
