"""Rows are numbered through the whole dataset."""

import numpy as np

from teleop.episodes.lerobot_v3.places import Place, placed


def test_rows_are_numbered_in_the_dataset() -> None:
    found = {"frame_index": np.arange(7), "action": np.ones(7)}
    placement = placed(found, Place(episode_index=4, first_index=1000, task_index=2))
    assert placement["index"].tolist() == list(range(1000, 1007))
    assert placement["episode_index"].tolist() == [4] * 7
    assert placement["task_index"].tolist() == [2] * 7
    assert placement["action"].tolist() == [1.0] * 7
