"""Before the first turn of a browser its connection is looked at, in words, and never again unasked."""

from pathlib import Path

import pytest
from armcade_process import Armcade
from browser_player import BrowserPlayer
from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.timeout(200)]
ANSWERED_WITHIN_MS = 40_000  # four seconds on a quiet machine
TRIES = 3


def figures(page: Page) -> list[str]:
    """What the check measured; it is made again when a busy machine kept the arm out of reach."""
    for _ in range(TRIES):
        page.locator(".linkcheck__word").wait_for(timeout=ANSWERED_WITHIN_MS)
        found = page.locator(".linkcheck__figures dd").all_inner_texts()
        if found[4].endswith(" ms"):
            break
        page.get_by_role("button", name="Check again").click()
        page.locator(".linkcheck__bar").wait_for()
    return found


def test_the_connection_is_checked_before_the_first_turn(
    armcade: Armcade, browser: Browser, artefacts: Path
) -> None:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB")
    newcomer = BrowserPlayer(context.new_page(), armcade.url, artefacts, checked=False)
    errors: list[str] = []
    newcomer.page.on("pageerror", lambda error: errors.append(str(error)))
    newcomer.open()
    newcomer.ask_for_turn("sort_colours", "New")
    newcomer.page.wait_for_url("**/check/*/sort_colours")
    found = figures(newcomer.page)
    assert found[0].endswith(" ms") and found[4].endswith(" ms"), "round trip and decoding were measured"
    assert found[6] == "H.264, VP8" and found[7] == "keys and mouse"
    assert newcomer.page.evaluate("() => document.activeElement.tagName") == "BUTTON"
    newcomer.shoot("check")
    newcomer.button("Sort the colours").click()
    newcomer.page.wait_for_url("**/play/*", timeout=30_000)
    newcomer.give_back_anyhow()
    newcomer.page.wait_for_url("**/result/*", timeout=30_000)
    assert newcomer.page.evaluate("() => localStorage.getItem('armcade.link_checked')") == "1"
    context.close()
    assert errors == []
