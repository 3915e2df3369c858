"""One changed byte anywhere is found, and what it is in is named."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from mcap.reader import make_reader
from synthetic_turns import recorded

from teleop.durable_files import write_whole
from teleop.lineage import manifest as form
from teleop.lineage.canonical import sha256_of
from teleop.lineage.consent_record import Controller
from teleop.lineage.documents import document_path, keep_controller
from teleop.lineage.keys import publish, signing_key
from teleop.lineage.ledger import lineage_dir, read_ledger
from teleop.lineage.notary import NotSigned, main, manifest_path, sign_episode, unsigned
from teleop.lineage.records import EpisodeMade
from teleop.lineage.verification import Verifier

CONFIGURATION, CALIBRATION = b'[cell]\nid = "home"\n', b'{"shoulder_pan": {}}\n'


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One signed episode, made once."""
    root = tmp_path_factory.mktemp("sealed")
    (root / "cell.toml").write_bytes(CONFIGURATION)
    (root / "so101.json").write_bytes(CALIBRATION)
    hashes = {"cell_config_sha256": sha256_of(CONFIGURATION), "calibration_sha256": sha256_of(CALIBRATION)}
    recorded(root / "episodes", "ann", hashes, episode_id="ep-1", seconds=0.3)
    assert notary(root) == 0
    return root


def notary(root: Path, cell: str = "home") -> int:
    return main([
        str(root / "episodes"), "--cell", cell, "--key", str(root / "key.pem"),
        "--configuration", str(root / "cell.toml"), "--calibration", str(root / "so101.json"),
    ])  # fmt: skip


@pytest.fixture
def episode(sealed: Path, tmp_path: Path) -> Path:
    shutil.copytree(sealed, tmp_path / "copy")
    return tmp_path / "copy" / "episodes" / "ep-1.mcap"


def problems(episode: Path) -> tuple[str, ...]:
    return Verifier(episode.parent).problems(episode)


def flip(path: Path, at: int) -> None:
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(content)


def test_an_untouched_episode_has_no_problem_and_all_parts(episode: Path) -> None:
    assert problems(episode) == ()
    read = form.read_signed(manifest_path(episode).read_bytes())
    names = [link.part.part for link in read.manifest.links]
    assert names[:3] == ["configuration", "calibration", "consent"]
    assert {
        "/action",
        "/camera/overview",
        "/camera/wrist",
        "/goals",
        "/input",
        "/joints",
        "/observation",
    } <= set(names)
    assert all(link.part.kept for link in read.manifest.links)
    (made,) = [one for one in read_ledger(episode.parent) if isinstance(one, EpisodeMade)]
    assert (made.episode_id, made.contributor) == ("ep-1", "ann")
    assert unsigned(episode.parent) == ()


def test_a_changed_byte_anywhere_is_found(episode: Path) -> None:
    size = episode.stat().st_size
    for at in range(0, size, size // 12):
        flip(episode, at)
        (problem,) = problems(episode)
        assert "differs from its checksum" in problem
        assert "was changed" in problem or "were changed" in problem
        flip(episode, at)
    assert problems(episode) == ()


@pytest.mark.parametrize("kind", ["configuration", "calibration", "consent"])
def test_a_changed_document_is_named(episode: Path, kind: str) -> None:
    (path,) = (lineage_dir(episode.parent) / kind).iterdir()
    flip(path, 5)
    assert f"the {kind} kept for it was changed" in problems(episode)[0]
    path.unlink()
    assert f"the {kind} kept for it was changed or is missing" in problems(episode)[0]


def test_a_changed_manifest_or_checksum_is_named(episode: Path) -> None:
    path = manifest_path(episode)
    for at in (3, path.stat().st_size // 2, path.stat().st_size - 20):
        flip(path, at)
        assert "manifest" in problems(episode)[0] or "signature" in problems(episode)[0]
        flip(path, at)
    path.rename(path.with_name("elsewhere"))
    assert "ep-1.manifest.json is missing" in problems(episode)[0]
    checksum = episode.with_name("ep-1.mcap.sha256")
    flip(checksum, 66)
    assert "differs from its checksum" in problems(episode)[0]
    checksum.unlink()
    assert problems(episode) == (f"{episode}: ep-1.mcap.sha256 is missing.",)


def test_whoever_signs_anew_is_not_known(episode: Path, tmp_path: Path) -> None:
    key = signing_key(tmp_path / "other.pem")
    read = form.read_signed(manifest_path(episode).read_bytes())
    manifest_path(episode).write_bytes(form.signed(read.manifest, key))
    assert "which is not known here" in problems(episode)[0]
    publish(lineage_dir(episode.parent) / "keys", key)
    assert problems(episode) == ()


def test_the_changed_stream_of_a_rewritten_file_is_named(episode: Path, tmp_path: Path) -> None:
    other = recorded(tmp_path / "again", "ann", {"language": "zh"}, episode_id="ep-1", seconds=0.3)
    shutil.copy(other, episode)
    shutil.copy(other.with_name("ep-1.mcap.sha256"), episode.with_name("ep-1.mcap.sha256"))
    (problem,) = problems(episode)
    assert "the messages of /header were changed" in problem
    assert "/action" not in problem
    assert "pictures" not in problem


def test_another_episodes_manifest_is_not_its_own(episode: Path) -> None:
    for suffix in (".mcap", ".manifest.json"):
        shutil.copy(episode.with_name(f"ep-1{suffix}"), episode.with_name(f"ep-2{suffix}"))
    digest = sha256_of(episode.read_bytes())
    write_whole(episode.with_name("ep-2.mcap.sha256"), f"{digest}  ep-2.mcap\n".encode())
    assert "its manifest is that of ep-1" in problems(episode.with_name("ep-2.mcap"))[0]


def test_an_index_byte_is_told_from_a_message(episode: Path) -> None:
    content = episode.read_bytes()
    with episode.open("rb") as stream:
        assert make_reader(stream).get_summary() is not None
    flip(episode, len(content) - 12)
    problem = problems(episode)[0]
    assert "index" in problem or "cannot be read" in problem


def test_only_what_is_whole_and_of_this_cell_is_signed(
    sealed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(sealed, tmp_path / "copy")
    folder = tmp_path / "copy" / "episodes"
    manifest_path(folder / "ep-1.mcap").unlink()
    key = signing_key(tmp_path / "copy" / "key.pem")
    assert not sign_episode(folder / "ep-1.mcap", "elsewhere", key)
    (folder / "bad.mcap").write_bytes(b"bad")
    flip(folder / "ep-1.mcap.sha256", 3)
    assert notary(tmp_path / "copy") == 1
    said = capsys.readouterr().err
    assert "ep-1.mcap: differs from its checksum" in said
    assert "bad.mcap: is damaged" in said
    (tmp_path / "copy" / "key.pem").write_bytes(b"?")
    assert notary(tmp_path / "copy") == 1
    assert "holds no key" in capsys.readouterr().err


def test_a_document_that_was_never_kept_is_not_asked_for(tmp_path: Path) -> None:
    path = recorded(tmp_path, "ann", episode_id="ep-1", seconds=0.2)
    assert sign_episode(path, "home", signing_key(tmp_path / "key.pem"))
    read = form.read_signed(manifest_path(path).read_bytes())
    kept: dict[str, Any] = {link.part.part: link.part.kept for link in read.manifest.links}
    assert (kept["configuration"], kept["calibration"], kept["consent"]) == (False, False, True)
    assert not document_path(tmp_path, "configuration", "a" * 64).exists()
    assert problems(path) == ()


def test_the_consent_record_names_the_folders_controller(tmp_path: Path) -> None:
    path = recorded(tmp_path, "ann", episode_id="ep-1", seconds=0.2)
    keep_controller(tmp_path, Controller(name="The lab"))
    file = lineage_dir(tmp_path) / "controller.json"
    told = file.read_bytes()
    for bad in (told.replace(b"The lab", b"The bar"), b"{}", told + b" "):
        file.write_bytes(bad)
        with pytest.raises(NotSigned, match=r"controller\.json"):
            sign_episode(path, "home", signing_key(tmp_path / "key.pem"))
    file.write_bytes(told)
    assert sign_episode(path, "home", signing_key(tmp_path / "key.pem"))
    (record,) = (lineage_dir(tmp_path) / "consent").iterdir()
    assert b'"schema:name":"The lab"' in record.read_bytes()
