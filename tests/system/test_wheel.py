"""The wheel holds the built client and plays in an empty environment without Node."""

import os
import subprocess
import sys
import urllib.request
import zipfile
from pathlib import Path

import pytest
from armcade_process import start

ROOT = Path(__file__).resolve().parents[2]
pytestmark = [pytest.mark.wheel, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True, text=True)
    return next(folder.glob("armcade-*.whl"))


def test_wheel_holds_what_it_needs_and_no_sources_of_the_client(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert "web_client/dist/index.html" in names
    assert any(name.startswith("game/puzzles/") and name.endswith(".toml") for name in names)
    assert any(name.startswith("teleop/hub/migrations/versions/") for name in names)
    assert "robot_bridge/arms/so101.toml" in names
    assert not [
        name for name in names if "node_modules" in name or name.startswith(("tests/", "web_client/src"))
    ]


def test_wheel_plays_in_an_empty_environment(
    wheel: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = tmp_path / "env"
    subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True)
    pip = [str(environment / "bin" / "python"), "-m", "pip", "install", "--quiet"]
    pins = ["--constraint", str(ROOT / "constraints.txt")]
    subprocess.run([*pip, *pins, f"{wheel}[sim]"], check=True)
    monkeypatch.setenv("PATH", f"{environment / 'bin'}:/usr/sbin:/sbin")
    monkeypatch.chdir(tmp_path)
    armcade = start(tmp_path / "home", command=environment / "bin" / "armcade")
    try:
        with urllib.request.urlopen(armcade.url + "/", timeout=5) as answer:
            assert "<title>Armcade" in answer.read().decode()
        assert not os.access(environment / "bin" / "node", os.X_OK)
    finally:
        armcade.stop()
