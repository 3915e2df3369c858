"""A reader that is not ours: LeRobot's own loader, in the environment that is made for it."""

import json
import subprocess
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
LOADER = ROOT / ".venv-lerobot" / "bin" / "python"
SCRIPT = ROOT / "scripts" / "lerobot_read.py"


def loaded(
    dataset: Path, arrays: Path, every: int = 1, conformance: bool = False
) -> tuple[dict[str, Any], dict[str, Any]]:
    """What LeRobot's loader says of a dataset, and the rows that it gives: all, or one in so many.

    For `conformance` its other decoder reads the pictures too, and LeRobot's doctor looks at all.
    """
    assert LOADER.exists(), "first run: python3 scripts/lerobot_env.py"
    done = subprocess.run(
        [
            *(str(LOADER), str(SCRIPT), str(dataset), "--arrays", str(arrays), "--every", str(every)),
            *(["--conformance"] if conformance else []),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    with np.load(arrays) as columns:
        return json.loads(done.stdout), {name: columns[name] for name in columns.files}
