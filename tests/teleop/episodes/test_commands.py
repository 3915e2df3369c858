"""The command line: what it prints, and how it says no."""

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from teleop.episodes.commands import app


@pytest.fixture
def run(episodes: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("ARMCADE_HOME", str(episodes.parent))
    monkeypatch.setenv("COLUMNS", "160")

    def ran(*arguments: object) -> Result:
        return CliRunner().invoke(app, [str(one) for one in arguments])

    return ran


def test_list_shows_each_episode(run: Any, record: Any) -> None:
    record(episode_id="ep-1")
    record(episode_id="ep-2", solved=False)
    record(episode_id="ep-3", judged=False)
    answer = run("list")
    assert answer.exit_code == 0
    for expected in ("ep-1", "solved ***", "not solved", "unjudged", "quiet-otter", "1.0 s"):
        assert expected in answer.stdout


def test_an_empty_list_says_where_it_looked(run: Any, tmp_path: Path) -> None:
    answer = run("list", "--dir", tmp_path / "elsewhere")
    assert answer.exit_code == 0
    assert "No episodes in" in answer.stdout
    assert "elsewhere" in answer.stdout


def test_list_names_what_it_cannot_read_and_what_is_unfinished(run: Any, episodes: Path) -> None:
    (episodes / "bad.mcap").write_bytes(b"bad")
    (episodes / "ep-9.mcap.part").write_bytes(b"half")
    answer = run("list")
    assert answer.exit_code == 1
    assert "bad.mcap: is damaged" in answer.stderr
    assert "armcade episodes recover): ep-9.mcap.part" in answer.stderr


def test_show_tells_origin_and_verdict(run: Any, record: Any) -> None:
    path = record().path
    for name in ("ep-1", path):
        answer = run("show", name)
        assert answer.exit_code == 0
        for expected in (
            "All cubes in place",
            "overview 29",
            "2026-01",
            "a" * 64,
            "turn-ep-1",
            "Build the tower",
        ):
            assert expected in answer.stdout


def test_show_tells_that_a_turn_was_not_judged(run: Any, record: Any) -> None:
    record(judged=False)
    answer = run("show", "ep-1")
    assert "unjudged" in answer.stdout
    assert "verdict" not in answer.stdout


def test_show_of_nothing_is_a_clear_error(run: Any) -> None:
    answer = run("show", "nothing")
    assert answer.exit_code == 1
    assert "nothing.mcap: does not exist" in answer.stderr


def test_verify_notices_a_changed_byte(run: Any, record: Any) -> None:
    good, bad, bare = (record(episode_id=name).path for name in ("good", "bad", "bare"))
    assert run("verify").stdout == "3 of 3 episodes are unchanged.\n"
    data = bytearray(bad.read_bytes())
    data[500] ^= 1
    bad.write_bytes(data)
    (bare.parent / "bare.mcap.sha256").unlink()
    answer = run("verify")
    assert answer.exit_code == 1
    assert answer.stdout == "1 of 3 episodes are unchanged.\n"
    assert "bad.mcap: differs" in answer.stderr
    assert "bare.mcap.sha256 is missing" in answer.stderr
    assert run("verify", "good").exit_code == 0


def test_recover_says_what_it_did(run: Any, episodes: Path, synthetic: Any) -> None:
    from teleop.episodes.container import EpisodeFile

    assert "Nothing to recover" in run("recover").stdout
    EpisodeFile(episodes / "ep-1.mcap", synthetic.header(synthetic.Script())).abandon()
    answer = run("recover")
    assert answer.stdout == "ep-1.mcap: recovered after its writer had stopped\n"
    assert "recovered after its writer had stopped" in run("show", "ep-1").stdout
    assert "Nothing to recover" in run("recover", "--dir", episodes / "absent").stdout


def test_export_tells_what_it_made_and_left_out(
    run: Any, record: Any, episodes: Path, tmp_path: Path
) -> None:
    record(episode_id="ep-1")
    record(episode_id="ep-2", solved=False)
    record(episode_id="ep-3", judged=False)
    (episodes / "bad.mcap").write_bytes(b"bad")
    answer = run("export", "--to", "lerobot", "--out", tmp_path / "set", "--fps", "10")
    assert answer.exit_code == 0
    assert "2 episodes (1 solved)" in answer.stdout
    assert "ep-1: 10 rows, pictures up to" in answer.stdout
    assert "joints up to 4 ms from a sample" in answer.stdout
    assert "not exported: ep-3.mcap: it has no verdict" in answer.stderr
    assert "not exported: bad.mcap: it is damaged" in answer.stderr
    assert (tmp_path / "set/meta/info.json").exists()
    again = run("export", "ep-1", "--out", tmp_path / "set")
    assert again.exit_code == 1
    assert "never overwritten" in again.stderr
    unselected = run("export", "--selection", tmp_path / "absent", "--out", tmp_path / "other")
    assert unselected.exit_code == 1
    assert "no selection" in unselected.stderr


def test_an_unknown_format_is_refused(run: Any) -> None:
    answer = run("export", "--to", "csv")
    assert answer.exit_code == 2
    assert "lerobot" in answer.stderr
