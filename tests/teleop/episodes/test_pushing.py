"""A push is resumable, notices bytes that changed on the way, and overwrites no other dataset."""

import importlib.util
from collections.abc import Callable
from pathlib import Path

import pytest
from obstore.store import MemoryStore
from typer.testing import CliRunner

from teleop.episodes.commands import app
from teleop.episodes.pushing import CLAIM, FolderShelf, ObjectShelf, PushRefused, Shelf, push, shelf_at


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Something with checksums; a push does not look into files."""
    root = tmp_path / "set"
    (root / "deep").mkdir(parents=True)
    (root / "deep" / "data.bin").write_bytes(bytes(range(256)) * 100)
    (root / "README.md").write_text("card")
    (root / "SHA256SUMS").write_text("sums")
    return root


@pytest.fixture(params=["folder", "objects"])
def shelf(request: pytest.FixtureRequest, tmp_path: Path) -> Shelf:
    """Each kind of shelf, empty."""
    return FolderShelf(tmp_path / "shelf") if request.param == "folder" else ObjectShelf(MemoryStore())


def content(shelf: Shelf) -> dict[str, bytes]:
    return {name: b"".join(shelf.read(name)) for name in shelf.sizes() if name != CLAIM}


def files(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()
    }


def test_everything_arrives_and_a_second_push_moves_nothing(source: Path, shelf: Shelf) -> None:
    heard: list[tuple[int, int]] = []
    done = push(source, shelf, lambda at, total: heard.append((at, total)))
    assert (done.put, done.kept, done.bytes) == (3, 0, 25608)
    assert heard == [(1, 3), (2, 3), (3, 3)]
    assert content(shelf) == files(source)
    again = push(source, shelf)
    assert (again.put, again.kept, again.bytes) == (0, 3, 0)


def test_it_goes_on_where_it_was_cut_short(source: Path, shelf: Shelf) -> None:
    def stop(at: int, _total: int) -> None:
        if at == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        push(source, shelf, stop)
    assert "SHA256SUMS" not in content(shelf)
    done = push(source, shelf)
    assert (done.put, done.kept) == (1, 2)


def test_a_changed_file_is_put_there_again(source: Path, shelf: Shelf, tmp_path: Path) -> None:
    push(source, shelf)
    (tmp_path / "other").write_text("dart")
    shelf.put("README.md", tmp_path / "other")
    assert push(source, shelf).put == 1
    assert content(shelf) == files(source)


def test_another_dataset_is_not_overwritten(source: Path, shelf: Shelf) -> None:
    push(source, shelf)
    before = content(shelf)
    (source / "README.md").write_text("another card")
    with pytest.raises(PushRefused, match="Another dataset lies there"):
        push(source, shelf)
    assert content(shelf) == before


def test_files_that_no_push_put_there_are_left_alone(source: Path, shelf: Shelf, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")
    shelf.put("README.md", tmp_path / "mine")
    with pytest.raises(PushRefused, match=r"README\.md lies there"):
        push(source, shelf)
    assert content(shelf) == {"README.md": b"mine"}


def test_bytes_that_change_on_the_way_are_noticed(source: Path, tmp_path: Path) -> None:
    class Noisy(FolderShelf):
        """Loses the last byte."""

        def put(self, name: str, path: Path) -> None:
            """Puts less there."""
            short = tmp_path / "short"
            short.write_bytes(path.read_bytes()[:-1])
            super().put(name, short)

    with pytest.raises(PushRefused, match="arrived with other bytes"):
        push(source, Noisy(tmp_path / "shelf"))


def test_what_is_no_export_is_refused(tmp_path: Path, shelf: Shelf) -> None:
    with pytest.raises(PushRefused, match="is no export"):
        push(tmp_path, shelf)


def test_what_an_object_store_refuses_is_told() -> None:
    with pytest.raises(PushRefused, match="The object store refuses"):
        shelf_at("nothing://bucket/set")


def test_an_address_names_an_object_store(monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(shelf_at("memory:///"), ObjectShelf)
    assert isinstance(shelf_at("some/folder"), FolderShelf)
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(PushRefused, match=r"pip install 'armcade\[export\]'"):
        shelf_at("s3://bucket/set")


@pytest.fixture
def run() -> Callable[..., tuple[int, str]]:
    def ran(*arguments: object) -> tuple[int, str]:
        answer = CliRunner().invoke(app, ["push", *map(str, arguments)])
        return answer.exit_code, answer.stdout + answer.stderr

    return ran


def test_the_command_says_what_it_did(
    run: Callable[..., tuple[int, str]], source: Path, tmp_path: Path
) -> None:
    code, text = run(tmp_path / "to", "--from", source)
    assert (code, "3 files put there (0.0 MB), 0 were there already" in text) == (0, True)
    code, text = run(tmp_path / "to", "--from", tmp_path / "absent")
    assert (code, "is no export" in text) == (1, True)
