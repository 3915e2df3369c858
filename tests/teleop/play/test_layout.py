"""The configuration that a one-machine Armcade writes."""

import tomllib
from pathlib import Path

from teleop.lineage.retention import Rule, Rules, read_rules
from teleop.play.layout import PUZZLES, Layout, write


def test_writes_both_files_with_every_path_inside_home_or_run(tmp_path: Path) -> None:
    layout = Layout(tmp_path / "home", tmp_path / "run", 8000, 9101, 9102, seed=7)
    layout.run.mkdir()
    write(layout)
    cell = tomllib.loads(layout.cell_toml.read_text())
    hub = tomllib.loads(layout.hub_toml.read_text())["hub"]
    assert set(cell) == {"cell", "cameras", "bridge", "sim"}
    assert cell["cell"]["bridge_socket"] == cell["bridge"]["socket"] == str(layout.run / "bridge.sock")
    assert cell["bridge"]["port"] == cell["sim"]["bus"]
    assert cell["bridge"]["calibration"] == cell["sim"]["calibration"] == str(layout.calibration)
    assert cell["sim"]["seed"] == 7
    assert cell["cell"]["puzzles"] == list(PUZZLES)
    assert "{layout}" in cell["cell"]["stage_command"]
    assert cell["cell"]["hub_url"] == "ws://127.0.0.1:8000/api/cell"
    assert hub["port"] == 8000
    assert layout.url in hub["origins"]
    assert hub["retention_file"] == str(layout.home / "retention.toml")
    assert (layout.secrets.stat().st_mode & 0o777) == 0o700


def test_exactly_one_camera_is_the_referee(tmp_path: Path) -> None:
    layout = Layout(tmp_path, tmp_path, 1, 2, 3)
    write(layout)
    cameras = tomllib.loads(layout.cell_toml.read_text())["cameras"]
    assert [camera["name"] for camera in cameras if camera["referee"]] == ["overview"]


def test_the_rules_of_retention_are_written_once_and_then_the_owners(tmp_path: Path) -> None:
    layout = Layout(tmp_path / "home", tmp_path, 1, 2, 3)
    write(layout)
    assert read_rules(layout.retention.read_text(encoding="utf-8")) == Rules((Rule("*", 1095),))
    layout.retention.write_text("rule = []")
    write(layout)
    assert layout.retention.read_text() == "rule = []"
