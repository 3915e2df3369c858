"""`armcade arm scan`, `check`, `bench` and `udev` as a builder runs them: words, JSON, exit codes."""

import errno
import json
import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from servo_rig import Rig
from typer.testing import CliRunner

from robot_bridge.arms import ArmModel, nominal_calibration, write_calibration
from robot_bridge.tools.ports import Candidate
from robot_bridge.tools.udev import rules
from teleop.arm import commands
from teleop.arm.hands_on import app

Runs = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Runs:
    """Runs one arm command without a terminal, in English, with a home of its own."""
    monkeypatch.setenv("ARMCADE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("TERM", "dumb")
    return lambda *words: CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture
def calibrated(tmp_path: Path, model: ArmModel) -> Path:
    """The rig's calibration, where the commands look for it."""
    file = tmp_path / "home" / "arms" / "so101.json"
    file.parent.mkdir(parents=True)
    write_calibration(file, model, nominal_calibration(model))
    return file


@pytest.mark.system
def test_a_scan_names_port_servos_and_arm(rig: Rig, run: Runs, calibrated: Path) -> None:
    done = run("scan", "--port", rig.path)
    assert done.exit_code == 0
    assert "feetech-sts, 1000000 baud   calibration: so101" in done.stdout
    (row,) = [line for line in done.stdout.splitlines() if "elbow_flex" in line]
    assert row.split() == ["3", "elbow_flex", "STS3215", "3.10", "7.4", "V", "25", "C", "2047", "off", "none"]


@pytest.mark.system
def test_a_scan_tells_of_a_servo_that_cannot_be_read(rig: Rig, run: Runs) -> None:
    rig.chain.garbled = frozenset({2})
    done = run("scan", "--port", rig.path, "--ids", "1,2-3")
    assert done.exit_code == 1
    assert "unreadable" in done.stdout
    assert "Servo 2 on" in done.stdout
    assert "not known on this machine" in done.stdout


@pytest.mark.system
def test_a_scan_without_answers_asks_for_power(rig: Rig, run: Runs) -> None:
    rig.chain.mute(frozenset(range(1, 7)))
    done = run("scan", "--port", rig.path, "--ids", "1")
    assert done.exit_code == 1
    assert "Is the servos' power on?" in done.stdout


@pytest.mark.system
def test_noise_is_told_from_silence(rig: Rig, run: Runs) -> None:
    rig.chain.noise = b"\x55"
    done = run("scan", "--port", rig.path, "--ids", "9")
    assert done.exit_code == 1
    assert "no protocol explains it" in done.stdout


@pytest.mark.system
def test_a_scan_prints_json_with_every_register(rig: Rig, run: Runs, calibrated: Path) -> None:
    (bus,) = json.loads(run("scan", "--port", rig.path, "--json").stdout)
    assert (bus["baud"], bus["calibration"]) == (1_000_000, "so101")
    assert [servo["registers"]["model"] for servo in bus["servos"]] == [777] * 6


@pytest.mark.system
def test_a_port_is_told_by_its_other_names_too(rig: Rig, run: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    listed = (Candidate(str(rig.path), ("/dev/ttyACM7",)),)
    monkeypatch.setattr(commands, "list_ports", lambda: listed)
    done = run("scan", "--ids", "1")
    assert f"{rig.path}  /dev/ttyACM7" in done.stdout


def test_a_scan_of_a_missing_port_says_what_to_do(run: Runs, tmp_path: Path) -> None:
    done = run("scan", "--port", tmp_path / "none")
    assert done.exit_code == 1
    assert f"There is no port {tmp_path / 'none'}." in done.stdout
    assert "→ Plug the board's USB cable in" in done.stdout


@pytest.mark.parametrize("ids", ["x", "1-", "1-300", "9-3", ""])
def test_ids_that_are_none_are_refused(run: Runs, tmp_path: Path, ids: str) -> None:
    assert run("scan", "--port", tmp_path / "none", "--ids", ids).exit_code == 2


@pytest.mark.system
def test_an_arm_as_calibrated_passes_the_check(rig: Rig, run: Runs, calibrated: Path) -> None:
    done = run("check", "--port", rig.path)
    assert (done.exit_code, done.stdout.strip()) == (0, "138 registers: 138 ok, 0 notice, 0 wrong")
    every = run("check", "--port", rig.path, "--all")
    assert every.exit_code == 0
    assert "48 torque_limit" in every.stdout


@pytest.mark.system
def test_a_check_names_servo_register_both_values_and_advice(rig: Rig, run: Runs, calibrated: Path) -> None:
    rig.poke(2, 33, b"\x01")
    done = run("check", "--port", rig.path)
    assert done.exit_code == 1
    (row,) = [line.split() for line in done.stdout.splitlines() if "WRONG" in line]
    assert row == ["2", "(shoulder_lift)", "33", "mode", "0", "1", "WRONG"]
    assert "→ Set the maker's value" in done.stdout


@pytest.mark.system
def test_a_check_without_calibration_says_so(rig: Rig, run: Runs) -> None:
    done = run("check", "--port", rig.path)
    assert done.exit_code == 0
    assert "offsets and limits were not compared" in done.stdout


@pytest.mark.system
def test_a_check_prints_json(rig: Rig, run: Runs, calibrated: Path) -> None:
    rows = json.loads(run("check", "--port", rig.path, "--json").stdout)
    assert {row["verdict"] for row in rows} == {"ok"}
    assert rows[0]["servo"] == "1 (shoulder_pan)"


@pytest.mark.system
def test_a_bench_prints_wire_and_measured_times(rig: Rig, run: Runs) -> None:
    done = run("bench", "--port", rig.path, "--cycles", "5")
    assert done.exit_code == 0
    assert f"{rig.path}, feetech-sts, 1000000 baud" in done.stdout
    assert "5 cycles" in done.stdout
    assert "missing answers 0 (0.00%)" in done.stdout


@pytest.mark.system
def test_a_bench_with_missing_answers_tells_in_json_and_exit_code(rig: Rig, run: Runs) -> None:
    rig.chain.mute(frozenset({2}))
    done = run("bench", "--port", rig.path, "--cycles", "2", "--json")
    assert done.exit_code == 1
    told = json.loads(done.stdout)
    assert (told["cycles"], told["missing_answers"], told["wire_ms"]) == (2, 2, pytest.approx(1.4))


@pytest.mark.system
def test_ctrl_c_ends_a_bench_with_what_it_has(rig: Rig, run: Runs) -> None:
    rig.chain.at(60, lambda: os.kill(os.getpid(), signal.SIGINT))
    done = run("bench", "--port", rig.path, "--cycles", "1000000", "--rate", "200", "--json")
    assert done.exit_code == 0
    assert 1 <= json.loads(done.stdout)["cycles"] < 1_000_000


def test_a_check_of_a_missing_port_cannot_be_done(run: Runs, tmp_path: Path) -> None:
    done = run("check", "--port", tmp_path / "none", "--lang", "zh")
    assert done.exit_code == 2
    assert "没有串口" in done.stderr


def test_an_unknown_arm_cannot_be_checked(run: Runs) -> None:
    done = run("check", "--arm", "so999")
    assert done.exit_code == 2
    assert "known arms" in done.stderr
    assert "--arm" in done.stderr


def test_a_damaged_calibration_is_named(run: Runs, calibrated: Path) -> None:
    calibrated.write_text("{")
    done = run("check")
    assert done.exit_code == 2
    assert str(calibrated) in done.stderr.replace("\n", "")
    assert "Calibrate anew" in done.stderr


def test_a_calibration_that_was_named_must_be_there(run: Runs, tmp_path: Path) -> None:
    assert run("check", "--calibration", tmp_path / "none.json").exit_code == 2


@pytest.mark.parametrize(("number", "code"), [(errno.EIO, 129), (errno.ENOSPC, 1)])
def test_a_lost_terminal_has_an_exit_code_of_its_own(
    run: Runs, monkeypatch: pytest.MonkeyPatch, number: int, code: int
) -> None:
    def gone() -> None:
        raise OSError(number, "gone")

    monkeypatch.setattr(commands, "list_ports", gone)
    assert run("scan").exit_code == code


def test_the_rules_for_udev_are_printed(run: Runs) -> None:
    done = run("udev")
    assert (done.exit_code, done.stdout) == (0, rules())


def test_help_tells_the_exit_codes(run: Runs) -> None:
    for command in ("scan", "check", "bench", "calibrate"):
        assert "Exit codes: 0 all is right" in " ".join(run(command, "--help").stdout.split())
