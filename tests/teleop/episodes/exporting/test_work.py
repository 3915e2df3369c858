"""An export is whole or absent, does not depend on its workers, and goes on where it was cut short."""

import fcntl
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from teleop.episodes.card.notes import Notes
from teleop.episodes.exporting.choice import Chosen, LeftOut
from teleop.episodes.exporting.contract import Excluded, Facts, Part
from teleop.episodes.exporting.pool import Progress
from teleop.episodes.exporting.work import ExportRefused, How, export_episodes


@dataclass(frozen=True)
class Names:
    """A format that keeps ids; `log` hears of each part that is really made."""

    log: Path
    fps: int = 30
    version: int = 1
    refuses: str = ""
    full_at: str = ""

    @property
    def notes(self) -> Notes:
        """Nothing much."""
        return Notes("Names", "open('ids')")

    def write_part(self, chosen: Chosen, folder: Path, on_picture: Callable[[], None]) -> None:
        """Writes the id."""
        name = chosen.episode.header.episode_id
        if name == self.refuses:
            raise LeftOut("nobody likes it")
        (folder / "deep").mkdir()
        (folder / "deep" / "id").write_text(f"{name} {len(chosen.rows.t_ns)}")
        on_picture()
        if name == self.full_at:
            raise OSError(28, "No space left on device")
        with self.log.open("a") as log:
            log.write(f"{name}\n")

    def join(self, parts: Sequence[Part], excluded: Sequence[Excluded], root: Path) -> None:
        """Writes all ids into one file."""
        (root / "ids").write_text(
            "\n".join((part.folder / "deep" / "id").read_text() for part in parts) + f"\n{len(excluded)}"
        )


@pytest.fixture
def turns(record: Any) -> list[Path]:
    return [record(episode_id=f"ep-{number}", seconds=0.2, cameras=()).path for number in range(3)]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "log"


def made(log: Path) -> list[str]:
    return log.read_text().split() if log.exists() else []


def around(out: Path) -> list[str]:
    return sorted(path.name for path in out.parent.iterdir())


def test_parts_are_joined_in_the_order_asked_for(turns: list[Path], tmp_path: Path, log: Path) -> None:
    out = tmp_path / "deep" / "out"
    asked = [turns[2], turns[0], turns[2], turns[1]]
    report = export_episodes(asked, out, Names(log))
    assert (out / "ids").read_text().split() == ["ep-2", "6", "ep-0", "6", "ep-1", "6", "1"]
    assert [one.header.episode_id for one in report.exported] == ["ep-2", "ep-0", "ep-1"]
    assert report.excluded == (Excluded("ep-2.mcap", "episode ep-2 is in the dataset already"),)
    assert report.rows == 18
    assert around(out) == ["out"]
    assert made(log) == ["ep-2", "ep-0", "ep-1"]


def test_what_a_format_refuses_is_told(turns: list[Path], tmp_path: Path, log: Path) -> None:
    report = export_episodes(turns, tmp_path / "out", Names(log, refuses="ep-1"))
    assert report.excluded == (Excluded("ep-1.mcap", "nobody likes it"),)


def test_progress_is_told(turns: list[Path], tmp_path: Path, log: Path) -> None:
    heard: list[Progress] = []
    export_episodes(turns, tmp_path / "out", Names(log), How(on_progress=heard.append))
    assert heard == [Progress(n, 3, p) for n, p in ((0, 1), (1, 1), (1, 2), (2, 2), (2, 3), (3, 3))]


def test_an_export_that_was_cut_short_goes_on(
    turns: list[Path], tmp_path: Path, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "exports" / "out"

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(Names, "join", full)
        with pytest.raises(OSError, match="No space left"):
            export_episodes(turns, out, Names(log))
    assert around(out) == [".out.export"]
    work = out.parent / ".out.export"
    assert len(list((work / "parts").iterdir())) == 3
    with pytest.raises(ExportRefused, match="Go on with --resume, or delete"):
        export_episodes(turns, out, Names(log))
    (work / "parts" / ".half.1").mkdir()
    report = export_episodes(turns, out, Names(log), How(resume=True))
    assert made(log) == ["ep-0", "ep-1", "ep-2"], "no part is made twice"
    assert report.rows == 18
    assert around(out) == ["out"]


@pytest.mark.parametrize("damage", ["changed", "gone", "added", "note", "no-note"])
def test_a_part_that_was_changed_is_made_again(
    turns: list[Path], tmp_path: Path, log: Path, damage: str
) -> None:
    out = tmp_path / "exports" / "out"
    with pytest.raises(OSError, match="No space left"):
        export_episodes(turns, out, Names(log, full_at="ep-2"))
    assert around(out) == [".out.export"]
    part = next(path.parent.parent for path in out.parent.rglob("id") if path.read_text() == "ep-1 6")
    match damage:
        case "changed":
            (part / "deep" / "id").write_text("ep-x 6")
        case "gone":
            (part / "deep" / "id").unlink()
        case "added":
            (part / "more").write_text("more")
        case "note":
            text = (part / "part.json").read_bytes()
            (part / "part.json").write_bytes(text.replace(b'"rows":6', b'"rows":7'))
        case _:
            (part / "part.json").unlink()
    with pytest.raises(OSError, match="No space left"):
        export_episodes(turns, out, Names(log, full_at="ep-2"), How(resume=True))
    assert made(log) == ["ep-0", "ep-1", "ep-1"]
    assert part.exists()


def test_another_setting_makes_other_parts(turns: list[Path], tmp_path: Path, log: Path) -> None:
    out = tmp_path / "exports" / "out"
    with pytest.raises(OSError, match="No space left"):
        export_episodes(turns, out, Names(log, full_at="ep-2"))
    export_episodes(turns, out, Names(log, fps=20), How(resume=True))
    assert made(log) == ["ep-0", "ep-1", "ep-0", "ep-1", "ep-2"]


def test_two_exports_do_not_share_a_folder(turns: list[Path], tmp_path: Path, log: Path) -> None:
    work = tmp_path / ".out.export"
    work.mkdir()
    with (work / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(ExportRefused, match=r"Another export to .*out is running"):
            export_episodes(turns, tmp_path / "out", Names(log), How(resume=True))
    assert work.exists()


def test_nothing_is_overwritten(turns: list[Path], tmp_path: Path, log: Path) -> None:
    (tmp_path / "out").mkdir()
    with pytest.raises(ExportRefused, match="never overwritten"):
        export_episodes(turns, tmp_path / "out", Names(log))
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize("fps", [0, 201])
def test_a_strange_rate_is_refused(turns: list[Path], tmp_path: Path, log: Path, fps: int) -> None:
    with pytest.raises(ExportRefused, match="Choose 1 to 200"):
        export_episodes(turns, tmp_path / "out", Names(log, fps))


def test_no_episode_is_refused(tmp_path: Path, log: Path) -> None:
    with pytest.raises(ExportRefused, match="No episode was named"):
        export_episodes([], tmp_path / "out", Names(log))


def test_a_file_that_cannot_be_read_is_left_out(turns: list[Path], tmp_path: Path, log: Path) -> None:
    folder = tmp_path / "folder.mcap"
    folder.mkdir()
    report = export_episodes([folder, turns[0]], tmp_path / "out", Names(log))
    assert report.excluded == (Excluded("folder.mcap", "it cannot be read (Is a directory)"),)


def test_an_export_of_nothing_leaves_nothing(record: Any, tmp_path: Path, log: Path) -> None:
    unjudged = record(episode_id="unjudged", judged=False, seconds=0.2, cameras=()).path
    folder = tmp_path / "exports"
    with pytest.raises(ExportRefused, match=r"None of the episodes(.|\n)*unjudged.mcap: it has no verdict"):
        export_episodes([unjudged], folder / "out", Names(log))
    assert list(folder.iterdir()) == []


def test_an_export_that_fails_before_its_first_part_leaves_nothing(
    turns: list[Path], tmp_path: Path, log: Path
) -> None:
    folder = tmp_path / "exports"
    with pytest.raises(OSError, match="No space left"):
        export_episodes(turns, folder / "out", Names(log, full_at="ep-0"))
    assert list(folder.iterdir()) == []


def test_a_part_tells_of_its_episode(turns: list[Path], tmp_path: Path, log: Path) -> None:
    (facts, *_) = export_episodes(turns, tmp_path / "out", Names(log)).exported
    assert isinstance(facts, Facts)
    assert (facts.file, facts.rows, facts.trimmed_s) == ("ep-0.mcap", 6, pytest.approx(0.003))
