"""The command line: help, and configurations that cannot run."""

from pathlib import Path

import pytest

from robot_bridge.__main__ import main
from robot_bridge.arms import ArmModel, nominal_calibration, write_calibration


def test_help_says_what_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    assert "The only process that moves the arm" in capsys.readouterr().out


def test_a_wrong_configuration_ends_with_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "cell.toml").write_text('[bridge]\narm = "so101"\nprot = "p"\n')
    assert main(["--config", str(tmp_path / "cell.toml")]) == 2
    assert "did you mean `port`?" in capsys.readouterr().err


def test_a_socket_that_cannot_be_bound_ends_with_a_sentence(
    tmp_path: Path, so101: ArmModel, capsys: pytest.CaptureFixture[str]
) -> None:
    write_calibration(tmp_path / "c.json", so101, nominal_calibration(so101))
    (tmp_path / "cell.toml").write_text(
        f'[bridge]\narm = "so101"\nport = "p"\n'
        f'calibration = "{tmp_path}/c.json"\nsocket = "{tmp_path}/no/s"\n'
    )
    assert main(["--config", str(tmp_path / "cell.toml")]) == 1
    assert "bridge:" in capsys.readouterr().err
