"""Names every file, socket and port of a one-machine Armcade, and writes its configuration."""

import sys
from dataclasses import dataclass
from pathlib import Path

from teleop.durable_files import write_whole
from teleop.lineage.retention import DEFAULT_RULES

CELL_ID = "home"
PUZZLES = ("sort_colours", "tower", "swap")
_CELL_TOML = """\
[cell]
id = "{cell_id}"
name_en = "Home cell"
name_zh = "本机机械臂"
hub_url = "ws://127.0.0.1:{port}/api/cell"
token_file = "{secrets}/cell.token"
bridge_socket = "{run}/bridge.sock"
episodes_dir = "{home}/episodes"
state_dir = "{home}/cells/{cell_id}"
metrics_port = {cell_metrics_port}
source = "sim"
grasp_model = "assisted"
puzzles = [{puzzles}]
stage_command = ["{python}", "-m", "sim_fallback", "arrange", "--socket", "{run}/sim.sock", "{{layout}}"]

[[cameras]]
name = "overview"
ring = "{ring}-overview"
calibration = "{run}/overview.json"
referee = true

[[cameras]]
name = "wrist"
ring = "{ring}-wrist"
calibration = "{run}/wrist.json"
referee = false

[bridge]
arm = "so101"
port = "{run}/bus"
calibration = "{home}/cells/{cell_id}/so101.json"
socket = "{run}/bridge.sock"
rate_hz = 100

[sim]
seed = {seed}
bus = "{run}/bus"
socket = "{run}/sim.sock"
calibration = "{home}/cells/{cell_id}/so101.json"
metrics_port = {sim_metrics_port}
"""
_HUB_TOML = """\
[hub]
host = "{host}"
port = {port}
database = "{home}/hub.sqlite3"
episodes_dir = "{home}/episodes"
origins = ["http://127.0.0.1:{port}", "http://localhost:{port}"]
secrets_dir = "{secrets}"
client_dir = ""
retention_file = "{retention}"
"""


@dataclass(frozen=True, slots=True)
class Layout:
    """Where one-machine Armcade keeps its lasting files (`home`) and its sockets (`run`)."""

    home: Path
    run: Path
    port: int
    cell_metrics_port: int
    sim_metrics_port: int
    seed: int = 1
    host: str = "127.0.0.1"

    @property
    def secrets(self) -> Path:
        """Tokens and keys, readable by their owner alone."""
        return self.home / "secrets"

    @property
    def retention(self) -> Path:
        """How long episodes are kept: the defaults at first, theirs to change from then on."""
        return self.home / "retention.toml"

    @property
    def logs(self) -> Path:
        """One log file per process."""
        return self.home / "logs"

    @property
    def calibration(self) -> Path:
        """The arm's calibration in LeRobot's JSON."""
        return self.home / "cells" / CELL_ID / "so101.json"

    @property
    def cell_toml(self) -> Path:
        """The configuration that cell, bridge and sim read."""
        return self.run / "cell.toml"

    @property
    def hub_toml(self) -> Path:
        """The hub's configuration."""
        return self.run / "hub.toml"

    @property
    def url(self) -> str:
        """The address that a person opens."""
        return f"http://127.0.0.1:{self.port}"


def write(layout: Layout) -> None:
    """Makes the folders and writes both configuration files."""
    for folder in (layout.logs, layout.home / "episodes", layout.calibration.parent):
        folder.mkdir(parents=True, exist_ok=True)
    layout.secrets.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not layout.retention.exists():
        write_whole(layout.retention, DEFAULT_RULES.read_bytes())
    words = {
        "cell_id": CELL_ID,
        "port": layout.port,
        "secrets": layout.secrets,
        "run": layout.run,
        "home": layout.home,
        "host": layout.host,
        "retention": layout.retention,
        "ring": layout.run.name,
        "cell_metrics_port": layout.cell_metrics_port,
        "sim_metrics_port": layout.sim_metrics_port,
        "seed": layout.seed,
        "python": sys.executable,
        "puzzles": ", ".join(f'"{name}"' for name in PUZZLES),
    }
    layout.cell_toml.write_text(_CELL_TOML.format(**words))
    layout.hub_toml.write_text(_HUB_TOML.format(**words))
