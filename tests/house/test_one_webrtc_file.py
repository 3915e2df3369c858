"""The WebRTC library stays behind the peer, its pictures' path and its guard: it could be replaced."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
IMPORT = re.compile(r"^\s*(from|import) (aiortc|aioice)\b", re.MULTILINE)


def test_only_the_peer_and_its_picture_path_import_it() -> None:
    users = {
        str(path.relative_to(ROOT))
        for package in ("teleop", "robot_bridge", "game", "sim_fallback")
        for path in (ROOT / package).rglob("*.py")
        if IMPORT.search(path.read_text())
    }
    assert "teleop/cell/peer.py" in users
    guard = {user for user in users if user.startswith("teleop/cell/ice_guard")}
    path = {f"teleop/cell/{name}.py" for name in ("picture_path", "picture_track", "rtcp_ear")}
    assert users <= {"teleop/cell/peer.py"} | path | guard
