"""Recordings for Rerun: its writer gets curves, notes and pictures of each episode, and may refuse."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from saved_subtasks import save, segments

from teleop.episodes.exporting.choice import choose
from teleop.episodes.exporting.work import ExportRefused, export_episodes
from teleop.episodes.layouts import rerun_files
from teleop.episodes.layouts.rerun_files import RerunFiles, interpreter, write_streams

DOUBLE = """#!/bin/sh
case "$1 $2" in "-P "*/rerun_writer.py) ;; *) exit 2;; esac
if grep -q bad-1 "$3/about.json"; then echo "no such codec" >&2; exit 3; fi
cp "$3/about.json" "$4"
"""


@pytest.fixture
def command(tmp_path: Path) -> str:
    """A writer that keeps what it is told, and refuses the episode `bad-1`."""
    path = tmp_path / "tools" / "python"
    path.parent.mkdir()
    path.write_text(DOUBLE)
    path.chmod(0o755)
    return str(path)


def test_each_episode_becomes_a_recording(record: Any, tmp_path: Path, command: str) -> None:
    paths = [record(episode_id=name, seconds=0.15).path for name in ("ep-1", "bad-1")]
    save(paths[0], ("a", segments((0, "reach"), length_ms=150), False))
    report = export_episodes(paths, tmp_path / "out", RerunFiles(command=command))
    told = json.loads((report.out / "ep-1.rrd").read_text())
    assert (told["application"], told["recording_id"]) == ("armcade", "ep-1")
    assert told["cameras"] == ["overview", "wrist"] and "# ep-1" in told["document"]
    assert {"place": "subtasks", "t_ns": 0, "text": "reach: reach for the red cube", "level": "INFO"} in told[
        "notes"
    ]
    assert not list(report.out.rglob("streams"))
    (excluded,) = json.loads((report.out / "excluded.json").read_text())
    assert excluded == {"file": "bad-1.mcap", "reason": "Rerun cannot show it: no such codec"}
    assert "other bytes each time" in (report.out / "README.md").read_text()


def test_the_writer_gets_every_picture(record: Any, tmp_path: Path) -> None:
    chosen = choose(record(seconds=0.2).path, 30)
    write_streams(tmp_path / "streams", chosen)
    for camera, shown in chosen.pictures.items():
        data = (tmp_path / "streams" / f"{camera}.h264").read_bytes()
        with np.load(tmp_path / "streams" / f"{camera}.npz") as arrays:
            ends = arrays["ends"].tolist()
            assert arrays["keyframe"].tolist() == shown.keyframe.tolist()
            assert (arrays["t_ns"] + chosen.episode.header.started_ns).tolist() == shown.capture_ns.tolist()
        assert [data[first:end] for first, end in zip([0, *ends], ends, strict=False)] == list(shown.annex_b)


def test_the_library_is_found_or_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    def found(spec: object) -> Callable[[str], object]:
        return lambda _: spec

    monkeypatch.setattr(rerun_files.importlib.util, "find_spec", found(object()))
    assert interpreter() == sys.executable
    monkeypatch.setattr(rerun_files.importlib.util, "find_spec", found(None))
    with pytest.raises(ExportRefused, match=r"armcade\[rerun\]"):
        interpreter()
