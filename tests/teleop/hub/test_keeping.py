"""A player withdraws on their own page: the recordings go, the result stays without them."""

from pathlib import Path

import pytest
from synthetic_turns import recorded

from teleop.hub.keeping import KeepingFailed
from teleop.wire.hub_to_cell import Lease, ResultKept, Revoke


async def test_a_player_erases_their_own_recordings_and_no_others(place, make, config):
    folder = Path(config.episodes_dir)
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
