"""Exports that researchers ask for: curated and written beside the hub, over a restart, and cancelled."""

import os
import shutil
from pathlib import Path

import pytest
from synthetic_turns import recorded

from teleop.episodes.exporting.work import ExportRefused
from teleop.hub import export_work
from teleop.hub.export_desk import ExportDesk
from teleop.hub.export_jobs import RECIPE, Job, Order, Outcome, Progress
from teleop.lineage.keeping import keep
from teleop.lineage.keys import signing_key
from teleop.lineage.ledger import append, read_ledger
from teleop.lineage.records import CurationMade, Erased

BODY = {"search": {"facets": []}, "recipe": RECIPE, "form": "mcap"}


@pytest.fixture(scope="module")
def recordings(tmp_path_factory):
    """Three turns: two solved ones of different length, one that was not."""
    folder = tmp_path_factory.mktemp("recordings")
    for name, seconds, solved in (("e-1", 2.5, True), ("e-2", 0.5, False), ("e-3", 3.0, True)):
        recorded(folder, "p-a", episode_id=name, seconds=seconds, solved=solved, cameras=("overview",))
    return folder


@pytest.fixture
def folder(config, recordings):
    """The hub's episodes: those turns."""
    return Path(shutil.copytree(recordings, config.episodes_dir))


async def researcher(place):
    browser = await place.browser()
    await browser.take_role(place.hub.keys.researcher_token)
    return browser


def exported(place: Path) -> list[str]:
    return sorted(path.name for path in place.rglob("*.mcap"))


async def until_over(browser, make):
    """Waits for a process that imports, curates and exports, on a machine with much else to do."""

    async def over():
        return (await first(browser))["state"] not in ("queued", "running")

    for patience_left in range(9, -1, -1):
        try:
            return await make.until(over)
        except TimeoutError:
            assert patience_left, await first(browser)


async def first(browser):
    return (await browser.http.get("/api/exports")).json()["exports"][0]


@pytest.mark.system
async def test_a_chosen_set_becomes_a_dataset_and_every_episode_is_accounted_for(folder, place, make):
    browser = await researcher(place)
    offered = (await browser.http.get("/api/exports")).json()
    assert offered["exports"] == [] and offered["may_ask"] and offered["recipe"] == RECIPE
    assert (await browser.http.post("/api/exports", json=BODY)).status_code == 200

    await until_over(browser, make)
    card = await first(browser)
    assert (card["state"], card["captured"], card["kept"]) == ("done", 3, 2), card
    assert card["left_out"] == [{"rule": "labels", "episodes": 1}] and card["bytes"] > 0
    assert exported(Path(card["place"])) == ["e-1.mcap", "e-3.mcap"]
    assert not (Path(card["place"]).parent / ".records").exists()
    assert (await browser.http.delete(f"/api/exports/{card['export_id']}")).status_code == 409
    assert (await browser.http.post("/api/exports/x/resume")).status_code == 404


async def test_what_cannot_be_asked_is_refused_with_its_reason(folder, place):
    browser = await researcher(place)
    nothing = {"search": {"facets": [{"facet": "puzzle", "values": ["none"]}]}}
    for change, status, reason in (
        ({"recipe": "version = 1"}, 422, "bad_recipe"),
        (nothing, 409, "nothing_chosen"),
        ({"form": "csv"}, 400, "out_of_bounds"),
    ):
        answer = await browser.http.post("/api/exports", json=BODY | change)
        assert (answer.status_code, answer.json()["reason"]) == (status, reason)
    assert (await browser.http.get("/api/exports")).json()["exports"] == []


async def test_a_restart_interrupts_what_waits_and_it_can_be_resumed_or_given_up(folder, serve, make):
    async with serve() as place:
        desk = place.hub.exports
        order = Order(("e-1",), RECIPE, "mcap", 30, "")
        running = Job("x1", 1, order, "running")
        desk.jobs = (running,)  # so that what is asked for waits
        browser = await researcher(place)
        await browser.http.post("/api/exports", json=BODY)
    async with serve() as place:
        browser = await researcher(place)
        card = await first(browser)
        assert (card["state"], card["trouble"]) == ("interrupted", "hub_stopped")
        place.hub.exports.jobs += (running,)
        resumed = (await browser.http.post(f"/api/exports/{card['export_id']}/resume")).json()["exports"]
        assert resumed[0]["state"] == "queued" and resumed[0]["trouble"] == ""
        gone = await browser.http.delete(f"/api/exports/{card['export_id']}")
        assert gone.json()["exports"][0]["state"] == "cancelled"
        assert (await browser.http.delete("/api/exports/none")).status_code == 404
        assert (await browser.http.post(f"/api/exports/{card['export_id']}/resume")).status_code == 409


@pytest.mark.system
async def test_cancelling_ends_the_process_and_leaves_nothing(folder, place, make):
    browser = await researcher(place)
    desk: ExportDesk = place.hub.exports
    await browser.http.post("/api/exports", json=BODY)
    await make.until(lambda: desk._worker is not None)
    worker, [job] = desk._worker, desk.jobs
    await browser.http.delete(f"/api/exports/{job.export_id}")
    await make.until(lambda: worker.returncode is not None and desk._worker is None)
    home = desk.folder / job.export_id
    await make.until(lambda: os.listdir(home) == ["job.json"])
    assert (await first(browser))["state"] == "cancelled"


async def test_unfinished_copies_of_erased_episodes_are_removed(folder, place, make):
    desk: ExportDesk = place.hub.exports
    job = Job("x1", 1, Order(("e-1", "e-2"), RECIPE, "mcap", 30, ""), "interrupted")
    left = desk.folder / "x1" / ".dataset.export" / "parts"
    left.mkdir(parents=True)
    desk.jobs = (job,)
    await desk._tidy()
    assert left.is_dir(), "all its episodes are still there"
    (folder / "e-2.mcap").unlink()
    await desk._tidy()
    assert not left.exists()
    assert desk.jobs == (job,), "it may come back: no erasure tells of it"


async def test_the_notes_of_jobs_name_no_erased_episode(folder, place, capsys):
    desk: ExportDesk = place.hub.exports
    done = Job("x1", 1, Order(("e-1", "e-2"), RECIPE, "mcap", 30, ""), "done")
    desk.jobs = (done,)
    desk._write(done)
    (folder / "e-2.mcap").unlink()
    append(folder, Erased("e-2", "a" * 64, "erasure-1", "withdrawn", 5))
    await desk._tidy()
    assert b"e-2" not in (desk.folder / "x1" / "job.json").read_bytes()
    assert desk.jobs[0].order.episode_ids == ("e-1",)
    (folder / "lineage" / "ledger.jsonl").write_bytes(b"rubbish\n")
    (folder / "e-1.mcap").unlink()
    await desk._tidy()
    assert desk.jobs[0].order.episode_ids == ("e-1",)
    assert "exports may still name erased episodes" in capsys.readouterr().out


async def test_a_process_that_dies_and_one_that_never_starts_are_told(folder, place, make, monkeypatch):
    browser = await researcher(place)
    monkeypatch.setattr("teleop.hub.export_desk.sys.executable", "/none/python")
    await browser.http.post("/api/exports", json=BODY)

    async def failed():
        return (await first(browser))["state"] == "failed"

    await make.until(failed)
    assert (await first(browser))["trouble"] == "worker_died"
    monkeypatch.setattr("teleop.hub.export_desk.sys.executable", "/bin/false")
    await browser.http.post(f"/api/exports/{(await first(browser))['export_id']}/resume")
    await make.until(failed)


def ordered(place: Path, *episodes: str, recipe: str = RECIPE, form: str = "mcap") -> Path:
    """A job's folder."""
    desk = ExportDesk(place.parent, place.parent, None)
    desk._write(Job(place.name, 1, Order(episodes, recipe, form, 30, "")))
    return place


def work(place: Path, folder: Path) -> tuple[Outcome, list[Progress]]:
    said: list[Progress] = []
    return export_work.work(place, folder, said.append), said


def test_the_work_tells_its_steps_and_does_an_erased_episode_without_it(folder, tmp_path):
    place = ordered(tmp_path / "exports" / "x1", "e-1", "e-3", "e-gone")
    outcome, said = work(place, folder)
    assert (outcome.kept, [(one.rule, one.episodes) for one in outcome.left_out]) == (2, [("readable", 1)])
    assert [one.step for one in said][0] == "curating" and said[-1].step == "finishing"
    assert (place / "dataset").is_dir() and (place / "recipe" / "selection.jsonl").is_file()
    noted = [one for one in read_ledger(folder) if isinstance(one, CurationMade)]
    assert [(one.path, one.records) for one in noted] == [(str(place / "recipe"), str(place / ".records"))]
    again, _ = work(place, folder)
    assert again.trouble == "refused", "a result is never overwritten"
    keep(folder, signing_key(tmp_path / "key.pem"), "p-a", None)
    assert not (place / "dataset").exists()
    assert not any(b"e-1" in one.read_bytes() for one in (place / "recipe").iterdir())
    assert not list((place / ".records").rglob("*.json"))


def test_the_recipe_runs_in_as_many_processes_as_the_export_and_tells_of_each_episode(monkeypatch):
    said: list[Progress] = []
    asked: list[int] = []
    pool = export_work.each

    def here(call, tasks, workers, on_progress):
        asked.append(workers)
        return pool(call, tasks, 1, on_progress)

    monkeypatch.setattr(export_work, "each", here)
    counting = export_work.Counting(export_work.Told(said.append), workers=2)
    assert counting.map(abs, [-3, 2, -1]) == [3, 2, 1] and asked == [2]
    assert (said[0].step, said[0].done, said[-1].done, said[-1].total) == ("curating", 0, 3, 3)


def test_a_recipe_that_keeps_none_names_the_rules(folder, tmp_path):
    recipe = 'version = 1\nname = "none"\n[[rules]]\nname = "stars"\nmeasure = "stars"\nat_least = 9\n'
    place = ordered(tmp_path / "exports" / "x1", "e-1", "e-2", recipe=recipe)
    outcome, _ = work(place, folder)
    assert outcome.trouble == "none_kept" and not (place / "dataset").exists()
    assert {one.rule: one.episodes for one in outcome.left_out} == {"labels": 1, "stars": 1}
    assert "contributors: 1" in outcome.gone and "puzzle tower" in outcome.gone
    assert "p-a" not in str(outcome), "what a job tells outlasts an erasure, so it names nobody"


def test_an_episode_erased_while_it_was_exported_is_not_kept_in_the_export(folder, tmp_path, monkeypatch):
    place = ordered(tmp_path / "exports" / "x1", "e-1", "e-3")

    def erased(*arguments: object) -> None:
        (folder / "e-3.mcap").unlink()

    monkeypatch.setattr(export_work, "note_report", erased)
    outcome, _ = work(place, folder)
    assert outcome.trouble == "refused" and "erased" in outcome.detail
    assert not (place / "dataset").exists()


def test_the_process_says_what_the_disk_refused(tmp_path, capsys, monkeypatch, folder):
    assert export_work.main([str(tmp_path / "none"), "--episodes", str(folder)]) == 1
    assert "No such file" in capsys.readouterr().err

    def refused(*arguments: object) -> None:
        raise ExportRefused("not today")

    monkeypatch.setattr(export_work, "export_episodes", refused)
    place = ordered(tmp_path / "exports" / "x1", "e-1")
    outcome, _ = work(place, folder)
    assert (outcome.trouble, outcome.detail) == ("refused", "not today")
