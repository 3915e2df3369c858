"""The file of an unfinished calibration."""

from pathlib import Path

import pytest

from robot_bridge.tools.complaint import ToolFailed
from robot_bridge.tools.unfinished import Before, Unfinished, beside, forget, load, put, save

LEFT = Unfinished(1, "so101", (Before(1, 2, 3),), (4,), ((5, 6),))


def test_what_is_kept_is_read_back_until_it_is_forgotten(tmp_path: Path) -> None:
    file = tmp_path / "arms" / "so101.json"
    save(file, LEFT)
    assert load(file) == LEFT
    assert not file.exists()
    forget(file)
    assert load(file) is None
    forget(file)


def test_a_damaged_one_counts_as_none(tmp_path: Path) -> None:
    beside(tmp_path / "a").write_text('{"version": 2}')
    assert load(tmp_path / "a") is None


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("old")
    (tmp_path / "a.part").mkdir()
    with pytest.raises(ToolFailed) as failed:
        put(tmp_path / "a", b"new")
    assert (failed.value.complaint.kind, failed.value.complaint.where) == (
        "file_unwritable",
        str(tmp_path / "a"),
    )
    assert (tmp_path / "a").read_text() == "old"
