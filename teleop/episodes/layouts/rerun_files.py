"""Recordings for Rerun's viewer: its own converter makes one of each episode's MCAP file."""

import importlib.util
import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from teleop.episodes.card.notes import Notes
from teleop.episodes.exporting.choice import Chosen, LeftOut
from teleop.episodes.exporting.contract import Excluded, OnPicture, Part
from teleop.episodes.exporting.work import FPS, ExportRefused
from teleop.episodes.layouts.fields import EXCLUDED, write_segments
from teleop.episodes.lerobot_v3.tables import write_json

PART = "episode.rrd"
APPLICATION = "armcade"
NOTES = Notes(
    title="recordings for Rerun's viewer, one each; rows and columns are what other formats make of them",
    tags=("rerun",),
    loading="rerun EPISODE.rrd  # in a shell, with rerun-sdk",
    limits=(
        "Nothing is resampled, and no range of a selection cut out. Pictures are video streams, all other "
        "messages stand as they were recorded, in JSON.",
        "Rerun numbers what it writes by the clock: the same episode gives other bytes each time.",
    ),
)


def converter() -> str:
    """Where Rerun's command is: of the package rerun-sdk, or on the path; raises ExportRefused without it."""
    package = importlib.util.find_spec("rerun_cli")
    places = list(package.submodule_search_locations or ()) if package else []
    found = next((f"{place}/rerun" for place in places if Path(place, "rerun").exists()), None)
    found = found or shutil.which("rerun")
    if found is None:
        raise ExportRefused(
            "Rerun needs the library rerun-sdk, which is missing: pip install 'armcade[rerun]'"
        )
    return found


@dataclass(frozen=True, slots=True)
class RerunFiles:
    """Files named by their episodes' ids; making one raises ExportRefused without Rerun's converter."""

    fps: int = FPS
    version: int = 2
    command: str = field(default_factory=converter)

    @property
    def notes(self) -> Notes:
        """What its card says of the format."""
        return NOTES

    def write_part(self, chosen: Chosen, folder: Path, on_picture: OnPicture) -> None:
        """Converts the file; raises LeftOut with what the converter says when it cannot."""
        episode = chosen.episode
        named = ("--application-id", APPLICATION, "--recording-id", episode.header.episode_id)
        done = subprocess.run(
            [self.command, "mcap", "convert", str(episode.path), *named, "--output", str(folder / PART)],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise LeftOut(f"Rerun cannot convert it: {done.stderr.strip()[-500:]}")

    def join(self, parts: Sequence[Part], excluded: Sequence[Excluded], root: Path) -> None:
        """Gives each file its episode's name."""
        for part in parts:
            os.link(part.folder / PART, root / f"{part.facts.header.episode_id}.rrd")
        write_segments(root, [part.facts for part in parts])
        write_json(root / EXCLUDED, excluded)
