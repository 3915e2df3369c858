"""A picture that stands still slows the arm, then holds it, and the page says why, in Chinese too."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from armcade_process import Armcade
from browser_player import BrowserPlayer, wait
from far_browser import FarLink, far
from link.course import Conditions, steady
from playwright.sync_api import Browser

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]
NEAR = steady(Conditions(delay_s=0.0))
STATUS = ".modepill__text, .modepill__limit"
OLD, STILL = "你的画面过旧", "你的画面停住了"
TRIES = 3


@pytest.fixture
def far_player(
    armcade: Armcade, browser: Browser, artefacts: Path
) -> Iterator[tuple[BrowserPlayer, FarLink]]:
    context = browser.new_context(viewport={"width": 1024, "height": 720}, locale="zh-CN")
    page = context.new_page()
    with far(page, NEAR, NEAR) as link:
        yield BrowserPlayer(page, armcade.url, artefacts, suffix="_zh"), link
        context.close()


def freeze(player: BrowserPlayer, link: FarLink) -> str:
    """Freezes the picture until the arm holds and the page says why; answers all that it said meanwhile."""
    link.frozen = False
    player.steady()
    link.frozen = True
    said: list[str] = []

    def told() -> bool:
        said.append(" ".join(player.page.locator(STATUS).all_inner_texts()))
        return STILL in said[-1] and player.snapshot()["mode"] == "hold"

    wait(told, 10, lambda: f"the arm holds and the page says why: {said}")
    return " ".join(said)


def test_who_sees_a_picture_that_stands_still_is_slowed_held_and_told_why(
    far_player: tuple[BrowserPlayer, FarLink],
) -> None:
    player, link = far_player
    player.open()
    player.take_turn("sort_colours", "冻结")
    player.begin()
    # A hold that a busy machine brings in between shows other words: then the picture is frozen once more.
    assert any(OLD in freeze(player, link) for _ in range(TRIES))
    player.shoot("play_frozen")
    stands = player.snapshot()["measuredPose"]["y_m"]
    player.hold({"KeyD"})
    player.page.wait_for_timeout(500)
    assert player.snapshot()["measuredPose"]["y_m"] == pytest.approx(stands, abs=0.002)
    player.hold(set())
    link.frozen = False
    player.steady()
    player.give_back_anyhow()
