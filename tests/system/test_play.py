"""`armcade play` as a new user meets it: it starts, says where to play, and ends cleanly."""

import json
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from multiprocessing import shared_memory
from pathlib import Path

import pytest
from armcade_process import Armcade, start, wait_for

pytestmark = [pytest.mark.system, pytest.mark.alone, pytest.mark.timeout(180)]


@pytest.fixture(scope="module")
def armcade(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Armcade]:
    running = start(tmp_path_factory.mktemp("play") / "home")
    yield running
    running.stop()


def fetch(address: str) -> str:
    with urllib.request.urlopen(address, timeout=5) as answer:
        return str(answer.read().decode())


def test_page_and_health_answer(armcade: Armcade) -> None:
    with urllib.request.urlopen(armcade.url + "/", timeout=5) as answer:
        assert "<title>Armcade" in answer.read().decode()
    with urllib.request.urlopen(armcade.url + "/healthz", timeout=5) as answer:
        assert answer.status == 200


def test_openapi_names_the_sign_in(armcade: Armcade) -> None:
    with urllib.request.urlopen(armcade.url + "/schema/openapi.json", timeout=5) as answer:
        assert "/api/sign-in" in json.load(answer)["paths"]


@pytest.mark.parametrize(
    ("suffix", "name"),
    [("", "armcade_cell_frames_total"), ("/bridge", "armcade_bridge_tick_lateness_seconds_p99")],
)
def test_cell_and_bridge_have_metrics(armcade: Armcade, suffix: str, name: str) -> None:
    wait_for(lambda: name in fetch(armcade.cell_metrics + suffix), 10, f"{name} is shown")


def test_sim_and_hub_have_metrics(armcade: Armcade) -> None:
    for address in (armcade.sim_metrics, armcade.url + "/metrics"):
        with urllib.request.urlopen(address, timeout=5) as answer:
            assert b"# TYPE" in answer.read()


def test_stop_leaves_nothing_behind(tmp_path: Path) -> None:
    running = start(tmp_path / "home")
    ring = f"{running.run.name}-overview"
    running.stop()
    assert running.process.returncode == 0
    assert not running.run.exists()
    with pytest.raises(FileNotFoundError):
        shared_memory.SharedMemory(ring)
    for pid in running.pids.values():
        assert not Path(f"/proc/{pid}").exists()


def test_an_impatient_end_leaves_nothing_behind_either(tmp_path: Path) -> None:
    running = start(tmp_path / "home")
    for _ in range(3):
        running.process.send_signal(signal.SIGTERM)
        time.sleep(0.1)
    assert running.process.wait(20) == 0
    assert [name for name, pid in running.pids.items() if Path(f"/proc/{pid}").exists()] == []


def test_second_start_is_quick_relative_to_the_promise(tmp_path: Path) -> None:
    started = time.monotonic()
    running = start(tmp_path / "home")
    took = time.monotonic() - started
    running.stop()
    print(f"ready after {took:.1f} s")
    assert running.url.startswith("http://127.0.0.1:")


def test_help_names_every_process() -> None:
    command = [str(Path(sys.executable).parent / "armcade"), "--help"]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    for word in ("play", "hub", "cell", "bridge", "sim", "episodes", "token"):
        assert word in text
