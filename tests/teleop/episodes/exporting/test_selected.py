"""Only what a selection keeps is exported, and only as it was when it was selected."""

import hashlib
from pathlib import Path

import pytest

from teleop.curation.deciding import Run
from teleop.curation.records import Exclusion, Selected, encode, lines
from teleop.episodes.exporting.selected import kept
from teleop.episodes.exporting.taking import Asked, ChosenBy, Taken
from teleop.episodes.exporting.work import ExportRefused


@pytest.fixture
def paths(tmp_path: Path) -> list[Path]:
    """Three files."""
    made = [tmp_path / f"{name}.mcap" for name in "abc"]
    for path in made:
        path.write_bytes(path.name.encode())
    return made


def row(path: Path, keep: bool) -> Selected:
    """What a recipe says of a file."""
    return Selected(
        path.stem, hashlib.sha256(path.read_bytes()).hexdigest(), keep, ((1, 9),), 0.5, ("a",), ()
    )


def test_kept_files_come_in_their_order(paths: list[Path], tmp_path: Path) -> None:
    run = tmp_path / "run"
    run.mkdir()
    chosen = lines((row(paths[2], True), row(paths[0], True), row(paths[1], False)))
    (run / "selection.jsonl").write_bytes(chosen)
    expected = [Asked(path, Taken(((1, 9),), 0.5, ("a",))) for path in (paths[0], paths[2])]
    assert kept(paths, run) == kept(paths, run / "selection.jsonl") == expected


def test_a_changed_or_missing_file_is_refused_by_name(paths: list[Path], tmp_path: Path) -> None:
    file = tmp_path / "selection.jsonl"
    file.write_bytes(lines((row(paths[0], True), row(paths[1], True))))
    paths[1].write_bytes(b"changed")
    with pytest.raises(ExportRefused, match=r"has changed since: b\."):
        kept(paths, file)
    with pytest.raises(ExportRefused, match="a, b"):
        kept(paths[2:], file)


def test_another_file_is_no_selection(paths: list[Path], tmp_path: Path) -> None:
    with pytest.raises(ExportRefused, match="no selection"):
        kept(paths, paths[0])
    with pytest.raises(ExportRefused, match="no selection"):
        kept(paths, tmp_path / "absent.jsonl")


def test_a_runs_folder_says_which_run_chose_and_left_out(paths: list[Path], tmp_path: Path) -> None:
    run = tmp_path / "run"
    run.mkdir()
    (run / "selection.jsonl").write_bytes(lines((row(paths[0], True),)))
    rules = [("b.mcap", "smooth"), ("b.mcap", "once"), ("c.mcap", "smooth")]
    rows = tuple(Exclusion(file, file[0], "a" * 64, rule, "v", None, None, "so") for file, rule in rules)
    (run / "exclusions.jsonl").write_bytes(lines(rows))
    content = encode(Run("tower-1", {}, (), 3, 1, 2))
    (run / "run.json").write_bytes(content)
    (one,) = kept(paths, run)
    assert one.taken.chosen_by == ChosenBy("tower-1", hashlib.sha256(content).hexdigest(), (("smooth", 2),))
    (run / "run.json").write_bytes(b"{}")
    with pytest.raises(ExportRefused, match="no run of a recipe"):
        kept(paths, run)
