"""An operator lowers the arm, lets it lie and wakes it; a player is told why nobody can drive meanwhile."""

import re
import time
from collections.abc import Iterator

import pytest
from armcade_process import Armcade
from browser_player import BrowserPlayer
from evidence import truth
from playwright.sync_api import Browser, Page, ViewportSize

pytestmark = [pytest.mark.browser, pytest.mark.timeout(200)]
STILL_RAD = 0.01
LOWERED_WITHIN_MS = 60_000
DESK: ViewportSize = {"width": 1440, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}


@pytest.fixture
def operator(armcade: Armcade, browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport=DESK, locale="en-GB")
    page = context.new_page()
    page.goto(f"{armcade.url}/operate#token={armcade.operator_token}")
    page.wait_for_url("**/operate")
    page.locator("a.cell").first.click()
    page.locator(".state__word").wait_for()
    yield page
    context.close()


@pytest.fixture
def onlooker(armcade: Armcade, browser: Browser) -> Iterator[Page]:
    """Someone in the Chinese lobby, on a phone."""
    context = browser.new_context(viewport=PHONE, locale="zh-CN", has_touch=True)
    page = context.new_page()
    page.goto(armcade.url)
    yield page
    context.close()


def press(page: Page, words: str) -> None:
    page.get_by_role("button", name=words).click()


def joints(armcade: Armcade) -> list[float]:
    return [float(angle) for angle in truth(armcade.run)["joints_rad"]]


def stands(armcade: Armcade, seconds: float) -> bool:
    """Whether no joint moves for so long."""
    before = joints(armcade)
    time.sleep(seconds)
    return all(abs(a - b) < STILL_RAD for a, b in zip(before, joints(armcade), strict=True))


def test_an_operator_lowers_the_arm_and_wakes_it(
    armcade: Armcade, operator: Page, onlooker: Page, player: BrowserPlayer
) -> None:
    shots = player.pictures
    player.open()
    player.take_turn("sort_colours", "Patient")
    player.begin()
    player.press("Escape")

    def says(mode: str) -> None:
        words = operator.locator(".state__word", has_text=re.compile(mode))
        words.wait_for(timeout=LOWERED_WITHIN_MS)

    press(operator, "Lower to rest")
    press(operator, "Yes, lower it")
    # A busy machine may draw its pages so seldom that the lowering is over.
    says("LOWERING|RELEASED")
    player.page.get_by_text(re.compile("being lowered|lies at rest")).first.wait_for()
    operator.screenshot(path=shots / "operate_lowering.png")
    player.shoot("play_lowering")
    says("RELEASED")
    player.page.get_by_text("lies at rest").first.wait_for()
    player.shoot("play_released")
    onlooker.get_by_text("休息中").first.wait_for()
    onlooker.screenshot(path=shots / "lobby_released_phone_zh.png")
    operator.screenshot(path=shots / "operate_released.png")
    operator.set_viewport_size(PHONE)
    operator.screenshot(path=shots / "operate_released_phone.png")
    operator.set_viewport_size(DESK)
    assert stands(armcade, 1.0)
    lying = joints(armcade)
    press(operator, "Wake up")
    press(operator, "Yes, wake it")
    says("IDLE")
    operator.screenshot(path=shots / "operate_woken.png")
    assert stands(armcade, 1.0)
    assert all(abs(a - b) < 2 * STILL_RAD for a, b in zip(lying, joints(armcade), strict=True))
    player.give_back()
