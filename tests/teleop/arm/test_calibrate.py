"""`armcade arm calibrate` in a terminal, an emulated arm moved by hand, and what an interruption leaves."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from servo_rig import Rig
from terminal import Terminal

from robot_bridge.arms import ArmModel, read_calibration
from robot_bridge.tools.complaint import Named
from robot_bridge.tools.dialect import FEETECH_STS
from robot_bridge.tools.servo_link import ServoLink
from robot_bridge.tools.unfinished import beside

pytestmark = pytest.mark.system
ARMCADE = (sys.executable, "-c", "from teleop.cli import main; main()", "arm")
MIDDLE, HALF = 3000.0, 1000.0
Starts = Callable[..., Terminal]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "home" / "arms" / "so101.json"


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return {**os.environ, "ARMCADE_HOME": str(tmp_path / "home"), "LC_ALL": "C.UTF-8", "TERM": "xterm"}


@pytest.fixture
def calibrate(rig: Rig, environment: dict[str, str]) -> Iterator[Starts]:
    """Starts the command in a terminal, the arm lying where nobody calibrated it."""
    rig.hand[:] = [MIDDLE] * 6
    running: list[Terminal] = []

    def start(*words: str) -> Terminal:
        command = (*ARMCADE, "calibrate", "--port", str(rig.path), *words)
        running.append(Terminal(command, environment))
        return running[-1]

    yield start
    for terminal in running:
        terminal.close()


def held(rig: Rig, model: ArmModel, name: str) -> list[int]:
    """What the servos hold in one register."""
    with ServoLink(str(rig.path), 1_000_000, FEETECH_STS) as link:
        return [link.read(Named(one.servo_id), FEETECH_STS.registers[name]) for one in model.joints]


def sweep_all(rig: Rig, model: ArmModel) -> None:
    """Moves every joint that has ends from one to the other."""
    for index, joint in enumerate(model.joints):
        if not joint.full_turn:
            rig.sweep(index, MIDDLE - HALF, MIDDLE + HALF)


def test_a_person_is_led_to_a_file_that_the_servos_carry(
    rig: Rig, calibrate: Starts, model: ArmModel, file: Path
) -> None:
    terminal = calibrate()
    terminal.expect("Press y when you hold it")
    assert {data[4] for data in rig.chain.heard} == {0x02}
    terminal.press("y")
    terminal.expect("near the middle of its range")
    terminal.press("\r")
    terminal.expect("from one end to the other")
    terminal.press("\r")
    terminal.expect("Not swept far enough yet: shoulder_pan")
    sweep_all(rig, model)
    terminal.press("\r")
    terminal.expect("Calibration written to the servos")
    assert terminal.wait() == 0
    entries = read_calibration(file, model)
    assert [one.homing_offset for one in entries] == [953] * 6 == held(rig, model, "homing_offset")
    assert (entries[4].range_min, entries[4].range_max) == (0, 4095)
    for one in (*entries[:4], entries[5]):
        assert one.range_min == pytest.approx(2047 - HALF, abs=2)
        assert one.range_max == pytest.approx(2047 + HALF, abs=2)
    assert held(rig, model, "min_position") == [one.range_min for one in entries]
    assert not beside(file).exists()
    assert rig.torque == [False] * 6


def test_an_interrupted_one_says_what_it_left_goes_on_and_can_be_put_back(
    rig: Rig, calibrate: Starts, model: ArmModel, file: Path
) -> None:
    before = held(rig, model, "min_position")
    terminal = calibrate()
    terminal.expect("Press y when you hold it")
    terminal.press("y")
    terminal.expect("near the middle of its range")
    terminal.press("\r")
    terminal.expect("from one end to the other")
    terminal.press("\x03")
    terminal.expect("The torque is OFF")
    assert terminal.wait() == 130
    assert not file.exists()
    again = calibrate("--lang", "zh")
    again.expect("将从中断处继续")
    again.press("y")
    again.expect("用手缓慢地")
    again.hang_up()
    assert again.wait() in (129, 130)
    restoring = calibrate("--restore")
    restoring.expect("Press y when you hold it")
    restoring.press("y")
    restoring.expect("what they held before")
    assert restoring.wait() == 0
    assert held(rig, model, "min_position") == before
    assert held(rig, model, "homing_offset") == [0] * 6


def test_leaving_before_holding_the_arm_changes_nothing(rig: Rig, calibrate: Starts, file: Path) -> None:
    terminal = calibrate()
    terminal.expect("Press y when you hold it")
    terminal.press("\x03")
    terminal.expect("Nothing was changed.")
    assert terminal.wait() == 130
    assert {data[4] for data in rig.chain.heard} == {0x02}
    assert not beside(file).exists()


def test_a_servo_that_refuses_ends_it_with_servo_register_and_advice(rig: Rig, calibrate: Starts) -> None:
    rig.chain.refused = frozenset({(4, 31)})
    terminal = calibrate()
    terminal.expect("Press y when you hold it")
    terminal.press("y")
    terminal.expect("near the middle of its range")
    terminal.press("\r")
    terminal.expect("Servo 4 (wrist_flex), register 31 homing_offset: expected 953 steps, found 0 steps.")
    terminal.expect("power off and on")
    assert terminal.wait() == 2


def test_nothing_unfinished_cannot_be_put_back(calibrate: Starts) -> None:
    terminal = calibrate("--restore")
    terminal.expect("There is no unfinished calibration")
    assert terminal.wait() == 2


def test_without_a_terminal_nothing_is_asked_of_the_servos(rig: Rig, environment: dict[str, str]) -> None:
    done = subprocess.run(
        [*ARMCADE, "calibrate", "--port", str(rig.path)],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "This needs a terminal" in done.stderr
    assert "ssh -t" in done.stderr
    assert rig.chain.heard == []
