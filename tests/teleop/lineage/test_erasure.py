"""A withdrawal: exactly the forget-set goes, whatever is killed in between."""

from pathlib import Path
from typing import Any

import msgspec
import pytest
from episode_hashes import episode_hashes

from teleop.episodes.exporting.rows import episode_uid
from teleop.lineage.canonical import complaint, key_id
from teleop.lineage.erasure import erase, pending, receipt_path, resume
from teleop.lineage.exports import note_export, note_run
from teleop.lineage.holdings import holdings_of
from teleop.lineage.ledger import append, read_ledger
from teleop.lineage.plan import Intent, Receipt, intent_of
from teleop.lineage.records import WITHDRAWN, EpisodeMade, Erased, ErasureDone, Part, withdrawn_at


class Killed(BaseException):
    """The process ends here."""


def withdrawal(place: Any, who: str = "ann", utc_ns: int = 9) -> Intent:
    found = holdings_of(place.episodes, who)
    return intent_of(who, WITHDRAWN, utc_ns, found.parts, read_ledger(place.episodes))


def state(place: Any) -> tuple[frozenset[str], dict[int, str] | None]:
    files = frozenset(path.name for path in place.episodes.iterdir() if path.is_file())
    return files, episode_hashes(place.dataset) if place.dataset.exists() else None


def test_exactly_the_forget_set_goes(place: Any, key: Any) -> None:
    note_run(place.episodes, "act-1", [str(place.dataset)], "", 6)
    files, before = state(place)
    receipt = erase(place.episodes, withdrawal(place), key)
    left, after = state(place)
    assert files - left == {f"ep-{one}.mcap{end}" for one in (0, 2) for end in ("", ".sha256")}
    assert before is not None
    gone = {episode_uid("ep-0"), episode_uid("ep-2")}
    assert after == {uid: digest for uid, digest in before.items() if uid not in gone}
    said = receipt.statement
    assert [part.episode_id for part in said.episodes] == ["ep-0", "ep-2"]
    assert [(one.fate, one.kept) for one in said.exports] == [("rewritten", 2)]
    assert said.runs == ("act-1",)
    assert sorted(one.name for one in place.dataset.parent.iterdir()) == ["episodes", "out"]


def test_the_receipt_is_signed_and_tombstones_have_no_content(place: Any, key: Any) -> None:
    receipt = erase(place.episodes, withdrawal(place), key)
    kept = receipt_path(place.episodes, receipt.statement.erasure_id).read_bytes()
    assert msgspec.json.decode(kept, type=Receipt) == receipt
    public = {key_id(key.public_key()): key.public_key()}
    assert complaint(receipt.signature, receipt.statement, public) is None
    changed = msgspec.structs.replace(receipt.statement, runs=("other",))
    assert complaint(receipt.signature, changed, public) == "its eraser signature does not match"
    stones = [one for one in read_ledger(place.episodes) if isinstance(one, Erased)]
    assert [stone.episode_id for stone in stones] == ["ep-0", "ep-2"]
    assert withdrawn_at(read_ledger(place.episodes), "ann") == 9
    assert withdrawn_at(read_ledger(place.episodes), "bo") == 0


def test_killed_at_each_step_everything_is_old_or_new_and_resume_finishes(place: Any, key: Any) -> None:
    """One withdrawal that is killed again at each step it comes to, for as long as there is a new one."""
    files, old = state(place)
    steps: list[str] = []
    seen: dict[int, dict[int, str] | None] = {}

    def kill_at_a_new_one(name: str) -> None:
        if name not in steps:
            steps.append(name)
            raise Killed

    def looked_at() -> dict[int, str] | None:
        inode = place.dataset.stat().st_ino
        return seen.setdefault(inode, state(place)[1])

    intent = withdrawal(place)
    with pytest.raises(Killed):
        erase(place.episodes, intent, key, kill_at_a_new_one)
    assert pending(place.episodes) == ()
    with pytest.raises(Killed):
        erase(place.episodes, intent, key, kill_at_a_new_one)
    receipts: tuple[Receipt, ...] = ()
    while not receipts:
        left = frozenset(path.name for path in place.episodes.iterdir() if path.is_file())
        assert {name for name in files if not name.startswith(("ep-0.", "ep-2."))} <= left <= files
        assert set(looked_at() or ()) in (set(old or ()), {episode_uid("ep-1"), episode_uid("ep-3")})
        assert pending(place.episodes) == (intent,)
        try:
            receipts = resume(place.episodes, key, kill_at_a_new_one)
        except Killed:
            continue
    assert steps[:4] == ["intent", "rewrite out", "swap out", "delete the old out"]
    assert steps[4:7] == ["forget in leftovers", "forget in recipes", "delete ep-0.mcap"]
    assert steps[-4:] == ["tombstones", "receipt", "ledger", "done"]
    assert (
        looked_at() == {uid: old[uid] for uid in (episode_uid("ep-1"), episode_uid("ep-3"))} if old else None
    )
    assert [one.fate for one in receipts[0].statement.exports] == ["rewritten"]
    assert pending(place.episodes) == ()
    done = [one for one in read_ledger(place.episodes) if isinstance(one, ErasureDone | Erased)]
    assert [type(one) for one in done] == [Erased, Erased, ErasureDone]
    assert sorted(one.name for one in place.dataset.parent.iterdir()) == ["episodes", "out"]
    assert not list(place.episodes.glob("ep-[02].*"))


def test_a_data_set_of_one_contributor_alone_goes_as_a_whole(place: Any, key: Any) -> None:
    for who in ("bo", "cy"):
        erase(place.episodes, withdrawal(place, who), key)

    def kill(name: str) -> None:
        if name == "delete the old out":
            raise Killed

    with pytest.raises(Killed):
        erase(place.episodes, withdrawal(place), key, kill)
    assert not place.dataset.exists()
    (receipt,) = resume(place.episodes, key)
    assert [one.fate for one in receipt.statement.exports] == ["deleted"]
    assert [one.name for one in place.dataset.parent.iterdir()] == ["episodes"]
    assert not list(place.episodes.glob("*.mcap*"))


def test_what_cannot_be_rewritten_is_named_and_left_whole(place: Any, key: Any, tmp_path: Path) -> None:
    parts = [Part(f"ep-{at}", "a" * 64, who) for at, who in enumerate(("ann", "bo", "ann", "cy"))]
    zarr, elsewhere = tmp_path / "set.zarr", tmp_path / "moved"
    zarr.mkdir()
    note_export(place.episodes, zarr, "zarr", parts, 7)
    note_export(place.episodes, elsewhere, "lerobot", parts, 8)
    note_export(place.episodes, elsewhere, "lerobot", parts[1:2], 9)
    (place.dataset / "meta/notes.txt").write_text("ep-0 was good")
    before = state(place)[1]
    receipt = erase(place.episodes, withdrawal(place), key)
    assert [one.fate for one in receipt.statement.exports] == ["by_hand", "by_hand", "elsewhere"]
    assert "names episode ep-0" in receipt.statement.exports[0].note
    assert state(place)[1] == before


def test_whose_a_damaged_file_is_the_ledger_may_know(place: Any) -> None:
    append(place.episodes, EpisodeMade("ep-0", "ann", "home", "a" * 64, "b" * 64, "c" * 64, 1))
    (place.episodes / "ep-0.mcap").write_bytes(b"bad")
    (place.episodes / "ep-1.mcap").write_bytes(b"bad")
    (place.episodes / "ep-3.mcap").rename(place.episodes / "other.mcap")
    found = holdings_of(place.episodes, "ann")
    assert {part.episode_id for part in found.parts} == {"ep-0", "ep-2"}
    assert found.unknown == ("ep-1.mcap", "other.mcap")
