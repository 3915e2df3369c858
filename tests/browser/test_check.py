"""Before the first turn of a browser its connection is looked at, in words, and never again unasked."""

from pathlib import Path

import pytest
from armcade_process import Armcade
from browser_player import BrowserPlayer
from playwright.sync_api import Browser

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]
REACHED_AND_MEASURED_MS = 30_000  # four seconds on a quiet machine


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
    newcomer.page.locator(".linkcheck video").wait_for()
    newcomer.shoot("check_measuring")
    newcomer.page.locator(".linkcheck__word").wait_for(timeout=REACHED_AND_MEASURED_MS)
    newcomer.shoot("check")
    figures = newcomer.page.locator(".linkcheck__figures dd").all_inner_texts()
    assert figures[0].endswith(" ms") and figures[4].endswith(" ms"), "round trip and decoding were measured"
    assert "keys and mouse" in figures
    assert newcomer.page.evaluate("() => document.activeElement.tagName") == "BUTTON"
    newcomer.button("sort").click()
    newcomer.page.wait_for_url("**/play/*", timeout=30_000)
    newcomer.give_back_anyhow()
    newcomer.page.wait_for_url("**/result/*", timeout=30_000)
    newcomer.open()
    newcomer.page.get_by_role("link", name="Check my connection").wait_for()
    assert newcomer.page.evaluate("() => localStorage.getItem('armcade.link_checked')") == "1"
    context.close()
    assert errors == []
