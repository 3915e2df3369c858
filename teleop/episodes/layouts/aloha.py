"""The HDF5 layout of ALOHA and ACT: one file an episode, all values beside their pictures."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from teleop.episodes.card.notes import Notes
from teleop.episodes.exporting.choice import Chosen, columns_of
from teleop.episodes.exporting.contract import Excluded, OnPicture, Part
from teleop.episodes.exporting.signature import signature_of
from teleop.episodes.exporting.subtasks import said
from teleop.episodes.exporting.work import FPS
from teleop.episodes.layouts.fields import ACTION, EXCLUDED, LOAD, STATE, VELOCITY, others, rgb_pictures
from teleop.episodes.layouts.hdf5 import created, installed, put, put_pictures, put_texts
from teleop.episodes.lerobot_v3.tables import write_json

PART = "episode.hdf5"
MAPPED = {STATE: "qpos", VELOCITY: "qvel", LOAD: "effort"}
NOTES = Notes(
    title="ALOHA and ACT HDF5, one file an episode",
    tags=("aloha", "act", "hdf5"),
    loading="""import h5py

with h5py.File("episode_0.hdf5") as file:
    qpos, action = file["/observations/qpos"][:], file["/action"][:]
    if not file.attrs["success"]:
        print("a failed turn")""",
    places={**{column: f"observations/{key}" for column, key in MAPPED.items()}, ACTION: ACTION},
    elsewhere="armcade/{name}",
    pictures="observations/images/{name}",
    limits=("ACT's loader takes the action of the row before where the attribute `sim` is false.",),
)


@dataclass(frozen=True, slots=True)
class Aloha:
    """Files named episode_0.hdf5, episode_1.hdf5 and so on.

    `qpos` and `action` are joints in rad, `qvel` rad/s, `effort` signed duty from -1 to 1. ACT's loader
    takes the action of the row before where the attribute `sim` is false. Making one raises
    ExportRefused without h5py.
    """

    fps: int = FPS
    version: int = 5
    library: str = field(default_factory=installed)

    @property
    def notes(self) -> Notes:
        """What its card says of the format."""
        return NOTES

    def write_part(self, chosen: Chosen, folder: Path, on_picture: OnPicture) -> None:
        """Writes the episode's file."""
        header = chosen.episode.header
        found = columns_of(chosen, self.fps)
        with created(folder / PART) as file:
            for column, key in MAPPED.items():
                put(file, f"observations/{key}", found[column])
            for camera in signature_of(header).cameras:
                shape = (len(found[ACTION]), camera.height, camera.width)
                key = f"observations/images/{camera.name}"
                put_pictures(file, key, shape, rgb_pictures(chosen, camera, on_picture))
            put(file, ACTION, found[ACTION])
            for column, values in others(found, {ACTION, *MAPPED}).items():
                put(file, f"armcade/{column}", values)
            put_texts(file, "subtasks", said(chosen.standing.segments, chosen.taken.language))
            file.attrs["sim"] = header.source == "sim"
            file.attrs["compress"] = False
            file.attrs["fps"] = self.fps
            file.attrs["episode_id"] = header.episode_id
            file.attrs["task"] = chosen.task
            file.attrs["success"] = chosen.verdict.solved

    def join(self, parts: Sequence[Part], excluded: Sequence[Excluded], root: Path) -> None:
        """Gives each file its number."""
        for number, part in enumerate(parts):
            os.link(part.folder / PART, root / f"episode_{number}.hdf5")
        write_json(root / EXCLUDED, excluded)
