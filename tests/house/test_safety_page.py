"""The safety page shows the table that the bridge runs, and the numbers of the arm's data."""

import tomllib
from pathlib import Path

from robot_bridge.rest import POSTURES
from robot_bridge.safety import TABLE

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "safety.md").read_text()
ARM = tomllib.loads((ROOT / "robot_bridge" / "arms" / "so101.toml").read_text())


def test_page_shows_the_table_of_modes() -> None:
    events = ("enable", "hold", "stop", "fault", "reset", "rest")
    for mode, row in TABLE.items():
        cells = [row[event] or "-" for event in events]
        assert f"| {mode} | {' | '.join(cells)} |" in PAGE


def test_page_shows_the_table_of_postures() -> None:
    for posture, row in POSTURES.items():
        cells = [row[event] or "-" for event in ("lower", "interrupt", "arrive", "engage")]
        assert f"| {posture} | {' | '.join(cells)} |" in PAGE


def test_page_states_the_limits_of_the_arm() -> None:
    assert f"{ARM['tool_speed_m_s']} m/s" in PAGE
    assert f"{ARM['motion']['soft_margin_rad']} rad" in PAGE
    assert f"{ARM['table_clearance_m'] * 1000:.0f} mm" in PAGE
    assert f"{ARM['motion']['look_ahead_rad'][0]} rad (gripper {ARM['motion']['look_ahead_rad'][-1]})" in PAGE
