"""An export is never without its note: killed anywhere, a withdrawal finds what there is of it."""

import hashlib
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from teleop.episodes.exporting import work
from teleop.episodes.exporting.taking import Asked, ChosenBy, Taken
from teleop.episodes.exporting.work import How, export_episodes
from teleop.episodes.formats import FORMATS
from teleop.lineage.erasure import erase
from teleop.lineage.exports import note_report, take_back
from teleop.lineage.holdings import holdings_of
from teleop.lineage.ledger import read_ledger
from teleop.lineage.plan import intent_of
from teleop.lineage.records import WITHDRAWN, ExportMade

FORM = FORMATS["mcap"].make(30)


class Killed(BaseException):
    """The process ends here."""


def killed(*_: object) -> None:
    raise Killed


def noted(episodes: Path, out: Path) -> list[ExportMade]:
    return [one for one in read_ledger(episodes) if isinstance(one, ExportMade) and one.path == str(out)]


def withdraw(place: Any, key: Any, who: str) -> dict[str, str]:
    parts = holdings_of(place.episodes, who).parts
    intent = intent_of(who, WITHDRAWN, 9, parts, read_ledger(place.episodes))
    return {one.path: one.fate for one in erase(place.episodes, intent, key).statement.exports}


@pytest.fixture
def asked(place: Any, tmp_path: Path) -> Any:
    """The turns, where they are exported to, and how."""
    return sorted(place.episodes.glob("*.mcap")), tmp_path / "made", partial(note_report, kind="mcap")


def test_killed_as_it_gets_its_place_an_export_is_known(asked: Any, place: Any, key: Any) -> None:
    paths, out, note = asked
    noting = partial(note, place.episodes)

    def noted_and_killed(report: Any) -> None:
        noting(report)
        raise Killed

    with pytest.raises(Killed):
        export_episodes(paths, out, FORM, How(note=noted_and_killed))
    assert not out.exists() and len(noted(place.episodes, out)) == 1
    report = export_episodes(paths, out, FORM, How(resume=True, note=noting))
    assert len(noted(place.episodes, out)) == 1, "the same export, begun again"
    assert take_back(place.episodes, report) == ()
    assert withdraw(place, key, "ann")[str(out)] == "rewritten"
    assert sorted(path.name for path in out.glob("*.mcap")) == ["ep-1.mcap", "ep-3.mcap"]


def test_killed_in_its_place_an_export_is_known_and_resumed(
    asked: Any, place: Any, key: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths, out, note = asked
    how = How(resume=True, note=partial(note, place.episodes))
    rename = Path.rename

    def renamed_and_killed(path: Path, to: Path) -> None:
        rename(path, to)
        if to == out:
            monkeypatch.setattr(work, "_clear", killed)
            raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(Path, "rename", renamed_and_killed)
        with pytest.raises(Killed):
            export_episodes(paths, out, FORM, how)
    monkeypatch.undo()
    assert out.exists() and (out.parent / ".made.export").exists()
    report = export_episodes(paths, out, FORM, how)
    assert [one.header.episode_id for one in report.exported] == ["ep-0", "ep-1", "ep-2", "ep-3"]
    assert not (out.parent / ".made.export").exists()
    assert len(noted(place.episodes, out)) == 1
    assert withdraw(place, key, "ann")[str(out)] == "rewritten"


def test_an_export_of_what_went_meanwhile_is_taken_back(asked: Any, place: Any, key: Any) -> None:
    paths, out, note = asked

    def withdrawn_and_noted(report: Any) -> None:
        withdraw(place, key, "ann")
        note(place.episodes, report)

    report = export_episodes(paths, out, FORM, How(note=withdrawn_and_noted))
    assert take_back(place.episodes, report) == ("ep-0", "ep-2")
    assert not out.exists()


@pytest.mark.parametrize(("kind", "name"), [("mcap", "prov.json"), ("lerobot", "meta/prov.json")])
def test_its_provenance_is_in_its_checksums(asked: Any, kind: str, name: str) -> None:
    paths, out, _ = asked
    export_episodes(paths[:1], out, FORMATS[kind].make(30))
    sums = dict(reversed(line.split("  ")) for line in (out / "SHA256SUMS").read_text().splitlines())
    assert sums[name] == hashlib.sha256((out / name).read_bytes()).hexdigest()
    assert f'"{name}"' in (out / "croissant.json").read_text()
    assert "armcade:dataset/armcade-so101-" in (out / name).read_text()


def test_the_run_that_chose_is_in_ledger_provenance_and_card(asked: Any, place: Any, key: Any) -> None:
    paths, out, note = asked
    run = ChosenBy("tower-1", "f" * 64, (("smooth", 2),))
    chosen = [Asked(path, Taken(chosen_by=run)) for path in paths]
    export_episodes(chosen, out, FORM, How(note=partial(note, place.episodes)))
    (made,) = noted(place.episodes, out)
    assert made.runs == ("f" * 64,)
    withdraw(place, key, "ann")
    assert f"armcade:run/{'f' * 64}" in (out / "prov.json").read_text()
    card = (out / "README.md").read_text()
    assert "By recipe `tower-1`" in card and "| `smooth` | 2 |" in card
    assert "Nothing: all 2 episodes" in card
