"""The command line of lineage: a dry run first, then the erasure, and what is known of anyone."""

import shutil
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from teleop import cli
from teleop.annotation.revisions import Revision
from teleop.annotation.store import read_revisions, write_revisions
from teleop.episodes.commands import app as episodes_app
from teleop.episodes.pushing import CLAIM
from teleop.lineage import lerobot_dataset
from teleop.lineage.commands import app, withdraw
from teleop.lineage.exports import note_copy
from teleop.lineage.ledger import lineage_dir, read_ledger
from teleop.lineage.records import ExportMade


@pytest.fixture
def run(place: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("ARMCADE_HOME", str(place.episodes.parent))
    monkeypatch.setenv("COLUMNS", "200")
    whole = typer.Typer()
    whole.add_typer(app, name="lineage")
    whole.add_typer(episodes_app, name="episodes")
    whole.command("withdraw")(withdraw)

    def ran(*arguments: object) -> Result:
        return CliRunner().invoke(whole, [str(one) for one in arguments])

    return ran


def test_without_yes_nothing_changes(run: Any, place: Any) -> None:
    before = sorted(place.episodes.rglob("*"))
    answer = run("withdraw", "ann")
    assert answer.exit_code == 0
    for expected in ("2 episodes of ann", "ep-0", "ep-2", "holds 2", "Nothing was changed"):
        assert expected in answer.stdout
    assert sorted(place.episodes.rglob("*")) == before


def test_yes_erases_and_the_graph_tells(run: Any, place: Any) -> None:
    (place.episodes / "bad.mcap").write_bytes(b"bad")
    assert "run act-1 on export-" in run("lineage", "run", "act-1", place.dataset).stdout
    answer = run("withdraw", "ann", "--yes")
    assert answer.exit_code == 0, answer.output
    assert "training run act-1 has used them" in answer.stdout
    assert "rewritten, 2 others kept" in answer.stdout
    assert "bad.mcap: cannot be read" in answer.stderr
    assert "2 episodes are erased. Receipt:" in answer.stdout
    told = run("lineage", "show", "ep-0").stdout
    assert "4 episodes of 3 contributors as lerobot" in told
    assert "run act-1" in told
    assert "episode ep-0 erased (withdrawn)" in told
    assert "2 episodes of ann erased" in run("lineage", "show", "ann").stdout
    assert "0 episodes of ann" in run("withdraw", "ann", "--yes").stdout


def test_who_only_annotated_can_withdraw_too(run: Any, place: Any) -> None:
    said = Revision(1, "edited", "zoe", 5, 9, "proposal", "events-1", "prompts-1", ())
    write_revisions(place.episodes / "ep-1.mcap", (said,))
    assert "annotations" not in run("withdraw", "zoe").stdout
    answer = run("withdraw", "zoe", "--yes")
    assert "The annotations of 1 episodes of others no longer name zoe" in answer.stdout, answer.output
    assert [one.author for one in read_revisions(place.episodes / "ep-1.mcap")] == ["withdrawn"]


def test_a_copy_that_was_pushed_is_found_again(run: Any, place: Any, tmp_path: Path) -> None:
    describe(place.dataset)
    answer = run("episodes", "push", tmp_path / "shelf", "--from", place.dataset)
    assert answer.exit_code == 0, answer.output
    run("episodes", "push", tmp_path / "shelf", "--from", place.dataset)
    copies = [one for one in read_ledger(place.episodes) if isinstance(one, ExportMade)]
    assert [one.path for one in copies] == [str(place.dataset), str(tmp_path / "shelf")]
    note_copy(place.episodes, place.dataset, "s3://bucket/set", 9)
    answer = run("withdraw", "ann", "--yes")
    assert answer.exit_code == 0, answer.output
    assert answer.stdout.count("rewritten, 2 others kept") == 2
    assert "s3://bucket/set: a copy was pushed there" in answer.stderr
    assert not lerobot_dataset.holds(tmp_path / "shelf", ("ep-0", "ep-2")).wanted
    assert not (tmp_path / "shelf" / CLAIM).exists()


def test_what_is_pushed_and_is_in_no_ledger_is_said(run: Any, place: Any, tmp_path: Path) -> None:
    describe(place.dataset)
    shutil.copytree(place.dataset, tmp_path / "stranger")
    answer = run("episodes", "push", tmp_path / "shelf", "--from", tmp_path / "stranger")
    assert (answer.exit_code, "no withdrawal will find the copy" in answer.stderr) == (0, True)


def describe(root: Path) -> None:
    """Gives a data set the list of checksums without which nothing is pushed."""
    (root / "SHA256SUMS").write_text("")


def test_retention_is_a_dry_run_first(run: Any, place: Any) -> None:
    rules = place.episodes.parent / "rules.toml"
    rules.write_text('[[rule]]\nconsent = "*"\nkeep_days = 1\n')
    answer = run("lineage", "retention", rules)
    assert "4 episodes whose time is up" in answer.stdout
    assert "Nothing was changed" in answer.stdout
    assert "4 episodes are erased" in run("lineage", "retention", rules, "--yes").stdout
    assert "0 episodes whose time is up" in run("lineage", "retention", rules, "--yes").stdout
    rules.write_text("")
    assert run("lineage", "retention", rules).exit_code == 1


def test_what_is_not_known_is_said(run: Any, place: Any) -> None:
    assert "Nothing is known here of nobody" in run("lineage", "show", "nobody").stderr
    assert "no export elsewhere is known" in run("lineage", "run", "act", "elsewhere").stderr
    run("lineage", "run", "act", place.dataset)
    assert "there is a run act already" in run("lineage", "run", "act", place.dataset).stderr
    (lineage_dir(place.episodes) / "ledger.jsonl").write_text("{}\n")
    for command in (("lineage", "show"), ("withdraw", "ann")):
        answer = run(*command)
        assert answer.exit_code == 1
        assert "it ends with line 1, but 2 were written" in answer.stderr


def test_an_export_is_noted_with_its_provenance(run: Any, place: Any) -> None:
    out = place.episodes.parent / "again"
    assert run("episodes", "export", "--workers", 1, "--out", out, "ep-1", "ep-2").exit_code == 0
    assert "2 episodes of 2 contributors as lerobot" in run("lineage", "show", "bo").stdout
    assert "armcade:episode/ep-2" in (out / "meta/prov.json").read_text()
    run("withdraw", "ann", "--yes")
    assert "ep-2" not in (out / "meta/prov.json").read_text()
    assert "armcade:episode/ep-1" in (out / "meta/prov.json").read_text()


def test_the_commands_are_part_of_armcade(monkeypatch: pytest.MonkeyPatch) -> None:
    answers: list[list[str]] = []
    monkeypatch.setattr(cli.typer.Typer, "__call__", lambda self: answers.append(
        [command.name or "" for command in self.registered_commands]))  # fmt: skip
    cli.main()
    assert "withdraw" in answers[0]
