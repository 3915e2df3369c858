"""Runs every benchmark to its end, then tells which promises were missed; exit code 1 when one was."""

import subprocess
import sys
import time
from pathlib import Path

BENCHES = Path(__file__).resolve().parents[1] / "tests" / "bench"
ORDER = (
    "bus",
    "run",
    "command",
    "playout",
    "video",
    "viewers",
    "seen_frame",
    "alignment",
    "ghost",
    "tick",
    "inverse",
    "limits",
    "lowering",
    "ros",
    "recording",
    "validator",
    "withdrawal",
    "export",
    "search",
    "delay",
)


def main() -> int:
    """Runs them one after the other, in this order or as named."""
    missed: list[str] = []
    for name in sys.argv[1:] or ORDER:
        print(f"\n== {name}", flush=True)
        began = time.monotonic()
        done = subprocess.run([sys.executable, BENCHES / f"{name}.py"], check=False)
        print(f"== {name}: {time.monotonic() - began:.0f} s, exit code {done.returncode}", flush=True)
        missed += [name] if done.returncode else []
    print(
        f"\nmissed a promise, or failed: {', '.join(missed)}" if missed else "\nno benchmark missed a promise"
    )
    return 1 if missed else 0


if __name__ == "__main__":
    raise SystemExit(main())
