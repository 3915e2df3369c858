"""The page's kinematics are tested against fresh vectors."""

import json
import runpy
from pathlib import Path

WRITER = Path(__file__).with_name("vectors.py")


def test_the_committed_vectors_are_fresh() -> None:
    made = runpy.run_path(str(WRITER))
    assert json.loads(made["WHERE"].read_text()) == json.loads(made["vectors"]()), (
        f"run: python {WRITER.name}"
    )
