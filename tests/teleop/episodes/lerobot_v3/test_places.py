"""Rows are numbered through the whole dataset."""

import numpy as np

from teleop.episodes.lerobot_v3.places import Place, placed


def test_rows_are_numbered_in_the_dataset() -> None:
    own = np.array([0, 1, 1, 2, 2, 1, 0])
    found = {"frame_index": np.arange(7), "action": np.ones(7), "subtask_index": own}
    placement = placed(found, Place(episode_index=4, first_index=1000, task_index=2, subtasks=(0, 5, 3)))
    assert placement["index"].tolist() == list(range(1000, 1007))
    assert placement["episode_index"].tolist() == [4] * 7
    assert placement["task_index"].tolist() == [2] * 7
    assert placement["subtask_index"].tolist() == [0, 5, 5, 3, 3, 5, 0]
    assert placement["action"].tolist() == [1.0] * 7
