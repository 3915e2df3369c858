"""One changed byte in any file of a whole tree is found, and so is whatever is gone."""

import shutil
from functools import partial
from pathlib import Path

import pytest
from synthetic_turns import recorded
from typer.testing import CliRunner

from teleop.annotation.revisions import Revision
from teleop.annotation.store import write_revisions
from teleop.episodes.commands import app
from teleop.episodes.exporting.work import How, export_episodes
from teleop.episodes.formats import FORMATS
from teleop.lineage import ledger
from teleop.lineage.consent_record import Controller
from teleop.lineage.documents import keep_controller
from teleop.lineage.exports import note_report
from teleop.lineage.inventory import problems_of
from teleop.lineage.keeping import keep
from teleop.lineage.keys import signing_key
from teleop.lineage.ledger import append, lineage_dir, read_ledger
from teleop.lineage.notary import main
from teleop.lineage.records import Erased, LedgerBroken
from teleop.wire.annotation_in import Prompt, Segment

CONFIGURATION, CALIBRATION = b'[cell]\nid = "home"\n', b'{"shoulder_pan": {}}\n'


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two turns, one with annotations, one erased; signed, exported, countersigned."""
    root = tmp_path_factory.mktemp("whole")
    (root / "cell.toml").write_bytes(CONFIGURATION)
    (root / "so101.json").write_bytes(CALIBRATION)
    episodes = root / "episodes"
    paths = [
        recorded(episodes, who, episode_id=name, seconds=0.2, cameras=())
        for name, who in (("ep-1", "ann"), ("ep-2", "bo"))
    ]
    notary = [str(episodes), "--cell", "home", "--key", str(root / "cell.pem")]
    documents = ["--configuration", str(root / "cell.toml"), "--calibration", str(root / "so101.json")]
    assert main([*notary, *documents]) == 0
    keep_controller(episodes, Controller(name="The lab"))
    write_revisions(paths[0], [revision(1), revision(2)])
    how = How(note=partial(note_report, episodes, kind="mcap"))
    export_episodes(paths, root / "out", FORMATS["mcap"].make(30), how)
    keep(episodes, signing_key(root / "hub.pem"), "bo", None)
    return root


def revision(number: int) -> Revision:
    segments = (Segment(0, 200_000_000, "reach", "", "", Prompt("Wait.", "等。")),)
    return Revision(number, "edited", "p-1", 5, 200_000_000, "proposal", "1", "1", segments)


@pytest.fixture
def root(whole: Path, tmp_path: Path) -> Path:
    """A copy that a test may change."""
    return Path(shutil.copytree(whole, tmp_path / "whole"))


def verified(root: Path, *tops: str) -> tuple[int, str]:
    """What the command says of the episodes and of the export, or of one of them."""
    codes, said = 0, ""
    for top in tops or ("episodes", "out"):
        words = [str(root / top)] if top == "out" else ["--dir", str(root / top)]
        answer = CliRunner().invoke(app, ["verify", *words])
        codes, said = codes + answer.exit_code, said + answer.output
    return codes, said


def test_one_flipped_byte_in_any_file_is_found(root: Path) -> None:
    assert verified(root)[0] == 0, verified(root)[1]
    files = [
        path for top in ("episodes", "out") for path in sorted((root / top).rglob("*")) if path.is_file()
    ]
    names = {path.name for path in files}
    assert {
        "ledger.jsonl",
        "ledger.head.json",
        "ledger.signed.json",
        "controller.json",
        "ep-1.annotations.jsonl",
    } <= names
    for path in files:
        content = path.read_bytes()
        for at in sorted({0, len(content) // 3, len(content) // 2, len(content) - 1} if content else ()):
            path.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
            assert verified(root, path.relative_to(root).parts[0])[0] > 0, (
                f"{path}, byte {at} of {len(content)}"
            )
        path.write_bytes(content)
    assert verified(root)[0] == 0


@pytest.mark.parametrize("at", [-1, -3])
def test_no_record_is_dropped_for_a_changed_end(root: Path, at: int) -> None:
    path = lineage_dir(root / "episodes") / "ledger.jsonl"
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(content)
    with pytest.raises(LedgerBroken, match=r"were written|not the one that was written"):
        append(root / "episodes", Erased("ep-9", "a", "erasure-1", "withdrawn", 1))
    assert path.read_bytes() == content


def test_a_kill_between_ledger_and_head_alarms_nobody(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    episodes, stone = root / "episodes", Erased("ep-9", "a", "erasure-1", "withdrawn", 1)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(ledger, "write_whole", killed)
        append(episodes, stone)
    assert read_ledger(episodes)[-1] == stone
    assert verified(root)[0] == 0
    append(episodes, stone)
    assert verified(root)[0] == 0


def test_an_episode_that_is_gone_without_a_tombstone_is_named(root: Path) -> None:
    for path in (root / "episodes").glob("ep-1.*"):
        path.unlink()
    (problem,) = problems_of(root / "episodes")
    assert problem.startswith("ep-1: the ledger has it")


def test_what_was_cut_off_and_headed_anew_is_not_what_was_signed(root: Path) -> None:
    path = lineage_dir(root / "episodes") / "ledger.jsonl"
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:1]))
    path.with_name("ledger.head.json").unlink()
    said = " ".join(problems_of(root / "episodes"))
    assert "the ledger is not the one that was signed: it ends with line 1" in said
    path.unlink()
    with pytest.raises(FileNotFoundError):
        problems_of(root / "episodes")


def test_a_lost_receipt_and_an_unknown_key_are_named(root: Path) -> None:
    folder = lineage_dir(root / "episodes")
    (receipt,) = (folder / "receipts").iterdir()
    for key in (folder / "keys").iterdir():
        key.unlink()
    assert sum("which is not known here" in one for one in problems_of(root / "episodes")) == 2
    receipt.unlink()
    assert any("is missing" in one for one in problems_of(root / "episodes"))


def test_an_exports_files_are_all_there_and_no_other(root: Path) -> None:
    (root / "out" / "more").write_text("new")
    (root / "out" / "README.md").unlink()
    code, said = verified(root)
    assert code == 1
    assert "more is not among its checksums" in said and "README.md is missing" in said
