"""Cell and player are killed, or stopped by a signal, while the arm moves: it holds every time.

    pytest tests/soak/test_process_cuts.py -m soak -s --kills 200

prints how long after each cut a servo's goal last changed: median, p95, p99 and the worst, by kind of cut.
"""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from armcade_process import Armcade, start, wait_for
from goals import HELD_AFTER_S, goal_age_s, held_after_s

from teleop.play.operator import HubRefusedError, Operator

pytestmark = [pytest.mark.soak, pytest.mark.timeout(7200)]
PLAYER = Path(__file__).parents[1] / "support" / "sweeping_player.py"
CUTS = (
    ("cell", signal.SIGSTOP),
    ("player", signal.SIGSTOP),
    ("cell", signal.SIGKILL),
    ("cell", signal.SIGSTOP),
    ("player", signal.SIGSTOP),
    ("player", signal.SIGKILL),
)


@dataclass
class Stand:
    """A running Armcade and the player at its arm."""

    armcade: Armcade
    player: subprocess.Popen[str] | None = None
    operator: Operator | None = None
    held_s: dict[str, list[float]] = field(default_factory=dict)

    def sweep(self) -> None:
        """Makes sure that somebody's arm moves; takes a new turn when the last one is over."""
        player = self.player
        if player is None or player.poll() is not None:
            self.seat()
        wait_for(lambda: goal_age_s(self.armcade) < 0.1, 20, "the goals change")

    def seat(self) -> None:
        """A new player takes a turn, as soon as the hub gives one."""
        wait_for(self.online, 40, "the cell is there")
        command = [sys.executable, str(PLAYER), self.armcade.url]
        environment = {**os.environ, "PYTHONPATH": str(PLAYER.parents[2])}
        player = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
        assert player.stdout is not None
        assert player.stdout.readline().strip() == "sweeping", "no turn was granted"
        self.player = player

    def online(self) -> bool:
        """Whether the hub sees the cell, with an arm that may be driven."""
        try:
            if self.operator is None:
                # Once: the hub lets nobody sign in many times a minute.
                operator = Operator(self.armcade.url)
                operator.sign_in(self.armcade.operator_token)
                self.operator = operator
            (card,) = self.operator.cells()
        except (HubRefusedError, ValueError):
            return False
        return card.online and card.mode != "latched"

    def pid(self, who: str) -> int:
        """The process to cut; a cell that was killed comes back under a new id."""
        if who == "player":
            assert self.player is not None
            return self.player.pid
        mark = f"teleop.cell\0--config\0{self.armcade.run}".encode()
        (found,) = (p.parent.name for p in Path("/proc").glob("[0-9]*/cmdline") if mark in p.read_bytes())
        return int(found)

    def cut(self, who: str, number: signal.Signals) -> None:
        """Sends the signal, measures until the goals stand, and lets what was only stopped go on."""
        pid = self.pid(who)
        cut_at = time.monotonic()
        os.kill(pid, number)
        try:
            held = held_after_s(self.armcade, cut_at)
        finally:
            if number == signal.SIGSTOP:
                os.kill(pid, signal.SIGCONT)
        self.held_s.setdefault(f"{who} {number.name}", []).append(held)
        if number == signal.SIGKILL:
            self.leave()

    def leave(self) -> None:
        """The player's process ends: its turn cannot go on."""
        if self.player is not None:
            self.player.kill()
            self.player.communicate()
            self.player = None


@pytest.fixture
def stand(tmp_path: Path) -> Iterator[Stand]:
    running = Stand(start(tmp_path / "home"))
    yield running
    running.leave()
    running.armcade.stop()


def test_every_cut_holds_the_arm(stand: Stand, request: pytest.FixtureRequest) -> None:
    when = random.Random(1)
    for number in range(request.config.getoption("--kills")):
        stand.sweep()
        time.sleep(when.uniform(0.1, 0.6))
        stand.cut(*CUTS[number % len(CUTS)])
    for name, held in stand.held_s.items():
        median, p95, p99, worst = np.percentile(np.maximum(held, 0.0), (50, 95, 99, 100)) * 1e3
        spread = f"median {median:5.0f}  p95 {p95:5.0f}  p99 {p99:5.0f}  worst {worst:5.0f} ms"
        print(f"{name:16} {spread}  n {len(held)}")
    late = {name: max(held) for name, held in stand.held_s.items() if max(held) > HELD_AFTER_S}
    assert late == {}, "an arm moved on after a cut"
