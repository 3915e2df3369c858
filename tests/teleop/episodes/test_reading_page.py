"""The page about reading names every array, its example runs, and the notebook runs through."""

import json
import os
import re
import subprocess
import sys
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from teleop.episodes.arrays import Actions, Inputs, Observations, Pictures
from teleop.episodes.traces import Commands, Networks, SentPictures

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs" / "reading_episodes.md").read_text()
NOTEBOOK = ROOT / "docs" / "notebooks" / "reading_episodes.ipynb"
RUN = """
import sys, nbformat, nbclient
notebook = nbformat.read(sys.argv[1], as_version=4)
nbclient.NotebookClient(notebook, timeout=60, kernel_name="python3").execute()
for cell in notebook.cells:
    for output in cell.get("outputs", ()):
        print(output.get("text", ""), end="")
"""
STREAMS = {
    "observations": Observations,
    "actions": Actions,
    "inputs": Inputs,
    "pictures[camera]": Pictures,
    "commands": Commands,
    "sent[camera]": SentPictures,
    "network": Networks,
}


@pytest.mark.parametrize("name", STREAMS)
def test_every_array_is_described(name: str) -> None:
    (table,) = re.findall(rf"\| `episode\.{re.escape(name)}` \|.*?\n\n", PAGE, re.DOTALL)
    told = {
        word for line in table.strip().splitlines()[2:] for word in re.findall(r"`(\w+)`", line.split("|")[1])
    }
    assert told == {field.name for field in fields(STREAMS[name])}


def test_the_example_runs(record: Any) -> None:
    folder = record(episode_id="episode", seconds=0.3).path.parent
    (example,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    subprocess.run([sys.executable, "-c", example], cwd=folder, check=True, capture_output=True)


def test_the_notebook_runs_through_and_is_kept_without_outputs(record: Any) -> None:
    cells = [cell for cell in json.loads(NOTEBOOK.read_text())["cells"] if cell["cell_type"] == "code"]
    assert all(not cell["outputs"] and cell["execution_count"] is None for cell in cells)
    path = record(seconds=0.3).path
    done = subprocess.run(
        [sys.executable, "-c", RUN, str(NOTEBOOK)],
        env=os.environ | {"ARMCADE_EPISODE": str(path), "JUPYTER_PLATFORM_DIRS": "1"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    for said in (
        "ep-1 tower sim quiet-otter",
        "a limit acted in 33% of the ticks: ['velocity']",
        "overview (8, 64, 96, 3)",
    ):
        assert said in done.stdout, done.stdout
