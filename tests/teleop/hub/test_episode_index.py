"""The index of episodes: each file is read once per state, in portions, and kept over a restart."""

from pathlib import Path

import pytest
from episode_cards import card

from teleop.hub.episode_index import EpisodeFault, EpisodeIndex


class Reading:
    """In place of the reader: notes what it was asked for; a file that says `bad` cannot be read."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, path: Path):
        self.asked.append(path.name)
        if path.read_text() == "bad":
            raise EpisodeFault("bad")
        return card(int(path.stem))


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "episodes"
    folder.mkdir()
    for number in range(1, 6):
        (folder / f"{number}.mcap").write_text("good")
    (folder / "1.mcap.sha256").write_text("none")
    return folder


def names(index: EpisodeIndex) -> list[str]:
    return [one.episode_id for one in index.catalogue().cards]


def test_files_are_read_in_portions_the_last_names_first_and_once(folder):
    reading = Reading()
    index = EpisodeIndex(folder, reading, None)
    assert index.refresh(0) == 5 and names(index) == []
    assert index.refresh(2) == 3 and names(index) == ["e-5", "e-4"]
    assert index.refresh(None) == 0 and index.refresh(None) == 0
    assert reading.asked == ["5.mcap", "4.mcap", "3.mcap", "2.mcap", "1.mcap"]
    catalogue = index.catalogue()
    assert index.refresh(None) == 0 and index.catalogue() is catalogue, "nothing changed, nothing is built"


def test_a_changed_file_is_read_again_and_an_erased_one_forgotten(folder):
    reading = Reading()
    index = EpisodeIndex(folder, reading, None)
    index.refresh(None)
    (folder / "2.mcap").write_text("longer now")
    (folder / "5.mcap").unlink()
    index.refresh(None)
    assert reading.asked[5:] == ["2.mcap"]
    assert names(index) == ["e-4", "e-3", "e-2", "e-1"]


def test_a_damaged_file_is_not_read_again_until_it_changes(folder):
    (folder / "3.mcap").write_text("bad")
    reading = Reading()
    index = EpisodeIndex(folder, reading, None)
    index.refresh(None)
    index.refresh(None)
    assert reading.asked.count("3.mcap") == 1 and "e-3" not in names(index)
    with pytest.raises(EpisodeFault):
        index.card(folder / "3.mcap")
    (folder / "3.mcap").write_text("good")
    assert index.card(folder / "3.mcap").episode_id == "e-3"
    assert index.card(folder / "3.mcap") is index.card(folder / "3.mcap")
    assert "e-3" in names(index)


def test_cards_outlive_a_restart_and_nothing_erased_does(folder, tmp_path):
    saved = tmp_path / "episodes.index"
    EpisodeIndex(folder, Reading(), saved).refresh(None)
    (folder / "4.mcap").unlink()
    reading = Reading()
    again = EpisodeIndex(folder, reading, saved)
    assert again.refresh(0) == 0 and reading.asked == []
    assert names(again) == ["e-5", "e-3", "e-2", "e-1"]
    assert b"e-4" not in saved.read_bytes()


@pytest.mark.parametrize("content", [b"", b"no index", b"\x82\xa7version\x00\xa7entries\x80"])
def test_an_index_that_cannot_be_used_is_made_anew(folder, tmp_path, content):
    saved = tmp_path / "episodes.index"
    saved.write_bytes(content)
    index = EpisodeIndex(folder, Reading(), saved)
    assert index.refresh(None) == 0 and len(names(index)) == 5
    assert saved.read_bytes() != content


def test_a_disk_that_refuses_the_index_costs_nothing_but_time(folder, tmp_path):
    saved = tmp_path / "absent" / "episodes.index"
    index = EpisodeIndex(folder, Reading(), saved)
    assert index.refresh(None) == 0 and len(names(index)) == 5
    saved.parent.mkdir()
    index.refresh(None)
    assert saved.is_file(), "tried again with the next refresh"


def test_an_absent_folder_holds_nothing(tmp_path):
    index = EpisodeIndex(tmp_path / "none", Reading(), None)
    assert index.refresh(None) == 0 and names(index) == []
