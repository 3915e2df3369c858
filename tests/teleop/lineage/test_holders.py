"""After a withdrawal nothing but the lineage's own books names the person or their episodes, anywhere."""

from pathlib import Path
from typing import Any

import msgspec
import pytest
from synthetic_turns import makers
from typer.testing import CliRunner

from teleop.annotation.revisions import Revision
from teleop.annotation.store import read_revisions, write_revisions
from teleop.curation.commands import app as recipes
from teleop.curation.coverage import Coverage
from teleop.curation.deciding import Run
from teleop.curation.records import Selected, read_lines
from teleop.episodes.journal.file import JournalFile, journal_path
from teleop.lineage.holdings import holdings_of
from teleop.lineage.keeping import keep
from teleop.lineage.ledger import read_ledger
from teleop.lineage.notary import sign_episode
from teleop.lineage.records import CurationMade

BOOKS = tuple(f"episodes/lineage/{one}" for one in ("ledger.jsonl", "receipts/", "consent/"))
"""What stays: the chain of records with its tombstones, the receipt, and that consent was once given."""
RECIPE = 'version = 1\nname = "all"\nlabels = ["success"]\n'


def left_unfinished(episodes: Path, episode_id: str, who: str) -> JournalFile:
    """The journal of a turn, held as its recorder holds it."""
    made = makers()
    script = made.Script(episode_id=episode_id, seconds=0.2, cameras=())
    header = msgspec.structs.replace(made.header_of(script), pseudonym=who)
    journal = JournalFile(journal_path(episodes / f"{episode_id}.mcap"), header, 7)
    journal.append(made.script_messages(script))
    return journal


def naming(root: Path, *names: str) -> set[str]:
    """The files below a folder whose name or content has one of these names."""
    words = [name.encode() for name in names]
    return {
        path.relative_to(root).as_posix()
        for path in root.rglob("*")
        if path.is_file() and any(word in path.name.encode() + path.read_bytes() for word in words)
    }


@pytest.fixture
def home(place: Any, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The whole data tree: signed episodes, a data set, a recipe's run, leftovers of recorders that died."""
    root: Path = place.episodes.parent
    monkeypatch.setenv("ARMCADE_HOME", str(root))
    (root / "all.toml").write_text(RECIPE)
    result = CliRunner().invoke(recipes, ["run", str(root / "all.toml"), "--workers", "1"])
    assert result.exit_code == 0, result.output
    for episode_id, who in (("ep-8", "ann"), ("ep-9", "bo")):
        left_unfinished(place.episodes, episode_id, who).close()
    left_unfinished(place.episodes, "ep-7", "ann").close()
    (place.episodes / "ep-7.journal").rename(place.episodes / "ep-7.unreadable")
    (place.episodes / "ep-6.unreadable-1").write_bytes(b"nobody knows")
    return root


def test_only_the_books_still_name_a_withdrawn_person(home: Path, place: Any, key: Any) -> None:
    for path in sorted(place.episodes.glob("*.mcap")):
        sign_episode(path, "home", key)
    (run,) = (one for one in (home / "recipes").iterdir() if one.name != ".records")
    said = Revision(1, "edited", "ann", 5, 9, "proposal", "events-1", "prompts-1", ())
    write_revisions(place.episodes / "ep-1.mcap", (said,))
    names = ('"ann"', "contributor/ann", "ep-0", "ep-2", "ep-7", "ep-8")
    assert naming(home / "recipes", *names) and naming(place.dataset, *names)
    kept = keep(place.episodes, key, "ann", None)
    assert (kept.erased, kept.now) == (("ep-0", "ep-2", "ep-7", "ep-8"), 4)
    found = naming(home, *names)
    assert found and all(path.startswith(BOOKS) for path in found), found
    assert {one.name for one in place.episodes.glob("*.journal")} == {"ep-9.journal"}
    assert (place.episodes / "ep-6.unreadable-1").exists()
    assert [one.author for one in read_revisions(place.episodes / "ep-1.mcap")] == ["withdrawn"]
    selection = read_lines((run / "selection.jsonl").read_bytes(), Selected)
    assert [one.episode_id for one in selection] == ["ep-1", "ep-3"]
    ran = msgspec.json.decode((run / "run.json").read_bytes(), type=Run)
    assert (ran.captured, ran.kept, ran.excluded) == (2, 2, 0) and len(ran.inputs) == 2
    covered = msgspec.json.decode((run / "coverage.json").read_bytes(), type=Coverage)
    assert covered.facets["contributor"].captured == {"bo": 1, "cy": 1}
    assert not list(home.rglob("*.forgetting"))
    assert keep(place.episodes, key, "ann", None).now == 0


def test_the_records_of_the_others_stay(home: Path, place: Any, key: Any) -> None:
    records = home / "recipes" / ".records"
    before = {path for path in records.rglob("*.json")}
    stray = records / "ab" / "old.json"
    stray.parent.mkdir(exist_ok=True)
    stray.write_text("of an older version")
    keep(place.episodes, key, "bo", None)
    left = set(records.rglob("*.json"))
    assert left < before and len(left) == len(before) * 3 // 4


def test_what_is_being_written_is_left_to_its_writer(place: Any) -> None:
    writing = left_unfinished(place.episodes, "ep-8", "ann")
    found = holdings_of(place.episodes, "ann")
    assert {part.episode_id for part in found.parts} == {"ep-0", "ep-2"}
    assert found.unknown == ("ep-8.journal",)
    writing.close()
    assert {part.episode_id for part in holdings_of(place.episodes, "ann").parts} == {"ep-0", "ep-2", "ep-8"}


def test_a_run_is_noted_once_and_goes_where_it_cannot_be_read(home: Path, place: Any, key: Any) -> None:
    assert CliRunner().invoke(recipes, ["run", str(home / "all.toml")]).exit_code == 0
    (noted,) = (one for one in read_ledger(place.episodes) if isinstance(one, CurationMade))
    run = Path(noted.path)
    (run / "selection.jsonl").write_text("?")
    keep(place.episodes, key, "ann", None)
    assert not run.exists()
    assert keep(place.episodes, key, "bo", None).erased == (
        *("ep-0", "ep-1", "ep-2"),
        *("ep-7", "ep-8", "ep-9"),
    )
