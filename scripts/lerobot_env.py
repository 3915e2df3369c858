"""Makes the environment of LeRobot's own loader, with which the tests read our exports.

Runs on a bare Python with the standard library alone: `python3 scripts/lerobot_env.py`. It lives apart
in .venv-lerobot, since it pins other versions than Armcade and is never needed to play. Its decoder
(torchcodec) uses the system's FFmpeg libraries. Done once; a second run takes a fraction of a second.
"""

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv-lerobot"
PYTHON = VENV / "bin" / "python"
PINS = ROOT / "scripts" / "lerobot_env.txt"
READER = ROOT / "scripts" / "lerobot_read.py"
STAMP = VENV / "packages.stamp"


def stop(text: str) -> None:
    """Ends with a sentence that says what to do."""
    print(f"[lerobot] {text}", file=sys.stderr)
    raise SystemExit(1)


def run(*command: str | Path, advice: str) -> None:
    """Runs one step; on failure shows its last words and what to do."""
    done = subprocess.run(
        [str(part) for part in command],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        print("\n".join(done.stdout.splitlines()[-15:]), file=sys.stderr)
        stop(f"this step failed (exit {done.returncode}): {Path(str(command[0])).name}. {advice}")


def main() -> int:
    """Makes the environment unless it is there already, and proves that the loader starts."""
    wanted = hashlib.sha256(sys.version.encode() + PINS.read_bytes()).hexdigest()
    if STAMP.exists() and STAMP.read_text() == wanted:
        return 0
    print("[lerobot] making .venv-lerobot with LeRobot's own loader; this takes a few minutes", flush=True)
    shutil.rmtree(VENV, ignore_errors=True)
    run(sys.executable, "-m", "venv", VENV, advice="On Debian: apt install python3-venv.")
    pip = (PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    run(*pip, "--no-deps", "--requirement", PINS, advice="Is the package index reachable? Then try again.")
    run(PYTHON, READER, "--self-check", advice="Its decoder needs FFmpeg. On Debian: apt install ffmpeg.")
    STAMP.write_text(wanted)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
