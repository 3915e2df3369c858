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


@pytest.fixture
def far_player(
    armcade: Armcade, browser: Browser, artefacts: Path
) -> Iterator[tuple[BrowserPlayer, FarLink]]:
    context = browser.new_context(viewport={"width": 1024, "height": 720}, locale="zh-CN")
    page = context.new_page()
    with far(page, NEAR, NEAR) as link:
        yield BrowserPlayer(page, armcade.url, artefacts, suffix="_zh"), link
        context.close()


def test_who_sees_a_picture_that_stands_still_is_slowed_held_and_told_why(
    far_player: tuple[BrowserPlayer, FarLink],
) -> None:
    player, link = far_player
    player.open()
    player.take_turn("sort_colours", "冻结")
    player.begin()
    said: list[str] = []

    def told(words: str) -> bool:
        said.append(" ".join(player.page.locator(STATUS).all_inner_texts()))
        return any(words in one for one in said)

    link.frozen = True
    player.hold({"KeyD"})
    wait(lambda: told("你的画面停住了"), 10, lambda: f"the page says why it holds: {said}")
    player.shoot("play_frozen")
    wait(lambda: player.snapshot()["mode"] == "hold", 5, "the arm holds")
    stands = player.snapshot()["measuredPose"]["y_m"]
    player.hold(set())
    player.hold({"KeyD"})
    player.page.wait_for_timeout(500)
    assert player.snapshot()["measuredPose"]["y_m"] == pytest.approx(stands, abs=0.002)
    player.hold(set())
    assert any("你的画面过旧" in one for one in said), said
    link.frozen = False
    player.steady()
    player.give_back_anyhow()
