"""Jogs joints from the keyboard through a running bridge: keys in, commands out, its state on the screen."""

import secrets
import select
import time

from rich.console import Console
from rich.live import Live

from robot_bridge.arms import ArmModel
from robot_bridge.tools.bridge_child import BridgeChild
from robot_bridge.tools.jogging import BEAT_NS, Beat, Event, Jog, Key, Refused, Seen, lines, step
from robot_bridge.tools.texts import Language
from robot_bridge.wire.state import ArmState, Notice
from teleop.arm import draw_jog
from teleop.arm.keyboard import Keyboard

_DRAW_NS = 80_000_000
_KEYS = {
    "left": "left",
    "right": "right",
    "-": "left",
    "+": "right",
    "=": "right",
    "up": "up",
    "down": "down",
    "tab": "down",
    "space": "stop",
    "escape": "stop",
    "r": "reset",
    "[": "slower",
    "]": "faster",
    "q": "end",
    "ctrl-c": "end",
    "ctrl-d": "end",
}


class JogScreen:
    """One jogging session on one terminal; whatever ends it, the last command to the bridge is a stop."""

    def __init__(self, child: BridgeChild, model: ArmModel, console: Console, language: Language) -> None:
        """Nothing is asked of the bridge yet."""
        self._child, self._model, self._console = child, model, console
        self._language: Language = language
        self._jog = Jog(secrets.token_hex(3))

    def run(self, keyboard: Keyboard) -> Jog:
        """Goes on until a key ends it; raises ToolFailed when the bridge ends first."""
        beat_ns = drawn_ns = time.monotonic_ns()
        with Live(console=self._console, auto_refresh=False) as live:
            while not self._jog.ended:
                wait_ns = max(0, beat_ns - time.monotonic_ns())
                select.select([keyboard.fileno(), self._child.fileno()], [], [], wait_ns / 1e9)
                self._press(keyboard)
                self._listen()
                now_ns = time.monotonic_ns()
                if now_ns >= beat_ns and not self._jog.ended:
                    beat_ns = now_ns + BEAT_NS
                    self._take(Beat())
                if now_ns - drawn_ns >= _DRAW_NS:
                    drawn_ns = now_ns
                    rows, said = lines(self._model, self._jog), self._child.bus_note()
                    live.update(draw_jog.jog(self._jog, rows, self._language, said), refresh=True)
        return self._jog

    def _press(self, keyboard: Keyboard) -> None:
        for name in keyboard.keys(0.0):
            key = _KEYS.get(name, name if name.isdecimal() else "")
            if key and not self._jog.ended:
                self._take(Key(key))

    def _listen(self) -> None:
        for message in self._child.receive():
            if isinstance(message, ArmState):
                self._take(Seen(message))
            elif isinstance(message, Notice):
                self._take(Refused(message.reason))

    def _take(self, event: Event) -> None:
        self._jog, commands = step(self._model, self._jog, event, time.monotonic_ns())
        for command in commands:
            self._child.send(command)
