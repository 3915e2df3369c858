"""A browser that dies while its player drives: the arm is held, and the next person finds it still."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from armcade_process import Armcade
from browser_player import CHROMIUM, FLAGS, BrowserPlayer, wait
from evidence import rows, wait_for_file
from goals import HELD_AFTER_S, goal_age_s, held_after_s
from playwright.sync_api import Browser, Error

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
MARK = "--armcade-doomed"


@pytest.fixture
def doomed(browser: Browser) -> Iterator[Browser]:
    """A second Chromium, which the test may kill."""
    running = browser.browser_type.launch(executable_path=CHROMIUM, args=[*FLAGS, MARK])
    yield running
    try:
        running.close()
    except Error:
        assert not running.is_connected()


def kill_chromium() -> float:
    """Kills the marked Chromium with all its processes; answers the monotonic time."""
    commands = {path.parent.name: path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline")}
    (first,) = {os.getpgid(int(pid)) for pid, command in commands.items() if MARK.encode() in command}
    killed_at = time.monotonic()
    os.killpg(first, signal.SIGKILL)
    return killed_at


def moves(armcade: Armcade, driver: BrowserPlayer) -> bool:
    """Drives sideways for a moment; from a hold, which a busy machine brings, it is driven on."""
    if driver.regain(driver.playing()):
        driver.hold({"KeyA"})
    time.sleep(0.8)
    return goal_age_s(armcade) < 0.15


def test_killed_while_the_arm_moves(armcade: Armcade, doomed: Browser, player: BrowserPlayer) -> None:
    before = len(armcade.episodes)
    driver = BrowserPlayer(doomed.new_page(), armcade.url, player.pictures)
    driver.open()
    driver.take_turn("sort_colours", "Doomed")
    driver.begin()
    wait(lambda: moves(armcade, driver), 30, "the arm moves")
    killed_at = kill_chromium()
    assert held_after_s(armcade, killed_at) <= HELD_AFTER_S
    episode = wait_for_file(armcade.home / "episodes", before + 1)[-1]
    assert len(rows(episode, "/action")) > 50, "what was recorded before the kill is kept"
    player.open()
    player.take_turn("sort_colours", "Next")
    assert goal_age_s(armcade) > 1, "something moved before the next player began"
    player.begin()
    player.move_ghost(y_m=0.04)
    player.give_back()
