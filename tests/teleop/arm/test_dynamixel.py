"""`armcade arm` on emulated Dynamixel arms: the same words, the same output."""

import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import Result
from servo_rig import DynamixelRig
from terminal import Terminal
from typer.testing import CliRunner

from robot_bridge.arms import (
    ArmModel,
    load_arm,
    nominal_calibration,
    rad_to_steps,
    read_calibration,
    write_calibration,
)
from sim_fallback.servo_bus.dynamixel import table
from teleop.arm.hands_on import app

pytestmark = pytest.mark.system
ARMCADE = (sys.executable, "-c", "from teleop.cli import main; main()", "arm")
RIGHT = "\x1b[C"
KOCH, WIDOWX = load_arm("koch_v1_1"), load_arm("widowx_250")
Runs = Callable[..., Result]
Stands = Callable[[ArmModel], DynamixelRig]


@pytest.fixture
def stand(tmp_path: Path) -> Iterator[Stands]:
    """Stands an arm up, as calibrated, in its ready posture, its file where the commands look for it."""
    made: list[DynamixelRig] = []

    def up(model: ArmModel) -> DynamixelRig:
        entries = nominal_calibration(model)
        file = tmp_path / "home" / "arms" / f"{model.name}.json"
        file.parent.mkdir(parents=True)
        write_calibration(file, model, entries)
        rig = DynamixelRig(tmp_path / "bus", model, entries)
        pairs = enumerate(zip(entries, model.ready_rad, strict=True))
        rig.hand[:] = [float(rad_to_steps(model, at, entry, angle)) for at, (entry, angle) in pairs]
        rig.settle()
        made.append(rig)
        return rig

    yield up
    for rig in made:
        rig.close()


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    home = str(tmp_path / "home")
    return {**os.environ, "ARMCADE_HOME": home, "LC_ALL": "C.UTF-8", "TERM": "xterm"}


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Runs:
    """Runs one arm command without a terminal, in English."""
    monkeypatch.setenv("ARMCADE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("TERM", "dumb")
    return lambda *words: CliRunner().invoke(app, [str(word) for word in words])


def test_a_scan_names_every_servo_shadows_included(stand: Stands, run: Runs) -> None:
    rig = stand(WIDOWX)
    done = run("scan", "--arm", "widowx_250", "--port", rig.path)
    assert done.exit_code == 0, done.stdout
    assert "dynamixel-2, 1000000 baud   calibration: widowx_250" in done.stdout
    (row,) = [line.split() for line in done.stdout.splitlines() if "shoulder_shadow" in line]
    assert row[:6] == ["3", "shoulder_shadow", "XM430-W350", "45", "12", "V"] and row[-1] == "none"


def test_the_ids_of_the_arm_are_asked_for_beside_the_usual_ones(stand: Stands, run: Runs) -> None:
    rig = stand(load_arm("omx"))
    (bus,) = json.loads(run("scan", "--arm", "omx", "--port", rig.path, "--json").stdout)
    assert [one["id"] for one in bus["servos"]] == [11, 12, 13, 14, 15]
    assert (bus["calibration"], bus["servos"][0]["registers"]["model"]) == ("omx", 1020)


def test_a_check_tells_registers_by_name_and_address(stand: Stands, run: Runs) -> None:
    rig = stand(WIDOWX)
    rig.poke(5, table.SHADOW_ID, 255)
    done = run("check", "--arm", "widowx_250", "--port", rig.path)
    assert done.exit_code == 1
    rows = [line.split() for line in done.stdout.splitlines() if "WRONG" in line]
    assert ["5", "(elbow_shadow)", "12", "secondary_id", "4", "255", "WRONG"] in rows
    assert "44 velocity_limit" in done.stdout
    assert "armcade arm calibrate" in done.stdout


def test_a_bench_prints_its_figures(stand: Stands, run: Runs) -> None:
    rig = stand(KOCH)
    done = run("bench", "--arm", "koch_v1_1", "--port", rig.path, "--cycles", "5", "--json")
    assert done.exit_code == 0
    told = json.loads(done.stdout)
    assert (told["cycles"], told["missing_answers"]) == (5, 0)
    assert told["wire_ms"] == pytest.approx((14 + 6 + 6 * 34) * 0.01)


def test_a_person_is_led_to_a_file_that_the_servos_carry(
    stand: Stands, environment: dict[str, str], tmp_path: Path
) -> None:
    rig = stand(KOCH)
    rig.hand[:] = [2900.0, 2600.0, 2600.0, 2600.0, 2600.0, 1800.0]
    terminal = Terminal((*ARMCADE, "calibrate", "--arm", KOCH.name, "--port", str(rig.path)), environment)
    try:
        terminal.expect("Press y when you hold it")
        terminal.press("y")
        terminal.expect("near the middle of its range")
        terminal.press("\r")
        terminal.expect("from one end to the other")
        for index, joint in enumerate(KOCH.joints):
            if not joint.full_turn:
                rig.sweep(index, rig.hand[index] - 800, rig.hand[index] + 800)
        terminal.press("\r")
        terminal.expect("Calibration written to the servos")
        assert terminal.wait() == 0
    finally:
        terminal.close()
    entries = read_calibration(tmp_path / "home" / "arms" / "koch_v1_1.json", KOCH)
    assert [one.homing_offset for one in entries] == rig.held(table.HOMING_OFFSET)
    assert [one.homing_offset for one in entries] == [2047 - 2900, *(2047 - 2600,) * 4, 2047 - 1800]
    assert [one.range_max for one in entries] == rig.held(table.MAX_POSITION)
    assert (entries[1].range_min, entries[1].range_max) == pytest.approx((1247, 2847), abs=2)
    assert set(rig.held(table.OPERATING_MODE)) == {table.POSITION_MODE}
    assert rig.torque == [False] * 6


def test_a_joint_is_jogged_and_its_shadow_with_it(stand: Stands, environment: dict[str, str]) -> None:
    rig = stand(WIDOWX)
    terminal = Terminal((*ARMCADE, "jog", "--arm", WIDOWX.name, "--port", str(rig.path)), environment)
    try:
        terminal.expect("Press y to begin")
        assert rig.heard == []
        terminal.press("y")
        terminal.expect("LATCHED")
        held_until(terminal, "r", lambda: "IDLE" in terminal.screen)
        terminal.press("2")
        before = list(rig.hand)
        held_until(terminal, RIGHT, lambda: abs(rig.hand[1] - before[1]) > 15)
        terminal.press("q")
        terminal.expect("The servos keep their torque")
        assert terminal.wait() == 0
    finally:
        terminal.close()
    assert [at for index, at in enumerate(rig.hand) if index != 1] == pytest.approx(
        [at for index, at in enumerate(before) if index != 1], abs=2
    )
    assert set(rig.held(table.TORQUE_ENABLE)) == {1}
    assert rig.chain.servo(3).get(table.GOAL_POSITION) == rig.chain.servo(2).get(table.GOAL_POSITION)


def test_what_keeps_an_arm_from_torque_is_on_the_screen(stand: Stands, environment: dict[str, str]) -> None:
    rig = stand(WIDOWX)
    rig.poke(5, table.SHADOW_ID, 255)
    words = ("jog", "--arm", WIDOWX.name, "--port", str(rig.path), "--lang", "zh")
    terminal = Terminal((*ARMCADE, *words), environment)
    try:
        terminal.expect("按 y 开始")
        terminal.press("y")
        terminal.expect("elbow_shadow does not follow servo 4 (register 12 holds 255)")
        terminal.press("r")
        terminal.expect("用 `armcade arm check` 查看")
        terminal.press("q")
        assert terminal.wait() == 0
    finally:
        terminal.close()
    assert set(rig.held(table.TORQUE_ENABLE)) == {0}


def held_until(terminal: Terminal, key: str, reached: Callable[[], bool]) -> None:
    """Holds a key, as a terminal repeats it, until this is reached."""
    for _ in range(200):
        if reached():
            return
        terminal.hold(key, 0.1)
    raise AssertionError(terminal.screen[-1500:])
