"""The page of reactions, clicked: a turn, a broken bus, its repair, and the reset that names the stop."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

pytestmark = pytest.mark.browser
PAGE = Path(__file__).resolve().parents[2] / "docs" / "reactions.html"
RESET = "An operator resets the stop in force"
START = "The next player starts"


def test_faults_can_be_clicked_and_their_reaction_seen(browser: Browser) -> None:
    page = browser.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(PAGE.as_uri())
    for text, mode in (
        (START, "latched"),
        (RESET, "idle"),
        (START, "play"),
        ("No contact with the servos", "latched"),
        (RESET, "latched"),
        ("What was wrong is mended", "latched"),
        (RESET, "idle"),
        ("A copy of the last start arrives", "idle"),
        (START, "play"),
        ("No commands arrive", "hold"),
    ):
        page.get_by_role("button", name=text, exact=True).click()
        assert page.locator("#mode").inner_text() == mode, text
    for button in page.get_by_role("button").all():
        button.click()
    assert "fault_bus_lost" in page.locator("#log").inner_text()
    page.close()
    assert errors == []
