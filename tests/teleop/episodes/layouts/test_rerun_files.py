"""Recordings for Rerun: made by its converter, named by their episodes, left out when it refuses."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from teleop.episodes.exporting.work import ExportRefused, export_episodes
from teleop.episodes.layouts import rerun_files
from teleop.episodes.layouts.rerun_files import RerunFiles, converter

DOUBLE = """#!/bin/sh
case "$3" in *bad*) echo "no such codec" >&2; exit 3;; esac
for last; do :; done
echo "$@" > "$last"
"""


@pytest.fixture
def command(tmp_path: Path) -> str:
    """A converter that writes what it was asked, and refuses files with `bad` in their name."""
    path = tmp_path / "tools" / "rerun"
    path.parent.mkdir()
    path.write_text(DOUBLE)
    path.chmod(0o755)
    return str(path)


def test_each_episode_becomes_a_recording(record: Any, tmp_path: Path, command: str) -> None:
    paths = [record(episode_id=name, seconds=0.15).path for name in ("ep-1", "bad-1")]
    report = export_episodes(paths, tmp_path / "out", RerunFiles(command=command))
    said = (report.out / "ep-1.rrd").read_text().split()
    assert said[:7] == [
        "mcap",
        "convert",
        str(paths[0]),
        "--application-id",
        "armcade",
        "--recording-id",
        "ep-1",
    ]
    (excluded,) = json.loads((report.out / "excluded.json").read_text())
    assert excluded == {"file": "bad-1.mcap", "reason": "Rerun cannot convert it: no such codec"}
    assert "other bytes each time" in (report.out / "README.md").read_text()


def test_the_converter_is_found_or_asked_for(
    tmp_path: Path, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def found(places: list[str] | None) -> Callable[[str], object]:
        spec = type("Spec", (), {"submodule_search_locations": places})
        return lambda _: None if places is None else spec

    monkeypatch.setattr(rerun_files.importlib.util, "find_spec", found([str(Path(command).parent)]))
    monkeypatch.setenv("PATH", str(tmp_path))
    assert converter() == command
    monkeypatch.setattr(rerun_files.importlib.util, "find_spec", found([str(tmp_path)]))
    with pytest.raises(ExportRefused, match=r"armcade\[rerun\]"):
        converter()
    monkeypatch.setattr(rerun_files.importlib.util, "find_spec", found(None))
    monkeypatch.setenv("PATH", str(Path(command).parent))
    assert converter() == command
