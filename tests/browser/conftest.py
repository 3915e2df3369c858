"""One running Armcade and one Chromium for all browser tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from armcade_process import Armcade, start
from browser_player import BrowserPlayer, chromium
from playwright.sync_api import Browser

ARTEFACTS = Path(__file__).resolve().parents[2] / "artefacts" / "screenshots"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--turns", type=int, default=1, help="how many turns in a row the key player plays")


@pytest.fixture(scope="session")
def armcade(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Armcade]:
    running = start(tmp_path_factory.mktemp("browser") / "home")
    yield running
    running.stop()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture(scope="session")
def artefacts() -> Path:
    return ARTEFACTS


@pytest.fixture
def player(armcade: Armcade, browser: Browser) -> Iterator[BrowserPlayer]:
    context = browser.new_context(viewport={"width": 1024, "height": 720}, locale="en-GB")
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield BrowserPlayer(page, armcade.url, ARTEFACTS)
    page.close()
    context.close()
    assert errors == []
