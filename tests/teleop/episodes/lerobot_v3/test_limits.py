"""Files go into chunks of a limited number."""

from teleop.episodes.lerobot_v3.limits import Limits


def test_files_fill_one_chunk_after_the_other() -> None:
    assert [Limits(files_per_chunk=2).place(file) for file in range(3)] == [(0, 0), (0, 1), (1, 0)]
    assert Limits().place(1999) == (1, 999)
