"""The episodes' own MCAP files, copied byte for byte, as one dataset with a card."""

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from teleop.episodes.card.notes import Notes
from teleop.episodes.exporting.choice import Chosen
from teleop.episodes.exporting.contract import Excluded, OnPicture, Part
from teleop.episodes.exporting.work import FPS
from teleop.episodes.layouts.fields import EXCLUDED, write_segments
from teleop.episodes.lerobot_v3.tables import write_json

PART = "episode.mcap"
NOTES = Notes(
    title="the episodes' own MCAP files, one each; rows and columns are what other formats make of them",
    tags=("mcap", "foxglove", "rerun"),
    loading="""from mcap.reader import make_reader

with open("EPISODE.mcap", "rb") as stream:
    for schema, channel, message in make_reader(stream).iter_messages():
        print(channel.topic, message.log_time)""",
    limits=("Nothing is resampled, and no range of a selection cut out: every message keeps its own time.",),
)


@dataclass(frozen=True, slots=True)
class McapFiles:
    """Files named by their episodes' ids; `fps` decides only what the card counts as rows."""

    fps: int = FPS
    version: int = 3

    @property
    def notes(self) -> Notes:
        """What its card says of the format."""
        return NOTES

    def write_part(self, chosen: Chosen, folder: Path, on_picture: OnPicture) -> None:
        """Copies the file."""
        shutil.copyfile(chosen.episode.path, folder / PART)

    def join(self, parts: Sequence[Part], excluded: Sequence[Excluded], root: Path) -> None:
        """Gives each file its episode's name."""
        for part in parts:
            os.link(part.folder / PART, root / f"{part.facts.header.episode_id}.mcap")
        write_segments(root, [part.facts for part in parts])
        write_json(root / EXCLUDED, excluded)
