"""What a hub does by and by: finish, erase what came late or is too old, countersign."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from teleop.durable_files import write_whole
from teleop.episodes.loading import overview
from teleop.lineage import manifest as form
from teleop.lineage.canonical import canonical
from teleop.lineage.erasure import pending
from teleop.lineage.holdings import holdings_of
from teleop.lineage.keeping import Kept, main
from teleop.lineage.ledger import append, lineage_dir, read_ledger
from teleop.lineage.notary import manifest_path, sign_episode
from teleop.lineage.plan import intent_of
from teleop.lineage.records import WITHDRAWN, ErasureDone
from teleop.lineage.retention import DAY_NS
from teleop.lineage.verification import Verifier


@pytest.fixture
def keep(place: Any, capfdbinary: pytest.CaptureFixture[bytes]) -> Any:
    def kept(*more: object) -> Kept:
        words = [str(place.episodes), "--key", str(place.episodes.parent / "hub.pem"), *map(str, more)]
        assert main(words) == 0, capfdbinary.readouterr().err
        return msgspec.json.decode(capfdbinary.readouterr().out, type=Kept)

    return kept


def test_a_withdrawal_counts_that_persons_episodes(keep: Any, place: Any) -> None:
    assert keep("--withdraw", "ann") == Kept(("ep-0", "ep-2"), 2, ())
    assert keep("--withdraw", "nobody").now == 0
    assert not list(place.episodes.glob("ep-[02].*"))


def test_what_comes_in_after_a_withdrawal_goes_too(keep: Any, place: Any, original: Any) -> None:
    assert keep().now == 0
    append(place.episodes, ErasureDone("erasure-0", "bo", WITHDRAWN, 0, (), "a" * 64, 1))
    assert keep().now == 0, "this consent was given after that withdrawal"
    keep("--withdraw", "bo")
    for name in ("ep-1.mcap", "ep-1.mcap.sha256"):
        (place.episodes / name).write_bytes((original.episodes / name).read_bytes())
    assert keep().now == 1
    assert not (place.episodes / "ep-1.mcap").exists()


def test_an_interrupted_erasure_is_finished(keep: Any, place: Any) -> None:
    intent = intent_of(
        "cy", WITHDRAWN, 5, holdings_of(place.episodes, "cy").parts, read_ledger(place.episodes)
    )
    path = lineage_dir(place.episodes) / "intents" / "one.json"
    path = path.with_name(f"{intent.erasure_id}.json")
    path.parent.mkdir()
    write_whole(path, canonical(intent))
    assert keep().erased == ("ep-3",)
    assert pending(place.episodes) == ()


def test_old_episodes_go_by_the_rules(keep: Any, place: Any, tmp_path: Path) -> None:
    rules = tmp_path / "rules.toml"
    rules.write_text('[[rule]]\nconsent = "2026-01"\nkeep_days = 36500\n')
    assert keep("--rules", rules).now == 0
    rules.write_text('[[rule]]\nconsent = "2026-01"\nkeep_days = 1\n')
    assert keep("--rules", rules).now == 4
    assert not place.dataset.exists()


def test_good_manifests_are_countersigned_once(keep: Any, place: Any, key: Any) -> None:
    good, bad, odd = (place.episodes / f"ep-{one}.mcap" for one in range(3))
    for path in (good, bad, odd):
        sign_episode(path, "home", key)
    manifest_path(odd).write_bytes(b"{}")
    content = bytearray(bad.read_bytes())
    content[len(content) // 2] ^= 1
    bad.write_bytes(content)
    keep()
    read = form.read_signed(manifest_path(good).read_bytes())
    assert [one.role for one in read.signatures] == ["cell", "hub"]
    assert Verifier(place.episodes).problems(good) == ()
    assert [one.role for one in form.read_signed(manifest_path(bad).read_bytes()).signatures] == ["cell"]
    before = manifest_path(good).stat().st_mtime_ns
    keep()
    assert manifest_path(good).stat().st_mtime_ns == before


@pytest.mark.parametrize("content", [b"rule = 1", b"\xff", None])
def test_broken_rules_keep_nobody_from_withdrawing(
    keep: Any, place: Any, key: Any, tmp_path: Path, content: bytes | None
) -> None:
    rules = tmp_path / "rules.toml"
    if content is not None:
        rules.write_bytes(content)
    sign_episode(place.episodes / "ep-1.mcap", "home", key)
    done = keep("--withdraw", "ann", "--rules", rules)
    assert (done.now, done.erased) == (2, ("ep-0", "ep-2"))
    assert not list(place.episodes.glob("ep-[02].*"))
    assert done.rules_refused.startswith(str(rules))
    signed = form.read_signed(manifest_path(place.episodes / "ep-1.mcap").read_bytes())
    assert [one.role for one in signed.signatures] == ["cell", "hub"]


def test_the_time_of_the_rules_is_the_callers(keep: Any, place: Any, tmp_path: Path) -> None:
    rules = tmp_path / "rules.toml"
    rules.write_text('[[rule]]\nconsent = "2026-01"\nkeep_days = 1\n')
    began = min(overview(path).header.started_utc_ns for path in place.episodes.glob("*.mcap"))
    assert keep("--rules", rules, "--utc-ns", began + DAY_NS - 1).now == 0
    assert keep("--rules", rules, "--utc-ns", began + DAY_NS).now == 4


def test_what_cannot_be_done_is_said(place: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "hub.pem").write_bytes(b"?")
    assert main([str(place.episodes), "--key", str(tmp_path / "hub.pem")]) == 1
    assert "holds no key" in capsys.readouterr().err
