"""What is saved beside episodes: read once per state, forgotten with its file, damage named."""

import pytest
from saved_subtasks import save, segments

from teleop.annotation.store import annotations_path
from teleop.hub import annotation_index
from teleop.hub.annotation_index import AnnotationIndex, states_in

FIRST = segments((0, "reach"), (400, "grasp"), length_ms=1000)
OTHER = segments((0, "reach"), (600, "grasp"), length_ms=1000)


@pytest.fixture
def folder(tmp_path):
    for name, saved in (("e-1", [("a", FIRST, False)]), ("e-2", [("a", FIRST, False), ("b", OTHER, True)])):
        (tmp_path / f"{name}.mcap").write_text("episode")
        save(tmp_path / f"{name}.mcap", *saved)
    return tmp_path


def states(folder):
    return states_in((path.name, (path.stat().st_mtime_ns, path.stat().st_size)) for path in folder.iterdir())


def test_only_what_changed_is_read_again(folder, monkeypatch):
    asked: list[str] = []
    read = annotation_index.read_revisions
    monkeypatch.setattr(
        annotation_index, "read_revisions", lambda path: asked.append(path.stem) or read(path)
    )
    index = AnnotationIndex(folder)
    assert index.refresh(states(folder)) and sorted(asked) == ["e-1", "e-2"]
    assert not index.refresh(states(folder))
    found = index.noted()
    assert {name: (one.state, one.labels) for name, one in found.items()} == {
        "e-1": ("unreviewed", ("reach", "grasp")),
        "e-2": ("corrected", ("reach", "grasp")),
    }
    assert found["e-1"].comparison is None and found["e-1"].kappa is None
    assert found["e-2"].comparison is not None and found["e-2"].kappa == pytest.approx(0.6, abs=0.05)
    save(folder / "e-1.mcap", ("a", segments((0, "wait"), length_ms=1000), False))
    annotations_path(folder / "e-2.mcap").unlink()
    assert index.refresh(states(folder)) and asked[2:] == ["e-1"]
    assert {name: one.labels for name, one in index.noted().items()} == {"e-1": ("wait",)}


def test_a_damaged_file_is_named_and_one_that_goes_meanwhile_is_none(folder, monkeypatch):
    path = annotations_path(folder / "e-1.mcap")
    path.write_bytes(path.read_bytes().replace(b'"number":1', b'"number":7'))
    index = AnnotationIndex(folder)
    there = states(folder)
    index.refresh(there)
    assert (index.noted()["e-1"].state, index.noted()["e-1"].labels) == ("damaged", ())

    def refused(_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(annotation_index, "read_revisions", refused)
    fresh = AnnotationIndex(folder)
    fresh.refresh(there)
    assert fresh.noted()["e-1"].state == "none"
