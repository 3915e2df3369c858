"""Carries out an erasure: exports first, then episodes, tombstones, receipt; resumable at every step."""

import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from teleop.durable_files import sync, write_whole
from teleop.episodes.pushing import CLAIM
from teleop.lineage.canonical import canonical, sha256_of, sign
from teleop.lineage.dataset_tables import DatasetRefused
from teleop.lineage.erasers import ERASERS, Eraser
from teleop.lineage.files import exchange, remove, remove_tree
from teleop.lineage.holders import HOLDERS
from teleop.lineage.keys import publish
from teleop.lineage.ledger import append, lineage_dir, read_ledger
from teleop.lineage.plan import ADDRESS, Held, Intent, Outcome, Receipt, statement_of
from teleop.lineage.records import Erased, ErasureDone, erased_ids

EPISODE_SUFFIXES = (
    ".mcap",
    ".mcap.sha256",
    ".manifest.json",
    ".annotations.jsonl",
    ".annotations.jsonl.part",
)
ROLE = "eraser"
PUSHED = "a copy was pushed there: whoever may write there must delete it, and push what is left"
Step = Callable[[str], None]


def erase(episodes: Path, intent: Intent, key: Ed25519PrivateKey, step: Step = lambda _name: None) -> Receipt:
    """Erases what the intent names, and nothing else; the receipt is on disk when this returns.

    `step` is told before each step that changes something. Killed anywhere, `resume` carries on: each
    file and each data set is the old or the new one at any moment. Raises OSError.
    """
    with _alone(episodes):
        step("intent")
        path = _intents(episodes) / f"{intent.erasure_id}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, canonical(intent))
        return _finish(episodes, intent, key, step)


def resume(episodes: Path, key: Ed25519PrivateKey, step: Step = lambda _name: None) -> tuple[Receipt, ...]:
    """Finishes every erasure that a crash interrupted; raises OSError."""
    with _alone(episodes):
        return tuple(_finish(episodes, intent, key, step) for intent in pending(episodes))


def pending(episodes: Path) -> tuple[Intent, ...]:
    """The erasures that were decided and are not finished."""
    found = sorted(_intents(episodes).glob("*.json"))
    return tuple(msgspec.json.decode(path.read_bytes(), type=Intent) for path in found)


def receipt_path(episodes: Path, erasure_id: str) -> Path:
    """Where the receipt of an erasure lies."""
    return lineage_dir(episodes) / "receipts" / f"{erasure_id}.json"


def _finish(episodes: Path, intent: Intent, key: Ed25519PrivateKey, step: Step) -> Receipt:
    gone = tuple(part.episode_id for part in intent.episodes)
    outcomes = [_clean(held, gone, intent.erasure_id, step) for held in intent.exports]
    for name, holder in HOLDERS.items():
        step(f"forget in {name}")
        holder(episodes, intent.episodes)
    for episode_id in gone:
        for suffix in EPISODE_SUFFIXES:
            step(f"delete {episode_id}{suffix}")
            remove(episodes / f"{episode_id}{suffix}")
    sync(episodes)
    step("tombstones")
    buried = erased_ids(read_ledger(episodes))
    stones = [
        Erased(part.episode_id, part.sha256, intent.erasure_id, intent.reason, intent.utc_ns)
        for part in intent.episodes
        if part.episode_id not in buried
    ]
    append(episodes, *stones)
    statement = statement_of(intent, outcomes)
    receipt = Receipt(statement, sign(key, ROLE, statement))
    _keep_receipt(episodes, intent, receipt, key, step)
    step("done")
    remove(_intents(episodes) / f"{intent.erasure_id}.json")
    sync(_intents(episodes))
    return receipt


def _keep_receipt(
    episodes: Path, intent: Intent, receipt: Receipt, key: Ed25519PrivateKey, step: Step
) -> None:
    step("receipt")
    publish(lineage_dir(episodes) / "keys", key)
    path = receipt_path(episodes, intent.erasure_id)
    path.parent.mkdir(parents=True, exist_ok=True)
    content = canonical(receipt)
    write_whole(path, content)
    step("ledger")
    if not any(
        isinstance(one, ErasureDone) and one.erasure_id == intent.erasure_id for one in read_ledger(episodes)
    ):
        done = ErasureDone(
            erasure_id=intent.erasure_id,
            contributor=intent.contributor,
            reason=intent.reason,
            episodes=len(intent.episodes),
            exports=tuple(one.export_id for one in intent.exports),
            receipt_sha256=sha256_of(content),
            utc_ns=intent.utc_ns,
        )
        append(episodes, done)


def _clean(held: Held, gone: tuple[str, ...], erasure_id: str, step: Step) -> Outcome:
    """Takes the episodes out of one export, where it is still on this disk."""
    if ADDRESS in held.path:
        return Outcome(held.export_id, held.path, "by_hand", 0, PUSHED)
    root = Path(held.path)
    aside = root.with_name(f".{root.name}.{erasure_id}")
    if not root.exists() and not aside.exists():
        return Outcome(held.export_id, held.path, "elsewhere", 0, "it is not on this disk any more")
    eraser = ERASERS.get(held.format)
    if eraser is None:
        return Outcome(
            held.export_id, held.path, "by_hand", 0, f"format {held.format}: delete it, export anew"
        )
    try:
        return _clean_dataset(held, eraser, gone, aside, step)
    except DatasetRefused as error:
        remove_tree(aside)
        return Outcome(held.export_id, held.path, "by_hand", 0, str(error))


def _clean_dataset(held: Held, eraser: Eraser, gone: tuple[str, ...], aside: Path, step: Step) -> Outcome:
    root = Path(held.path)
    if not root.exists():  # a data set of which nothing stays was moved away, and not yet deleted
        step(f"delete the old {root.name}")
        remove_tree(aside)
        return Outcome(held.export_id, held.path, "deleted", 0, "")
    found = eraser.holds(root, gone)
    note = ""
    if found.wanted and not found.others:
        step(f"move {root.name} away")
        remove_tree(aside)
        root.rename(aside)
        step(f"delete the old {root.name}")
        remove_tree(aside)
        return Outcome(held.export_id, held.path, "deleted", 0, "")
    if found.wanted:
        step(f"rewrite {root.name}")
        remove_tree(aside)
        remove(root / CLAIM)  # what stays is not what was pushed
        note = eraser.write_without(root, found.wanted, aside)
        step(f"swap {root.name}")
        exchange(root, aside)
    step(f"delete the old {root.name}")
    remove_tree(aside)
    return Outcome(held.export_id, held.path, "rewritten", found.others, note)


def _intents(episodes: Path) -> Path:
    return lineage_dir(episodes) / "intents"


@contextmanager
def _alone(episodes: Path) -> Iterator[None]:
    """One erasure at a time in a folder of episodes."""
    folder = lineage_dir(episodes)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "erasing.lock").open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
