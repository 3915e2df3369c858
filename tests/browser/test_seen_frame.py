"""Inputs name the picture that Chromium painted when they were made, also on a busy page: ask the pixels."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]
BENCH = Path(__file__).resolve().parents[1] / "bench" / "seen_frame.py"
SECONDS = 3
FEWEST = 40


def test_inputs_name_the_picture_that_was_painted(tmp_path: Path) -> None:
    figures = tmp_path / "figures.json"
    options = ["--conditions", "blocked", "--seconds", str(SECONDS), "--json", str(figures)]
    subprocess.run([sys.executable, str(BENCH), *options], check=True, timeout=100)
    found = json.loads(figures.read_text())["blocked"]
    judged = found["exact"] + found["one_off"] + found["more_off"]
    assert judged > FEWEST
    assert found["exact"] >= 0.99 * judged
    assert found["more_off"] == found["bound_broken"] == found["unreadable"] == 0
    assert found["clock_bound_broken"] == 0
