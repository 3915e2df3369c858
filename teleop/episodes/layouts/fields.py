"""What a layout takes of an episode: its columns, its pictures as pixels, its reward."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import msgspec
import numpy as np
import numpy.typing as npt

from teleop.episodes.exporting.choice import Chosen
from teleop.episodes.exporting.contract import Facts, OnPicture
from teleop.episodes.exporting.pictures import shown
from teleop.episodes.exporting.rows import Columns
from teleop.episodes.exporting.signature import Camera
from teleop.episodes.exporting.subtasks import SUBTASKS, lines_of

Array = npt.NDArray[np.generic]
Picture = npt.NDArray[np.uint8]
STATE, ACTION = "observation.state", "action"
VELOCITY, LOAD, POSE, DONE = "joint_velocity", "joint_load", "end_effector_pose", "next.done"
EXCLUDED = "excluded.json"


def rgb_pictures(chosen: Chosen, camera: Camera, on_picture: OnPicture) -> Iterator[Picture]:
    """One picture a row, (height, width, 3), RGB; raises PicturesDamaged."""
    for frame in shown(chosen.pictures[camera.name], chosen.rows.newest[camera.name], camera):
        yield np.ascontiguousarray(frame.to_ndarray(format="rgb24"), dtype=np.uint8)
        on_picture()


def others(found: Columns, mapped: Iterable[str]) -> Columns:
    """The columns for which a layout has no place of its own."""
    taken = set(mapped)
    return {name: values for name, values in found.items() if name not in taken}


def rewards(rows: int, solved: bool) -> npt.NDArray[np.float32]:
    """One at the last row of a solved turn, else nothing."""
    given = np.zeros(rows, dtype=np.float32)
    given[-1:] = 1.0 if solved else 0.0
    return given


def write_segments(root: Path, all_facts: Sequence[Facts]) -> None:
    """Writes the sub-tasks of episodes that stay as they were recorded; where there are none, nothing."""
    found = [
        line
        for facts in all_facts
        for line in lines_of(facts.header.episode_id, facts.standing, facts.language)
    ]
    (root / SUBTASKS).write_bytes(b"".join(msgspec.json.encode(line) + b"\n" for line in found))
