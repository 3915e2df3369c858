"""Recipes over whole folders: the same bytes each time, a reason for each exclusion, and what is lost."""

import json
import shutil
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest
from planted.taping import taped, write
from planted.turns import Plan, Turn, good_turn, with_header
from saved_subtasks import save, segments
from typer.testing import CliRunner

from teleop.annotation.store import annotations_path
from teleop.curation import deciding, likeness, reweighting
from teleop.curation.commands import app
from teleop.curation.curating import RunRefused, code_versions, run, selection
from teleop.curation.curating import write as write_run
from teleop.curation.filtering import code_version, version_of
from teleop.curation.recipe import RecipeInvalid, parse
from teleop.curation.runners import Dask, Processes
from teleop.episodes import validation

RECIPE = """
version = 1
name = "tower"
labels = ["success"]
[[rules]]
name = "smooth"
measure = "ldlj"
drop = 0.34
length_controlled = true
[[rules]]
name = "once"
measure = "copies"
at_most = 0
[[rules]]
name = "quick"
measure = "duration_s"
at_most = 20.0
[reweighting]
method = "robust"
steps = 5
"""


def silent(turn: Turn) -> Turn:
    """The turn without pictures, which takes no time to write."""
    from planted.defects import _picked

    return replace(turn, shots={name: _picked(one, slice(0, 0)) for name, one in turn.shots.items()})


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three good turns by two players, one trembling, one failed, one copy and one broken file."""
    made = tmp_path_factory.mktemp("episodes")
    plans = [
        Plan(seed=1, seconds=5.0, pseudonym="ann"),
        Plan(seed=2, seconds=4.5, pseudonym="ann"),
        Plan(seed=3, seconds=5.0, pseudonym="bob", tremor_rad=0.015),
        Plan(seed=4, seconds=4.0, pseudonym="eve", solved=False, puzzle="bridge"),
        Plan(seed=5, seconds=5.0, pseudonym="bob"),
    ]
    turns = [silent(good_turn(replace(plan, fps=2.0, cameras=("overview",)))) for plan in plans]
    for turn in (*turns, with_header(turns[0], episode_id="ep-1-again")):
        write(taped(turn), made)
    (made / "broken.mcap").write_bytes(b"nothing")
    return made


def ran(folder: Path, text: str = RECIPE, cache: Path | None = None, workers: int = 1) -> dict[str, bytes]:
    """A run that reads each episode once in this file, unless a cache of its own is given."""
    return run(text, list(folder.glob("*.mcap")), cache or folder / "records", Processes(workers))


def rows(data: bytes) -> list[dict]:
    return [json.loads(line) for line in data.splitlines()]


def test_every_exclusion_has_a_row_and_nothing_is_lost(folder: Path) -> None:
    files = ran(folder)
    chosen, against = rows(files["selection.jsonl"]), rows(files["exclusions.jsonl"])
    told = json.loads(files["run.json"])
    assert told["captured"] == len(chosen) == 7
    assert told["kept"] == sum(one["keep"] for one in chosen) == 3
    assert {one["episode_id"] for one in chosen if not one["keep"]} == {row["episode_id"] for row in against}
    by_rule = {row["rule"]: row for row in against}
    assert by_rule["labels"]["episode_id"] == "ep-4"
    assert by_rule["once"]["episode_id"] == "ep-1-again"
    assert by_rule["readable"]["episode_id"] == "broken"
    assert by_rule["smooth"]["episode_id"] == "ep-3"
    assert by_rule["smooth"]["measured"] < by_rule["smooth"]["threshold"]
    assert all(row["version"].startswith("tower-") and row["reason"] for row in against)


@pytest.mark.parametrize(
    ("changed", "stage"), [(validation, "filtering"), (likeness, "deciding"), (reweighting, "deciding")]
)
def test_a_change_of_any_code_that_judges_is_another_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changed: ModuleType, stage: str
) -> None:
    before = code_versions()
    file = Path(str(changed.__file__))
    shutil.copytree(file.parent, tmp_path / "code")
    copy = tmp_path / "code" / file.name
    monkeypatch.setattr(changed, "__file__", str(copy))
    assert code_versions() == before
    source = copy.with_name("pictures.py") if changed is validation else copy
    source.write_text(source.read_text() + "FROZEN_S = 1.0\n")
    after = code_versions()
    assert {name for name in before if after[name] != before[name]} == {stage}


def test_an_exclusion_names_recipe_and_code(folder: Path) -> None:
    files = ran(folder)
    code = json.loads(files["run.json"])["code"]
    versions = {json.loads(line)["version"] for line in files["exclusions.jsonl"].splitlines()}
    recipe = version_of(parse(RECIPE, "here"))
    assert versions == {f"{recipe}, code {code_version(code)}"}
    assert code_version(code) != code_version(code | {"deciding": "other"})


def test_kept_and_excluded_must_be_captured(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    honest = deciding._selection
    monkeypatch.setattr(deciding, "_selection", lambda *given: honest(*given)[1:])
    with pytest.raises(AssertionError, match="are not 7 captured"):
        ran(folder)


def test_failures_stay_under_their_label(folder: Path) -> None:
    failed = [one for one in rows(ran(folder)["selection.jsonl"]) if one["episode_id"] == "ep-4"]
    assert failed[0]["labels"] == ["by_player", "failure"] and failed[0]["weight"] == 0
    other = ran(folder, RECIPE.replace('"success"', '"failure"'))
    assert [one["episode_id"] for one in rows(other["selection.jsonl"]) if one["keep"]] == ["ep-4"]


def test_weights_are_1_on_average_and_raise_the_rare_player(folder: Path) -> None:
    kept = {one["episode_id"]: one["weight"] for one in rows(ran(folder)["selection.jsonl"]) if one["keep"]}
    assert sum(kept.values()) == pytest.approx(3)
    assert kept["ep-5"] > kept["ep-1"] == kept["ep-2"]


def test_coverage_names_what_is_gone(folder: Path) -> None:
    covers = json.loads(ran(folder)["coverage.json"])
    assert covers["facets"]["puzzle"]["gone"] == ["bridge"]
    assert covers["facets"]["contributor"]["gone"] == ["eve"]
    assert covers["labels"]["gone"] == ["failure"]
    assert covers["places_captured"] - covers["places_kept"] == len(covers["places_gone"])
    assert len(covers["latency_s"][0]) == len(covers["latency_s"][1]) == 3


def test_the_cache_changes_no_byte_and_spares_the_reading(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fresh = run(RECIPE, list(folder.glob("*.mcap")), None, Processes(1))
    assert ran(folder, cache=tmp_path / "records") == fresh
    kept = sorted((tmp_path / "records").rglob("*.json"))
    assert len(kept) == 4 * 6

    def never(*_: object, **__: object) -> None:
        raise AssertionError("an episode was read although its records are kept")

    monkeypatch.setattr("teleop.curation.curating.measure", never)
    assert ran(folder, cache=tmp_path / "records") == fresh
    assert ran(folder, RECIPE.replace("0.34", "0.0"), tmp_path / "records") != fresh
    monkeypatch.undo()
    kept[0].write_bytes(b"{")
    assert ran(folder, cache=tmp_path / "records") == fresh


@pytest.mark.system
def test_any_number_of_workers_gives_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    assert ran(folder, cache=tmp_path / "records", workers=2) == ran(folder)


@pytest.mark.system
def test_a_cluster_of_dask_gives_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    distributed = pytest.importorskip("distributed")
    alone = {"processes": False, "n_workers": 1, "threads_per_worker": 2, "dashboard_address": None}
    with distributed.LocalCluster(**alone, protocol="tcp", host="127.0.0.1") as cluster:
        paths = list(folder.glob("*.mcap"))
        found = run(RECIPE, paths, tmp_path / "records", Dask(cluster.scheduler_address))
    assert found == ran(folder)


def test_a_run_is_written_once_and_never_over_another(folder: Path, tmp_path: Path) -> None:
    files = ran(folder)
    assert write_run(files, tmp_path / "run")
    assert not write_run(files, tmp_path / "run")
    with pytest.raises(RunRefused, match=r"run\.json"):
        write_run(files | {"run.json": b"{}"}, tmp_path / "run")
    (tmp_path / "file").touch()
    with pytest.raises(RunRefused, match="holds another run"):
        write_run(files, tmp_path / "file")
    with pytest.raises(RunRefused, match="no selection"):
        selection(tmp_path / "file.jsonl")


def test_what_people_saved_of_sub_tasks_is_a_criterion_and_no_old_record_is_used(
    folder: Path, tmp_path: Path
) -> None:
    for name in ("ep-1.mcap", "ep-2.mcap"):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    text = (
        'version = 1\nname = "t"\nlabels = ["reviewed"]\n'
        '[[rules]]\nname = "grasps"\nmeasure = "subtask_grasp"\nat_least = 1\n'
        '[[rules]]\nname = "agreed"\nmeasure = "agreement"\nat_least = 0.5\n'
    )

    def kept() -> dict[str, list[str]]:
        found = ran(tmp_path, text)["selection.jsonl"]
        return {one["episode_id"]: [why.split(":")[0] for why in one["reasons"]] for one in rows(found)}

    assert kept() == {"ep-1": ["labels", "grasps", "agreed"], "ep-2": ["labels", "grasps", "agreed"]}
    parts = segments((0, "reach"), (400, "grasp"), length_ms=1000)
    save(tmp_path / "ep-1.mcap", ("a", parts, False), ("b", parts, True))
    save(tmp_path / "ep-2.mcap", ("a", parts, False))
    assert kept() == {"ep-1": [], "ep-2": ["labels", "agreed"]}
    notes = annotations_path(tmp_path / "ep-1.mcap")
    notes.write_bytes(notes.read_bytes()[:-9])
    assert kept()["ep-1"] == ["labels", "grasps", "agreed"]


def test_findings_of_the_validator_can_be_a_measure(folder: Path) -> None:
    text = 'version = 1\nname = "valid"\nlabels = ["success", "failure"]\n'
    text += '[filtering]\ndecode = true\nignore = ["file"]\n'
    text += '[[rules]]\nname = "valid"\nmeasure = "findings"\nat_most = 0\n'
    path = folder / "ep-2.mcap"
    found = run(text, [path, folder / "absent.mcap"], None, Processes(1))
    against = {row["episode_id"]: row for row in rows(found["exclusions.jsonl"])}
    assert against["ep-2"]["measured"] == 1
    assert against["absent"]["reason"].startswith("it cannot be read")


def test_commands_run_show_and_compare(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARMCADE_HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "200")
    recipe, other = tmp_path / "tower.toml", tmp_path / "all.toml"
    recipe.write_text(RECIPE)
    other.write_text('version = 1\nname = "all"\nlabels = ["success", "failure"]\n')

    def called(*arguments: object) -> tuple[int, str, str]:
        answer = CliRunner().invoke(app, [str(one) for one in arguments])
        return answer.exit_code, answer.stdout, answer.stderr

    code, told, _ = called("run", recipe, "--dir", folder, "--workers", 1)
    assert code == 0 and "tower: 3 of 7 episodes kept, 4 left out" in told
    assert "no longer there: puzzle bridge" in told
    again = called("run", recipe, "--dir", folder, "--workers", 1, "--fresh")
    assert again[0] == 0 and "(unchanged)" in again[1]
    assert called("run", other, "--dir", folder, "--workers", 1, "--out", tmp_path / "all")[0] == 0
    mine = next((tmp_path / "recipes").glob("tower-*"))
    told = called("show", mine)[1]
    assert "smooth: ldlj is among the lowest 34% of tower" in told
    told = called("diff", mine, tmp_path / "all" / "selection.jsonl")[1]
    assert "ep-4: left out -> kept  labels:" in told and "3 episodes differ." in told
    assert called("show", tmp_path)[0] == 1
    (tmp_path / "all" / "coverage.json").unlink()
    assert "is no run of a recipe" in called("show", tmp_path / "all")[2]
    recipe.write_text("version = 2")
    assert "tower.toml" in called("run", recipe, "--dir", folder)[2]
    monkeypatch.setattr("teleop.curation.commands.run", _no_dask)
    assert "pip install distributed" in called("run", other, "--dir", folder, "--dask", "tcp://x")[2]


def _no_dask(*_: object) -> None:
    raise ModuleNotFoundError("No module named 'distributed'", name="distributed")


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("version = ", "TOML|tower"),
        ('version = 1\nname = "a b"', "name"),
        ('version = 1\nname = "a"\nwords = 1', "words"),
        ('version = 1\nname = "a"\n[[rules]]\nname = "r"\nmeasure = "ldlj"', "needs one of"),
        (
            'version = 1\nname = "a"\n' + '[[rules]]\nname = "r"\nmeasure = "ldlj"\ndrop = 0.1\n' * 2,
            "one name",
        ),
    ],
)
def test_a_wrong_recipe_is_refused_by_name(text: str, wrong: str) -> None:
    with pytest.raises(RecipeInvalid, match=wrong):
        parse(text, "tower.toml")
