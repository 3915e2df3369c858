"""Every page in both languages and at both sizes, looked at by the eye (screenshots) and by a few facts."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from armcade_process import Armcade, wait_for
from browser_player import BrowserPlayer, wait
from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
SIZES = {"desk": (1440, 900), "phone": (390, 844)}
LANGUAGES = {"en": "en-GB", "zh": "zh-CN"}


@pytest.fixture(scope="module")
def episode(armcade: Armcade, browser: Browser) -> str:
    """The newest episode; one is played by a click when there is none yet."""
    if not armcade.episodes:
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        player = BrowserPlayer(page, armcade.url, armcade.home)
        player.open()
        player.take_turn("sort_colours", "Grace")
        player.begin()
        player.move_ghost(y_m=0.08)
        player.give_back()
        page.close()
        wait_for(lambda: armcade.episodes, 20, "an episode")
    return armcade.episodes[-1].stem


@pytest.fixture(params=[(size, language) for size in SIZES for language in LANGUAGES], ids="-".join)
def seen(request: pytest.FixtureRequest, armcade: Armcade, browser: Browser) -> Iterator[BrowserPlayer]:
    size, language = request.param
    width, height = SIZES[size]
    context = browser.new_context(
        viewport={"width": width, "height": height}, locale=LANGUAGES[language], has_touch=size == "phone"
    )
    page = context.new_page()
    player = BrowserPlayer(
        page, armcade.url, request.getfixturevalue("artefacts"), suffix=f"_{size}_{language}"
    )
    yield player
    context.close()


def fits(page: Page) -> bool:
    """Nothing sticks out sideways."""
    return bool(page.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth + 1"))


def test_screenshots_of_the_lobby(seen: BrowserPlayer) -> None:
    seen.open()
    seen.page.locator("[data-puzzle]").nth(2).wait_for()
    seen.shoot("lobby")
    assert fits(seen.page)


@pytest.mark.parametrize("seen", [("desk", "zh"), ("phone", "en")], ids="-".join, indirect=True)
def test_screenshots_of_the_play_page(seen: BrowserPlayer) -> None:
    """Each size and each language once, as every turn takes time; others play in English at a desk."""
    seen.open()
    seen.take_turn("tower", "")
    seen.shoot("play_ready")
    seen.begin()
    seen.move_ghost(y_m=0.05, z_m=0.09)
    seen.shoot("play")
    assert fits(seen.page)
    seen.give_back_anyhow()
    seen.page.wait_for_url("**/result/*", timeout=30_000)
    seen.page.locator("main h1").first.wait_for()
    seen.shoot("result")
    assert fits(seen.page)


def test_screenshots_of_the_operator_page(seen: BrowserPlayer, armcade: Armcade) -> None:
    seen.open(f"/operate#token={armcade.operator_token}")
    seen.page.wait_for_url("**/operate")
    seen.shoot("operate_list")
    seen.open("/operate/home")
    seen.page.locator("video").first.wait_for()
    seen.page.wait_for_timeout(2500)
    seen.shoot("operate")
    assert armcade.operator_token not in seen.page.url
    assert fits(seen.page)


def test_screenshots_of_the_episode_pages(seen: BrowserPlayer, armcade: Armcade, episode: str) -> None:
    seen.open(f"/episodes#token={armcade.researcher_token}")
    seen.page.locator(f"a[href*='{episode}']").first.wait_for()
    seen.shoot("episodes")
    assert fits(seen.page)
    seen.open(f"/episodes/{episode}")
    playable = "() => [...document.querySelectorAll('video')].filter(v => v.readyState >= 2).length"
    wait(lambda: seen.page.evaluate(playable) == 2, 30, "both videos can be shown")
    seen.page.locator("canvas").first.wait_for()
    seen.page.locator(".plot__seen").first.wait_for(state="attached")
    first = seen.page.locator("[data-segment='0']")
    proposed = first.get_attribute("class")
    first.press("4")
    wait(lambda: "segment--miss" in (first.get_attribute("class") or ""), 5, "a key labels the sub-task")
    first.press("Control+z")
    wait(lambda: first.get_attribute("class") == proposed, 5, "the label is undone")
    before = seen.page.evaluate("() => document.querySelector('video').currentTime")
    seen.page.locator(".transport button").first.click()
    moved = "() => document.querySelector('video').currentTime"
    wait(lambda: seen.page.evaluate(moved) > before, 10, "the replay runs")
    seen.shoot("episode")
    assert fits(seen.page)


def test_screenshots_of_a_search_and_its_export(
    armcade: Armcade, browser: Browser, episode: str, artefacts: Path
) -> None:
    """Searched, narrowed, shared by its address, exported, and followed to the end; at one size."""
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    seen = BrowserPlayer(page, armcade.url, artefacts, suffix="_desk_en")
    seen.open(f"/episodes?text={episode}#token={armcade.researcher_token}")
    page.locator(f"a[href*='{episode}']").first.wait_for()
    page.locator(".facet__value input").first.check()
    page.wait_for_url("**puzzle=*")
    page.locator(".start__card summary").click()
    page.locator(".start textarea").fill('version = 1\nname = "none"\nlabels = ["unheard_of"]')
    page.locator(".start select").first.select_option("mcap")
    page.locator(".start button").click()
    page.wait_for_url("**/exports")
    page.locator(".export__counts").wait_for()
    assert "0 kept + 1 left out = 1 chosen" in page.locator(".export__counts").inner_text()
    seen.shoot("exports")
    assert fits(page)
    page.close()
