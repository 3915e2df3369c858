"""A player withdraws on their own page: the recordings go, the result stays without them."""

from pathlib import Path

import msgspec
import pytest
from synthetic_turns import recorded

from teleop.hub.clocks import Clocks
from teleop.hub.keeping import KeepingFailed
from teleop.lineage.consent_record import Controller
from teleop.lineage.documents import controller_of, keep_controller
from teleop.lineage.retention import DAY_NS
from teleop.wire.hub_to_cell import Lease, ResultKept, Revoke


async def test_a_player_erases_their_own_recordings_and_no_others(place, make, config):
    folder = Path(config.episodes_dir)
    keep_controller(folder, Controller(name="The lab"))
    cell, player = await place.cell(), await place.player()
    assert (await player.join()).status_code == 200
    lease = await cell.next(Lease)
    await cell.send(make.status(turn_id=lease.turn_id))
    mine = recorded(folder, lease.pseudonym, episode_id=f"e-{lease.turn_id}", seconds=0.2)
    other = recorded(folder, "p-other", episode_id="e-other", seconds=0.2)
    notes = [path.with_name(f"{path.stem}.annotations.jsonl") for path in (mine, other)]
    for path in notes:
        path.write_bytes(b"what someone made of it")
    await cell.send(make.result(lease.turn_id, "home", lease.epoch))
    assert (await cell.next(ResultKept)).turn_id == lease.turn_id
    answer = await player.http.post("/api/withdrawal", json={"language": "zh"}, timeout=60)
    assert (answer.status_code, answer.json()) == (200, {"episodes": 1})
    assert not mine.exists() and other.exists()
    assert [path.exists() for path in notes] == [False, True]
    records = [msgspec.json.decode(path.read_bytes()) for path in (folder / "lineage" / "consent").iterdir()]
    assert [one["dpv:hasConsentStatus"] for one in records] == ["dpv:ConsentWithdrawn"]
    assert records[0]["dpv:hasDataSubject"]["@id"] == f"urn:armcade:contributor/{lease.pseudonym}"
    assert records[0]["dpv:hasDataController"]["schema:name"] == "The lab"
    kept = (await player.http.get(f"/api/results/{lease.turn_id}")).json()
    assert (kept["episode_id"], kept["score"]) == (None, 800)
    assert (await player.http.get("/api/me")).json()["consent_version"] is None
    assert (await place.hub.keeping.work()).now == 0


async def test_a_running_turn_is_ended(place, make):
    cell, player = await place.cell(), await place.player()
    await player.join()
    lease = await cell.next(Lease)
    await cell.send(make.status(turn_id=lease.turn_id))
    place.hub.keeping.key.write_bytes(b"?")
    answer = await player.http.post("/api/withdrawal", json={"language": "en"}, timeout=60)
    assert (answer.status_code, answer.json()["reason"]) == (503, "withdrawal_unfinished")
    assert (await cell.next(Revoke)).turn_id == lease.turn_id
    assert (await player.http.get("/api/me")).json()["consent_version"] is None
    with pytest.raises(KeepingFailed, match="holds no key"):
        await place.hub.keeping.work()


async def test_retention_runs_on_a_schedule(serve, make, config, tmp_path, monkeypatch):
    monkeypatch.setattr("teleop.hub.keeping.EVERY_S", 0.05)
    folder, rules = Path(config.episodes_dir), tmp_path / "rules.toml"
    rules.write_text("keep_days = 1")  # a mistake: nothing goes
    began, now = 1_800_000_000_000_000_000, [1_800_000_000_000_000_000]
    old, young = (
        recorded(folder, "p-one", {"started_utc_ns": at}, episode_id=name, seconds=0.2)
        for name, at in (("e-old", began), ("e-young", began + DAY_NS // 2))
    )
    heard: list[str] = []
    monkeypatch.setattr("teleop.hub.keeping.log.error", lambda what, **_: heard.append(what))
    told = Controller(name="The lab", jurisdiction="DE")
    async with serve(clocks=Clocks(utc_ns=lambda: now[0]), retention_file=str(rules), controller=told):
        await make.until(lambda: "the retention rules were not applied" in heard, 60.0)
        now[0] += DAY_NS
        rules.write_text('[[rule]]\nconsent = "*"\nkeep_days = 1\n')
        await make.until(lambda: not old.exists(), 60.0)
    assert young.exists()
    assert controller_of(folder) == told
