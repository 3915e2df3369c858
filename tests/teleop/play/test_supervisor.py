"""The supervisor restarts what died and ends everything together."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from armcade_process import wait_for

from teleop.play.supervisor import Row, Supervisor

pytestmark = pytest.mark.system
SLEEPER = Row("sleeper", ("-c", "import time; print('up', flush=True); time.sleep(60)"))
IGNORES_TERM = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("up", flush=True)
time.sleep(60)
"""
STUBBORN = Row("stubborn", ("-c", IGNORES_TERM))


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def supervisor(tmp_path: Path, said: list[str]) -> Iterator[Supervisor]:
    running = Supervisor(tmp_path, said.append)
    yield running
    running.stop()


def test_starts_a_dead_process_again_and_says_so(supervisor: Supervisor, said: list[str]) -> None:
    supervisor.start([SLEEPER])
    first = supervisor.pid("sleeper")
    os.kill(first, signal.SIGKILL)

    def restarted() -> bool:
        supervisor.watch()
        return supervisor.pid("sleeper") != first

    wait_for(restarted, 10, "a new process")
    assert "sleeper ended (-9)" in said[0]
    assert supervisor.running["sleeper"].restarts == 1


def test_does_not_restart_in_a_tight_loop(supervisor: Supervisor, said: list[str]) -> None:
    supervisor.start([Row("broken", ("-c", "raise SystemExit(3)"))])
    supervisor.running["broken"].process.wait()
    supervisor.watch()
    supervisor.running["broken"].process.wait()
    supervisor.watch()
    assert len(said) == 1


def test_kills_what_ignores_the_request_to_end(
    supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("teleop.play.supervisor.STOP_WAIT_S", 0.2)
    supervisor.start([STUBBORN])
    wait_for(lambda: "up" in supervisor.tail("stubborn"), 10, "its first line")
    supervisor.stop()
    assert supervisor.running["stubborn"].process.returncode == -signal.SIGKILL
