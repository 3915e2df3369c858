"""Guides a person through a calibration: keys and readings in, bars and guidance out."""

import time

from rich.console import Console, RenderableType
from rich.live import Live

from robot_bridge.tools.bars import bars
from robot_bridge.tools.calibrating import (
    Confirmed,
    Entered,
    Event,
    Failed,
    Interrupted,
    Job,
    State,
    start,
    step,
)
from robot_bridge.tools.complaint import ToolFailed
from robot_bridge.tools.texts import Language, pick
from robot_bridge.tools.workbench import Workbench
from teleop.arm import draw_bars
from teleop.arm.guidance import GUIDANCE, RESUMED, note
from teleop.arm.keyboard import Keyboard

_POLL_S = 0.02
_KEEP_S = 1.0
_DRAW_S = 0.08
_ENDED = ("done", "stopped", "failed")
_EVENTS: dict[str, Event] = {
    "y": Confirmed(),
    "enter": Entered(),
    "a": Entered(anyway=True),
    "ctrl-c": Interrupted(),
    "ctrl-d": Interrupted(),
}


class CalibrateScreen:
    """One calibration on one terminal."""

    def __init__(self, bench: Workbench, todo: Job, console: Console, language: Language) -> None:
        """Begins where an unfinished calibration ended, if its offsets are still in the servos."""
        self._bench, self._todo, self._console = bench, todo, console
        self._language: Language = language
        self._state = start(todo, bench.saved)

    def run(self, keyboard: Keyboard) -> State:
        """Goes on until the calibration is done, stopped or failed."""
        kept_s = drawn_s = time.monotonic()
        with Live(self._drawn(), console=self._console, auto_refresh=False) as live:
            while self._state.phase not in _ENDED:
                for key in keyboard.keys(_POLL_S):
                    if key in _EVENTS:
                        self._take(_EVENTS[key], live)
                if self._state.phase in ("middle", "sweep"):
                    self._take(self._bench.positions(), live)
                if time.monotonic() - kept_s > _KEEP_S:
                    kept_s = time.monotonic()
                    self._keep()
                if time.monotonic() - drawn_s > _DRAW_S:
                    drawn_s = time.monotonic()
                    live.update(self._drawn(), refresh=True)
            live.update(self._drawn(), refresh=True)
        self._keep()
        return self._state

    def _take(self, event: Event, live: Live) -> None:
        """Takes an event and all that follows from it; the screen shows what the servos are doing."""
        self._state, effects = step(self._todo, self._state, event)
        for effect in effects:
            live.update(self._drawn(), refresh=True)
            self._take(self._bench.carry_out(effect), live)

    def _keep(self) -> None:
        if self._state.phase == "done":
            return
        try:
            self._bench.keep(self._state)
        except ToolFailed as failed:
            self._state, _ = step(self._todo, self._state, Failed(failed.complaint))

    def _drawn(self) -> RenderableType:
        state, language = self._state, self._language
        width = max(16, min(48, self._console.width - 56))
        live = state.phase in ("middle", "home", "sweep", "store")
        body = draw_bars.bars(bars(self._todo, state, width), language) if live else None
        said = note(state.note, state.named, language)
        if state.phase == "warn" and state.saved is not None:
            said = pick(RESUMED, language)
        return draw_bars.guided("armcade arm calibrate", pick(GUIDANCE[state.phase], language), said, body)
