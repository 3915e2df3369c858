"""A person in a real Chromium: signs in, agrees, takes a turn, and drives by trusted input events alone."""

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Locator, Page, sync_playwright

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
]
HOVER_M = 0.085
GRASP_M = 0.016
IN_SLOT_M = 0.015
STANDING_M, TOUCHING_S = 0.004, 1.5
GRIPPER_TRIES, PLACE_TRIES = 5, 3
AXIS_KEYS = {"x_m": ("KeyS", "KeyW"), "y_m": ("KeyD", "KeyA"), "z_m": ("KeyE", "KeyQ")}
Snapshot = dict[str, Any]


@contextmanager
def chromium() -> Iterator[Browser]:
    """A headless Chromium from Debian."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


def wait(condition: Callable[[], object], timeout_s: float, what: str | Callable[[], str]) -> None:
    """Polls; raises AssertionError that says what was waited for."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(
                f"timed out after {timeout_s} s: {what if isinstance(what, str) else what()}"
            )
        time.sleep(0.03)


def nearest_turn(error_rad: float) -> float:
    """The same angle between -pi and pi."""
    return math.remainder(error_rad, math.tau)


class TurnOver(Exception):
    """The page shows no arm to drive any more: a solved puzzle ends a turn while the hand still moves."""


@dataclass
class BrowserPlayer:
    """One page of one person; `held` are the keys that are down, `checked` skips the connection page."""

    page: Page
    url: str
    pictures: Path
    held: set[str] = field(default_factory=set)
    agreed: bool = False
    suffix: str = ""
    checked: bool = True

    def __post_init__(self) -> None:
        """Lets the page believe that this browser has played before."""
        if self.checked:
            self.page.add_init_script("try { localStorage.setItem('armcade.link_checked', '1') } catch {}")

    def shoot(self, name: str) -> None:
        """Keeps a screenshot as an artefact."""
        self.pictures.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=self.pictures / f"{name}{self.suffix}.png")

    def snapshot(self) -> Snapshot:
        """What the play page knows; empty while no play page is open."""
        return dict(self.page.evaluate("() => window.__armcade ? window.__armcade.snapshot() : {}"))

    def open(self, path: str = "/") -> None:
        """Opens a page of the hub."""
        self.page.goto(self.url + path)

    def take_turn(self, puzzle: str, name: str) -> None:
        """Picks a puzzle in the lobby, signs in, reads and agrees, and waits for the turn."""
        self.ask_for_turn(puzzle, name)
        self.page.wait_for_url("**/play/*", timeout=30_000)
        wait(lambda: self.snapshot().get("phase") == "ready", 30, "the arm is the player's")

    def ask_for_turn(self, puzzle: str, name: str) -> None:
        """Picks a puzzle in the lobby, signs in, reads and agrees."""
        self.page.locator(f"[data-puzzle={puzzle}] button").first.click()
        if self.page.locator("input[name=pseudonym]").count() or not self.agreed:
            self.page.locator("input[name=pseudonym]").fill(name)
            self.shoot("sign_in")
            self.page.locator("form button[type=submit]").click()
            self._agree()

    def click_at(self, point: tuple[float, float, float]) -> None:
        """Clicks where a point of the table (metres, arm's base frame) shows in the large picture."""
        pixel = self.page.evaluate("(point) => window.__armcade.pixelOf(point)", list(point))
        self.page.mouse.click(pixel[0], pixel[1])

    def _agree(self) -> None:
        box = self.page.locator("input[name=agree]")
        box.wait_for()
        text = self.page.get_by_role("region").or_(self.page.locator(".consent")).last
        text.hover()
        for _ in range(40):
            if box.is_enabled():
                break
            self.page.mouse.wheel(0, 600)
            time.sleep(0.05)
        self.shoot("consent")
        box.check()
        self.page.locator("form button[type=submit]").click()
        self.agreed = True

    def begin(self) -> None:
        """Takes the controls with Enter and waits until the pieces are laid out."""
        self.press("Enter")
        wait(lambda: self.snapshot().get("phase") == "playing", 40, "the pieces are laid out")
        wait(lambda: self.regain(self.snapshot()), 10, "the arm follows")
        self.steady()

    def steady(self, seconds: float = 1.5, timeout_s: float = 30.0) -> None:
        """Waits until the arm has followed without a hold for this long: a turn's first seconds are busy."""
        deadline, since = time.monotonic() + timeout_s, time.monotonic()
        while time.monotonic() - since < seconds:
            seen = self.snapshot()
            if not self.regain(seen):
                assert time.monotonic() < deadline, (
                    f"the arm does not follow: {seen['mode']}, {seen['cause']}"
                )
                since = time.monotonic()
            time.sleep(0.1)

    def give_back(self) -> None:
        """Gives the turn back before it is over."""
        self.button("Give back").click()
        self.button("End the turn").click()
        self.page.wait_for_url("**/result/*", timeout=30_000)

    def give_back_anyhow(self) -> None:
        """Gives the turn back in whatever language and size the page is."""
        self.page.locator(".chip--quiet").first.click()
        self.page.locator("[role=alertdialog] button").first.click()

    def result(self) -> str:
        """Waits for the result page; answers its text."""
        self.page.wait_for_url("**/result/*", timeout=30_000)
        self.page.locator("main h1").first.wait_for()
        time.sleep(1.0)
        return str(self.page.locator("main").inner_text())

    def button(self, name: str) -> Locator:
        """A button by the words on it."""
        return self.page.get_by_role("button", name=name, exact=False).first

    def playing(self) -> Snapshot:
        """What the page shows while an arm can be driven; raises TurnOver when none can."""
        seen = self.snapshot()
        if "ghostPose" not in seen:
            raise TurnOver
        return seen

    def hold(self, keys: set[str]) -> None:
        """Makes exactly these keys be down."""
        for key in self.held - keys:
            self.page.keyboard.up(key)
        for key in keys - self.held:
            self.page.keyboard.down(key)
        self.held = set(keys)

    def press(self, key: str) -> None:
        """Presses and releases one key."""
        self.page.keyboard.press(key)

    def move_ghost(self, timeout_s: float = 20.0, tolerance_m: float = 0.003, **target: float) -> None:
        """Holds keys until the ghost is at the target coordinates (metres, any of x_m, y_m, z_m)."""
        deadline = time.monotonic() + timeout_s
        while True:
            seen = self.playing()
            pose = seen["ghostPose"]
            if not self.regain(seen):
                assert time.monotonic() < deadline, (
                    f"the arm does not follow: {seen['mode']}, {seen['cause']}"
                )
                continue
            errors = {axis: value - pose[axis] for axis, value in target.items()}
            if all(abs(error) <= tolerance_m for error in errors.values()):
                if not self.held:
                    return
                # Looks once more with the keys up: the ghost goes on until they are.
                self.hold(set())
                time.sleep(0.06)
                continue
            assert time.monotonic() < deadline, f"the ghost stays {errors} from {target}: {pose}"
            self.hold(self._keys_for(errors, tolerance_m))
            time.sleep(0.02)

    def regain(self, seen: Snapshot) -> bool:
        """Lets go, and goes on with Enter, as a person does after a hold; true while the arm follows."""
        if seen["mode"] == "play" and not seen["following"]:
            return True
        self.hold(set())
        if not seen["running"]:
            self.press("Enter")
        time.sleep(0.1)
        return bool(seen["mode"] == "play")

    def _keys_for(self, errors: dict[str, float], tolerance_m: float) -> set[str]:
        keys = {
            AXIS_KEYS[axis][0 if error > 0 else 1]
            for axis, error in errors.items()
            if abs(error) > tolerance_m
        }
        near = max(abs(error) for error in errors.values()) < 0.02
        return keys | {"ShiftLeft"} if near else keys

    def settle(self, timeout_s: float = 10.0, tolerance_m: float = 0.006) -> None:
        """Waits until the measured arm has come to the ghost, or stands because it touches something."""
        stood_at: tuple[float, ...] = ()
        stood_since = 0.0

        def settled() -> bool:
            nonlocal stood_at, stood_since
            seen = self.playing()
            if not self.regain(seen):
                stood_at = ()
                return False
            ghost, arm = (
                tuple(seen[key][axis] for axis in AXIS_KEYS) for key in ("ghostPose", "measuredPose")
            )
            if not stood_at or math.dist(arm, stood_at) > STANDING_M:
                stood_at, stood_since = arm, time.monotonic()
            return math.dist(ghost, arm) < tolerance_m or time.monotonic() - stood_since > TOUCHING_S

        wait(settled, timeout_s, lambda: f"the arm comes to the ghost: {self.snapshot()}")

    def gripper(self, open_it: bool) -> None:
        """Presses Space if the gripper is asked to be the other way, and waits for it to get there."""
        for _ in range(GRIPPER_TRIES):
            if (self.playing()["ghostPose"]["gripper"] > 0.25) != open_it:
                self.press("Space")
            time.sleep(0.9)
            seen = self.playing()
            if self.regain(seen) and (seen["ghostPose"]["gripper"] > 0.25) == open_it:
                return
        raise AssertionError(f"the gripper does not do as asked: {self.snapshot()}")

    def pick_and_place(self, piece: str, slot: tuple[float, float], level: int = 0) -> None:
        """Brings a piece into a slot, looks whether it is there, and tries again as a person would."""
        with suppress(TurnOver):
            for _ in range(PLACE_TRIES):
                self._carry(piece, slot, level)
                if self._placed(piece, slot):
                    return
            raise AssertionError(f"{piece} is not in its slot: {self.snapshot()}")

    def _placed(self, piece: str, slot: tuple[float, float]) -> bool:
        """Whether the referee sees the piece there within a while."""
        deadline = time.monotonic() + 2.0
        while time.monotonic() < deadline:
            found = self.piece(piece)
            if found["placed"] and math.dist((found["x_m"], found["y_m"]), slot) < IN_SLOT_M:
                return True
            time.sleep(0.1)
        return False

    def _carry(self, piece: str, slot: tuple[float, float], level: int) -> None:
        """Above it, down, close, up, across, down, open, up."""
        found = self.piece(piece)
        self.gripper(open_it=True)
        self.move_ghost(z_m=HOVER_M)
        self.move_ghost(x_m=found["x_m"], y_m=found["y_m"])
        self.settle()
        found = self.piece(piece)
        self.move_ghost(x_m=found["x_m"], y_m=found["y_m"])
        # A piece seen at a slant may seem to lie in the table, where neither arm nor ghost can go.
        self.move_ghost(z_m=max(GRASP_M, found["z_m"] + 0.002))
        self.settle()
        self.gripper(open_it=False)
        self.move_ghost(z_m=HOVER_M + 0.03 * level)
        self.move_ghost(x_m=slot[0], y_m=slot[1])
        self.settle()
        self.move_ghost(z_m=GRASP_M + 0.03 * level + 0.004)
        self.settle()
        self.gripper(open_it=True)
        self.move_ghost(z_m=HOVER_M + 0.03 * level)

    def piece(self, name: str) -> dict[str, Any]:
        """Where the referee sees a piece."""
        return next(dict(p) for p in self.playing()["pieces"] if p["piece"] == name)


FAKE_PAD = """
  const button = () => ({ pressed: false, touched: false, value: 0 });
  const pad = { id: "test pad", index: 0, connected: true, mapping: "standard", timestamp: 0,
                axes: [0, 0, 0, 0], buttons: Array.from({ length: 17 }, button), vibrationActuator: null };
  window.__pad = pad;
  Object.defineProperty(navigator, "getGamepads", { value: () => [pad, null, null, null] });
"""
PAD_AXES = {"KeyD": (0, 1), "KeyA": (0, -1), "KeyW": (1, -1), "KeyS": (1, 1), "KeyE": (3, -1), "KeyQ": (3, 1)}
BUTTON_A, BUTTON_FINE, BUTTON_START = 0, 5, 9


class GamepadPlayer(BrowserPlayer):
    """The same person with a gamepad of the standard mapping in hand: no key is ever pressed."""

    def hold(self, keys: set[str]) -> None:
        """Pushes the sticks the way that these keys would."""
        axes = [0.0, 0.0, 0.0, 0.0]
        for key in keys & PAD_AXES.keys():
            at, way = PAD_AXES[key]
            axes[at] = way
        self._set(axes, BUTTON_FINE, "ShiftLeft" in keys)
        self.held = set(keys)

    def press(self, key: str) -> None:
        """Presses the button that does what this key does."""
        button = {"Space": BUTTON_A, "Enter": BUTTON_START}[key]
        self._set([0.0] * 4, button, True)
        time.sleep(0.12)
        self._set([0.0] * 4, button, False)

    def _set(self, axes: list[float], button: int, down: bool) -> None:
        script = "([axes, at, down]) => { const p = window.__pad; p.axes = axes; p.timestamp += 1;"
        script += " p.buttons[at] = { pressed: down, touched: down, value: down ? 1 : 0 }; }"
        self.page.evaluate(script, [axes, button, down])
