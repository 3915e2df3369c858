"""The columns that tell where an episode's rows stand in a dataset. Pure."""

from dataclasses import dataclass

import numpy as np

from teleop.episodes.exporting.rows import Columns


@dataclass(frozen=True, slots=True)
class Place:
    """Where an episode's rows go: its own number, its first row's number, its task's number.

    `subtasks` are the dataset's numbers of the episode's own sub-tasks.
    """

    episode_index: int
    first_index: int
    task_index: int
    subtasks: tuple[int, ...] = (0,)


def placed(found: Columns, place: Place) -> Columns:
    """The columns with those that depend on the episode's place in the dataset."""
    number = np.arange(len(found["frame_index"]), dtype=np.int64)
    return found | {
        "episode_index": np.full(len(number), place.episode_index, dtype=np.int64),
        "index": place.first_index + number,
        "task_index": np.full(len(number), place.task_index, dtype=np.int64),
        "subtask_index": np.array(place.subtasks, dtype=np.int64)[found["subtask_index"].astype(np.int64)],
    }
