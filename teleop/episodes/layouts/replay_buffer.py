"""The zarr replay buffer of Diffusion Policy and UMI: all episodes in a row, and where each one ends."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from teleop.annotation.prompts import LABELS
from teleop.episodes.arrays import POSE_FIELDS, Integers
from teleop.episodes.card.notes import Notes
from teleop.episodes.exporting.choice import Chosen, columns_of
from teleop.episodes.exporting.contract import Excluded, Facts, OnPicture, Part
from teleop.episodes.exporting.rows import episode_uid
from teleop.episodes.exporting.signature import Camera, signature_of
from teleop.episodes.exporting.subtasks import said
from teleop.episodes.exporting.work import FPS
from teleop.episodes.layouts.fields import EXCLUDED, STATE, Picture, rgb_pictures
from teleop.episodes.layouts.zarr_v2 import (
    ChunkedArray,
    GrowingArray,
    Store,
    compressed,
    new_store,
    put_group,
)
from teleop.episodes.lerobot_v3.parts import read_columns, write_columns
from teleop.episodes.lerobot_v3.tables import write_json

FOLDER, ZIP = "replay_buffer.zarr", "replay_buffer.zarr.zip"
ROWS_A_CHUNK = 1024
RENAMED = {STATE: "state"}
NOTES = Notes(
    title="zarr replay buffer of Diffusion Policy and UMI (zarr format 2)",
    tags=("diffusion-policy", "umi", "zarr"),
    loading=f"""import zarr

root = zarr.open("{FOLDER}", mode="r")  # {ZIP} where it is one file
ends = root["meta/episode_ends"][:]
first_episode = root["data/action"][: ends[0]]
solved = root["meta/success"][:]""",
    places={column: f"data/{name}" for column, name in RENAMED.items()},
    elsewhere="data/{name}",
    pictures="data/{name}",
    whole=(FOLDER,),
)


@dataclass(frozen=True, slots=True)
class ReplayBuffer:
    """Arrays below `data`, one row a step, and `meta/episode_ends`; pictures are RGB, one a chunk.

    `meta/success`, `meta/episode_uid` and `meta/weight` have one value an episode.
    """

    fps: int = FPS
    zipped: bool = False
    version: int = 5

    @property
    def notes(self) -> Notes:
        """What its card says of the format."""
        return NOTES

    def write_part(self, chosen: Chosen, folder: Path, on_picture: OnPicture) -> None:
        """Keeps the episode's columns, and its pictures as chunks."""
        write_columns(folder, columns_of(chosen, self.fps))
        for camera in signature_of(chosen.episode.header).cameras:
            _write_chunks(folder, camera, rgb_pictures(chosen, camera, on_picture))

    def join(self, parts: Sequence[Part], excluded: Sequence[Excluded], root: Path) -> None:
        """Writes one array for each column and each camera."""
        with new_store(root / (ZIP if self.zipped else FOLDER)) as store:
            put_group(store, "", self._about([part.facts for part in parts]))
            put_group(store, "data")
            put_group(store, "meta")
            _join_columns(store, parts)
            for camera in parts[0].facts.signature.cameras:
                _join_pictures(store, camera, parts)
            _put_meta(store, [part.facts for part in parts])
        write_json(root / EXCLUDED, excluded)

    def _about(self, all_facts: Sequence[Facts]) -> dict[str, object]:
        facts = all_facts[0]
        return {
            "fps": self.fps,
            "arm": facts.signature.arm,
            "joint_names": facts.signature.joint_names,
            "pose_names": POSE_FIELDS,
            "angle_unit": "rad",
            "subtasks": [said(one.standing.segments, one.language) for one in all_facts],
            "subtask_labels": LABELS,
        }


def _join_columns(store: Store, parts: Sequence[Part]) -> None:
    arrays: dict[str, GrowingArray] = {}
    for part in parts:
        for column, values in read_columns(part.folder).items():
            if column not in arrays:
                name = f"data/{RENAMED.get(column, column)}"
                arrays[column] = GrowingArray(store, name, values, ROWS_A_CHUNK)
            arrays[column].append(values)
    for array in arrays.values():
        array.close()


def _join_pictures(store: Store, camera: Camera, parts: Sequence[Part]) -> None:
    chunk = (1, camera.height, camera.width, 3)
    array = ChunkedArray(store, f"data/{camera.name}", np.dtype(np.uint8), chunk)
    for part in parts:
        for picture in _read_chunks(part.folder, camera):
            array.put(picture)
    array.close(sum(part.facts.rows for part in parts))


def _put_meta(store: Store, all_facts: Sequence[Facts]) -> None:
    uids = [episode_uid(facts.header.episode_id) for facts in all_facts]
    meta = {
        "episode_ends": np.cumsum([facts.rows for facts in all_facts], dtype=np.int64),
        "success": np.array([facts.verdict.solved for facts in all_facts], dtype=np.bool_),
        "episode_uid": np.array(uids, dtype=np.int64),
        "weight": np.array([facts.weight for facts in all_facts], dtype=np.float32),
    }
    for name, values in meta.items():
        array = GrowingArray(store, f"meta/{name}", values, ROWS_A_CHUNK)
        array.append(values)
        array.close()


def _write_chunks(folder: Path, camera: Camera, pictures: Iterable[Picture]) -> None:
    with (folder / f"{camera.name}.zstd").open("xb") as stream:
        sizes = [stream.write(compressed(picture)) for picture in pictures]
    np.save(folder / f"{camera.name}.npy", np.array(sizes, dtype=np.int64))


def _read_chunks(folder: Path, camera: Camera) -> Iterator[bytes]:
    sizes: Integers = np.load(folder / f"{camera.name}.npy", allow_pickle=False)
    with (folder / f"{camera.name}.zstd").open("rb") as stream:
        for size in sizes.tolist():
            yield stream.read(size)
