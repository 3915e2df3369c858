"""What the scripts that make an environment share: one step at a time, and a sentence when one fails."""

import subprocess
import sys
from pathlib import Path


def stop(label: str, text: str) -> None:
    """Ends with a sentence that says what to do."""
    print(f"[{label}] {text}", file=sys.stderr)
    raise SystemExit(1)


def run(label: str, *command: str | Path, advice: str) -> None:
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
        stop(label, f"this step failed (exit {done.returncode}): {Path(str(command[0])).name}. {advice}")
