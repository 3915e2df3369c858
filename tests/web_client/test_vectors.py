"""The page's copy of the arm's bounds is fresh, and its kinematics are tested against fresh vectors."""

import json
import runpy
from pathlib import Path

WRITER = Path(__file__).with_name("vectors.py")


def test_the_committed_vectors_are_fresh() -> None:
    made = runpy.run_path(str(WRITER))
    assert json.loads(made["WHERE"].read_text()) == json.loads(made["vectors"]()), (
        f"run: python {WRITER.name}"
    )


def test_the_page_has_the_bounds_of_the_bridges_arm() -> None:
    made = runpy.run_path(str(WRITER))
    assert json.loads(made["ARM"].read_text()) == json.loads(made["arm"]()), f"run: python {WRITER.name}"
