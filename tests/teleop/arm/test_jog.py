"""`armcade arm jog` in a terminal against an emulated arm: hold to run, stop, reset, and every way to end."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from servo_rig import Rig
from terminal import Terminal

from robot_bridge.arms import ArmModel, load_arm, nominal_calibration, rad_to_steps, write_calibration

pytestmark = pytest.mark.system
ARMCADE = (sys.executable, "-c", "from teleop.cli import main; main()", "arm")
RIGHT, LEFT = "\x1b[C", "\x1b[D"
SO101 = load_arm("so101")
READY = [
    float(rad_to_steps(SO101, number, entry, SO101.ready_rad[number]))
    for number, entry in enumerate(nominal_calibration(SO101))
]


@pytest.fixture
def environment(tmp_path: Path, model: ArmModel) -> dict[str, str]:
    file = tmp_path / "home" / "arms" / "so101.json"
    file.parent.mkdir(parents=True)
    write_calibration(file, model, nominal_calibration(model))
    home = str(tmp_path / "home")
    return {**os.environ, "ARMCADE_HOME": home, "LC_ALL": "C.UTF-8", "TERM": "xterm"}


@pytest.fixture
def jog(rig: Rig, environment: dict[str, str]) -> Iterator[Terminal]:
    """The command, up to its warning; the arm stands ready, where its tool is within the workspace."""
    rig.hand[:] = READY
    terminal = Terminal((*ARMCADE, "jog", "--port", str(rig.path)), environment)
    terminal.expect("Press y to begin")
    yield terminal
    terminal.close()


@pytest.fixture
def moving(rig: Rig, jog: Terminal) -> Terminal:
    """The command with the boot's latch reset and the first joint moved to the right."""
    jog.press("y")
    jog.expect("LATCHED")
    until(jog, "r", lambda: "IDLE" in jog.screen)
    before = rig.hand[0]
    until(jog, RIGHT, lambda: abs(rig.hand[0] - before) > 20)
    return jog


def until(terminal: Terminal, key: str, reached: Callable[[], bool]) -> None:
    """Holds a key, as a terminal repeats it, until this is reached."""
    ends_s = time.monotonic() + 20.0
    while not reached():
        assert time.monotonic() < ends_s, terminal.screen[-1500:]
        terminal.press(key)
        time.sleep(0.033)


def still(rig: Rig) -> list[float]:
    """Where the arm is once it has come to rest."""
    ends_s = time.monotonic() + 10.0
    while time.monotonic() < ends_s:
        before = list(rig.hand)
        time.sleep(0.3)
        if before == rig.hand:
            return before
    raise AssertionError(f"the arm goes on: {rig.hand}")


def test_nothing_happens_to_the_servos_before_the_person_agrees(rig: Rig, jog: Terminal) -> None:
    jog.press("\x03")
    assert jog.wait() == 130
    assert rig.chain.heard == []
    assert rig.torque == [False] * 6


def test_a_joint_moves_while_its_key_is_held_and_no_other(rig: Rig, moving: Terminal) -> None:
    at = still(rig)
    assert at[1:] == pytest.approx(READY[1:], abs=2)
    until(moving, LEFT, lambda: rig.hand[0] < at[0] - 20 or rig.hand[0] > at[0] + 20)
    rested = still(rig)
    moving.expect("HOLD")
    moving.press("2")
    assert still(rig) == rested


def test_space_stops_until_the_stop_shown_is_reset(rig: Rig, moving: Terminal) -> None:
    moving.forget()
    moving.press(" ")
    moving.expect("LATCHED")
    moving.expect("jog-")
    at = still(rig)
    moving.press(RIGHT * 5)
    moving.expect("press r first")
    assert still(rig) == at
    moving.forget()
    moving.press("r")
    moving.expect("IDLE")
    assert still(rig) == at


def test_the_end_is_a_stop_under_torque(rig: Rig, moving: Terminal) -> None:
    moving.press("q")
    moving.expect("The servos keep their torque")
    assert moving.wait() == 0
    still(rig)
    assert rig.torque == [True] * 6


def test_a_lost_terminal_ends_it_and_its_bridge_with_the_arm_held(rig: Rig, moving: Terminal) -> None:
    moving.hang_up()
    assert moving.wait() in (0, 129)
    still(rig)
    assert rig.torque == [True] * 6
    assert_port_is_free(rig)


def test_a_killed_one_takes_its_bridge_along_with_the_arm_held(rig: Rig, moving: Terminal) -> None:
    os.kill(moving.pid, signal.SIGKILL)
    still(rig)
    assert rig.torque == [True] * 6
    assert_port_is_free(rig)


def test_an_unplugged_arm_is_told(rig: Rig, moving: Terminal) -> None:
    moving.forget()
    rig.bus.unplug()
    moving.expect("bus_lost")
    moving.press("q")
    assert moving.wait() == 0


def assert_port_is_free(rig: Rig) -> None:
    """Waits until nobody asks the servos any more."""
    ends_s = time.monotonic() + 20.0
    while time.monotonic() < ends_s:
        asked = len(rig.chain.heard)
        time.sleep(0.3)
        if asked == len(rig.chain.heard):
            return
    raise AssertionError("the bridge goes on")


@pytest.mark.parametrize("missing", ["terminal", "calibration"])
def test_what_jogging_needs_is_asked_for_before_the_bridge_starts(
    rig: Rig, environment: dict[str, str], tmp_path: Path, missing: str
) -> None:
    if missing == "calibration":
        (tmp_path / "home" / "arms" / "so101.json").unlink()
    done = subprocess.run(
        [*ARMCADE, "jog", "--port", str(rig.path)],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert {"terminal": "needs a terminal", "calibration": "Calibrate anew"}[missing] in done.stderr
    assert rig.chain.heard == []
