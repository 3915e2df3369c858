"""Makes the environment of LeRobot's own loader, with which the tests read our exports.

Runs on a bare Python with the standard library alone: `python3 scripts/lerobot_env.py`. It lives apart
in .venv-lerobot, since it pins other versions than Armcade and is never needed to play. Its decoder
(torchcodec) uses the system's FFmpeg libraries. Done once; a second run takes a fraction of a second.
"""

import hashlib
import shutil
import sys
from pathlib import Path

from steps import run

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv-lerobot"
PYTHON = VENV / "bin" / "python"
PINS = ROOT / "scripts" / "lerobot_env.txt"
READER = ROOT / "scripts" / "lerobot_read.py"
STAMP = VENV / "packages.stamp"


def main() -> int:
    """Makes the environment unless it is there already, and proves that the loader starts."""
    wanted = hashlib.sha256(sys.version.encode() + PINS.read_bytes()).hexdigest()
    if STAMP.exists() and STAMP.read_text() == wanted:
        return 0
    print("[lerobot] making .venv-lerobot with LeRobot's own loader; this takes a few minutes", flush=True)
    shutil.rmtree(VENV, ignore_errors=True)
    run("lerobot", sys.executable, "-m", "venv", VENV, advice="On Debian: apt install python3-venv.")
    pip = (PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    run(
        "lerobot",
        *pip,
        "--no-deps",
        "--requirement",
        PINS,
        advice="Is the package index reachable? Then try again.",
    )
    run(
        "lerobot",
        PYTHON,
        READER,
        "--self-check",
        advice="Its decoder needs FFmpeg. On Debian: apt install ffmpeg.",
    )
    STAMP.write_text(wanted)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
