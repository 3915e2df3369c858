"""Tools that are not ours read the exports: robomimic, Croissant, the hub's card, Rerun, mcap."""

import json
import subprocess
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from episode_headers import START_NS
from lerobot_loader import LOADER
from mcap.reader import NonSeekingReader, make_reader

from teleop.episodes.exporting.work import export_episodes
from teleop.episodes.format import Event, Sighting
from teleop.episodes.formats import FORMATS
from teleop.episodes.layouts.rerun_files import RerunFiles
from teleop.episodes.layouts.robomimic import FILE

pytestmark = [pytest.mark.lerobot, pytest.mark.timeout(600)]
SCRIPT = LOADER.parents[2] / "scripts" / "formats_read.py"
RERUN = LOADER.with_name("rerun")
EXPORTED = ("lerobot", "robomimic", "zarr")


@pytest.fixture
def exports(record: Any, tmp_path: Path) -> dict[str, Path]:
    """The same three turns, one of them failed, in several formats; one more has no verdict."""
    paths = [record(episode_id=f"ep-{at}", seconds=0.2 + at / 10, solved=at != 1).path for at in range(3)]
    paths.append(record(episode_id="ep-3", seconds=0.2, judged=False).path)
    return {
        name: export_episodes(paths, tmp_path / name, FORMATS[name].make(30), licence="cc-by-4.0").out
        for name in EXPORTED
    }


def test_rerun_finds_no_fault_in_an_episode_and_shows_it(record: Any, tmp_path: Path) -> None:
    """Its check of the MCAP file, its converter, its check of the recording; and stock mcap's two readers."""
    grasp = Event(START_NS + 7, "grasp", {})
    sealed = record(seconds=0.4, extra=[Sighting(START_NS + 5, "overview", 1, START_NS + 1, ()), grasp])
    checked = rerun("mcap", "check", "--full", str(sealed.path))
    lines = [line for line in checked.splitlines() if line.startswith(("ok", "warn", "error", "fail"))]
    assert len(lines) == 15 and all(line.startswith("ok") and line.endswith("—") for line in lines), checked
    report = export_episodes([sealed.path], tmp_path / "rrd", RerunFiles(command=str(LOADER)))
    (made,) = report.out.glob("*.rrd")
    rerun("rrd", "verify", str(made))
    shown = rerun("rrd", "print", str(made))
    for entity, component in (
        ("/camera/wrist", "VideoStream:sample"),
        ("/joints/shoulder_pan/measured", "Scalars:scalars"),
        ("/joints/gripper/applied", "Scalars:scalars"),
        ("/notes/events", "TextLog:text"),
        ("/about", "TextDocument:text"),
    ):
        lines = [line for line in shown.splitlines() if f" - {entity} - " in line]
        assert any(component in line for line in lines), (entity, lines)
    assert "Blueprint" in shown and "rows (" in shown
    with sealed.path.open("rb") as stream:
        seeking = make_reader(stream, validate_crcs=True)
        summary = seeking.get_summary()
        sought = [(channel.topic, message.log_time) for _, channel, message in seeking.iter_messages()]
    with sealed.path.open("rb") as stream:
        plain = NonSeekingReader(stream, validate_crcs=True)
        read = [(channel.topic, message.log_time) for _, channel, message in plain.iter_messages()]
    assert summary is not None and summary.statistics is not None
    assert sorted(read) == sorted(sought)
    assert (
        len(read)
        == summary.statistics.message_count
        == sum(summary.statistics.channel_message_counts.values())
    )


def rerun(*arguments: str) -> str:
    """What Rerun's command prints; it must not fail."""
    done = subprocess.run([str(RERUN), *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def test_they_find_what_was_exported(exports: dict[str, Path], tmp_path: Path) -> None:
    arrays = tmp_path / "rows.npz"
    done = subprocess.run(
        [str(LOADER), str(SCRIPT), *map(str, exports.values()), "--arrays", str(arrays)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    found = json.loads(done.stdout[done.stdout.index("{\n") :])
    for name in EXPORTED:
        assert (found[name]["errors"], found[name]["warnings"]) == ([], [])
        assert found[name]["records"]["episodes"] == 3
        assert found[name]["license"] == "cc-by-4.0"
    with h5py.File(exports["robomimic"] / FILE) as file, np.load(arrays) as rows:
        demos = [file[f"data/demo_{at}"] for at in range(3)]
        total = sum(len(demo["actions"]) for demo in demos)
        assert found["lerobot"]["records"]["rows"] == total
        keys = found[f"robomimic/{FILE}"]
        assert keys["all"] == [["demo_0", "demo_1", "demo_2"], total]
        assert keys["success"][0] == ["demo_0", "demo_2"]
        assert keys["failure"] == [["demo_1"], len(demos[1]["actions"])]
        assert len(rows.files) == 11
        for name in rows.files:
            assert np.array_equal(rows[name], np.concatenate([demo[name] for demo in demos])), name
