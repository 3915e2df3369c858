"""The command line: help, and a clear word where the physics engine is missing."""

import subprocess
import sys

import pytest

from sim_fallback import __main__
from sim_fallback.world import engine


def test_help(capsys):
    with pytest.raises(SystemExit) as ended:
        __main__.main(["--help"])
    assert ended.value.code == 0
    shown = capsys.readouterr().out
    assert all(word in shown for word in ("run", "servos", "arrange", "truth", "fault"))


def test_no_engine(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(engine.importlib.util, "find_spec", lambda name: None)
    assert __main__.main(["run", "--config", str(tmp_path / "cell.toml")]) == 1
    assert "armcade[sim]" in capsys.readouterr().err


def test_a_missing_configuration(capsys, tmp_path):
    pytest.importorskip("pybullet")
    assert __main__.main(["run", "--config", str(tmp_path / "nowhere.toml")]) == 1
    assert "nowhere.toml" in capsys.readouterr().err


def test_arrange_and_truth_without_a_simulation(tmp_path, capsys):
    (tmp_path / "l.json").write_text('{"version":1,"pieces":[],"slots":[],"fiducials":[]}')
    socket = str(tmp_path / "s.sock")
    assert __main__.main(["arrange", "--socket", socket, str(tmp_path / "l.json")]) == 1
    assert __main__.main(["truth", "--socket", socket]) == 1
    assert capsys.readouterr().err.count("No such file") == 2


def test_fault_without_words_lists_what_can_fail(tmp_path, capsys):
    assert __main__.main(["fault", "--socket", str(tmp_path / "s.sock")]) == 0
    assert "overheat ids=all temperature_c=90.0" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "why"),
    [(["mute"], "No such file"), (["mute", "3"], "name=value"), (["--plan", "nowhere.json"], "No such file")],
)
def test_a_fault_that_cannot_be_is_told_in_a_sentence(tmp_path, capsys, words, why):
    assert __main__.main(["fault", "--socket", str(tmp_path / "s.sock"), *words]) == 1
    said = capsys.readouterr().err
    assert said.startswith("fault: ") and why in said


@pytest.mark.system
def test_the_short_commands_import_neither_physics_nor_numbers(tmp_path):
    code = (
        "import sys, sim_fallback.__main__ as m, pathlib\n"
        f"m.main(['truth', '--socket', {str(tmp_path / 's.sock')!r}])\n"
        "print([name for name in ('pybullet', 'numpy', 'cv2') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
