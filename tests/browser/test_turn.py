"""A turn end to end in a real Chromium: sign in, agree, drive by keys, solve, replay, export."""

import subprocess
import sys
from pathlib import Path

import pytest
from armcade_process import Armcade
from browser_player import BrowserPlayer
from evidence import rows, wait_for_file
from lerobot_loader import loaded

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]
FAR = {"red": (0.27, 0.09), "yellow": (0.27, 0.0), "blue": (0.27, -0.09)}
EVERY = 8
"""One row in so many is read back; tests/teleop/episodes reads every row of a driven turn."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "turn" in metafunc.fixturenames:
        metafunc.parametrize("turn", range(metafunc.config.getoption("--turns")))


def test_solves_a_puzzle_with_keys_alone(
    armcade: Armcade, player: BrowserPlayer, turn: int, tmp_path: Path
) -> None:
    before = len(armcade.episodes)
    player.open()
    player.shoot("lobby")
    player.take_turn("sort_colours", "Ada")
    player.shoot("play_ready")
    player.begin()
    player.shoot("play")
    for piece, slot in FAR.items():
        player.pick_and_place(piece, slot)
        player.shoot(f"play_{piece}_placed")
    assert "solved" in player.result().lower()
    player.shoot("result")
    episode = wait_for_file(armcade.home / "episodes", before + 1)[-1]
    check_episode(episode)
    export(armcade, episode, tmp_path / "dataset")
    if turn == 0:
        check_export(tmp_path)
        erase(player, episode)
        assert not (tmp_path / "dataset").exists(), "nobody else is in that export"


def check_episode(path: Path) -> None:
    """The file tells of the turn what the test saw."""
    (verdict,) = rows(path, "/verdict")
    assert verdict["solved"] is True
    inputs = rows(path, "/input")
    driven = [row for row in inputs if row["stick"]]
    assert len(driven) > 100
    assert {row["device"] for row in driven} <= {"keyboard", "none"}, "something else than keys drove"
    assert sum(row["device"] == "keyboard" for row in driven) > 0.8 * len(driven)
    seen = [row["seen_frame_id"] for row in driven if row["seen_frame_id"] is not None]
    assert len(seen) > 0.9 * len(driven)
    assert seen == sorted(seen)
    bounds = [(row["seen_error_frames"], row["seen_error_ns"]) for row in driven if row["seen_camera"]]
    assert {(frames == 0, ns == 0) for frames, ns in bounds} <= {(True, True), (False, False)}
    assert len(rows(path, "/observation")) == len(rows(path, "/action"))


def export(armcade: Armcade, episode: Path, out: Path) -> None:
    """The command line exports it."""
    program = str(Path(sys.executable).parent / "armcade")
    folder = ["--dir", str(armcade.home / "episodes")]
    command = [program, "episodes", "export", *folder, episode.stem, "--to", "lerobot", "--out", str(out)]
    subprocess.run(command, check=True, capture_output=True, text=True)
    assert (out / "meta" / "info.json").exists()


def erase(player: BrowserPlayer, episode: Path) -> None:
    """The player deletes their recordings on their own page, and finds the result without them."""
    player.page.locator("button.account").click()
    player.button("Delete my recordings").click()
    player.button("Delete them all").click()
    player.page.get_by_text("1 recordings deleted").wait_for(timeout=30_000)
    assert not list(episode.parent.glob(f"{episode.stem}.*"))
    assert "solved" in player.result().lower()


def check_export(folder: Path) -> None:
    """LeRobot's own loader gives rows from all over the turn, with both pictures."""
    facts, columns = loaded(folder / "dataset", folder / "rows.npz", EVERY)
    assert (facts["episodes"], facts["success"], facts["robot"]) == (1, [True], "so101")
    assert facts["rows"] > 300
    for camera in ("overview", "wrist"):
        pictures = columns[f"observation.images.{camera}"]
        assert pictures.shape == (-(-facts["rows"] // EVERY), 480, 640)
        assert pictures.std() > 10, "the pictures are empty"
