"""Turns to export, and what their rows and pictures are, computed without any layout."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from teleop.episodes.exporting.choice import choose, columns_of
from teleop.episodes.exporting.pictures import shown
from teleop.episodes.exporting.signature import signature_of

FPS = 30


@dataclass(frozen=True)
class Truth:
    """What an export must hold of one episode."""

    columns: dict[str, Any]
    pictures: dict[str, Any]
    solved: bool

    @property
    def rows(self) -> int:
        """How many rows it has."""
        return len(self.columns["action"])


@pytest.fixture
def turns(record: Any) -> list[Path]:
    """Three turns: lost pictures and a jittering camera, a failed turn, a late camera."""
    facts: list[dict[str, Any]] = [
        {"seconds": 0.3, "jitter_ns": 9_000_000, "dropped": (4, 5)},
        {"seconds": 0.15, "solved": False, "prompt": "Sort by colour"},
        {"seconds": 0.25, "camera_start_ns": 120_000_000},
    ]
    return [record(episode_id=f"ep-{number}", **one).path for number, one in enumerate(facts)]


@pytest.fixture
def truth(turns: list[Path], synthetic: Any) -> list[Truth]:
    """The rows of these turns; their pictures are proved to be those that the columns name."""
    found = []
    for path in turns:
        chosen = choose(path, FPS)
        rows = columns_of(chosen, FPS)
        pictures = {
            camera.name: np.stack(
                [
                    frame.to_ndarray(format="rgb24")
                    for frame in shown(chosen.pictures[camera.name], chosen.rows.newest[camera.name], camera)
                ]
            )
            for camera in signature_of(chosen.episode.header).cameras
        }
        for camera, seen in pictures.items():
            ids = [synthetic.read_id(picture.mean(axis=2)) for picture in seen]
            assert ids == rows[f"frame_id.{camera}"].tolist()
        found.append(Truth(rows, pictures, chosen.verdict.solved))
    return found
