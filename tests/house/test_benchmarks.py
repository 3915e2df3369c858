"""`make bench` runs every benchmark to its end, and no missed promise goes by unseen."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest
from promises import Promise, at_least, at_most, exit_code

ROOT = Path(__file__).resolve().parents[2]
PARTS = {"bare_loop", "bare_sleeper", "curves"}
"""Files beside the benchmarks that one of them runs or reads."""


@pytest.fixture
def runner() -> ModuleType:
    """The script behind `make bench`."""
    spec = importlib.util.spec_from_file_location("run_benches", ROOT / "scripts" / "run_benches.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_benchmark_is_run(runner: ModuleType) -> None:
    there = {path.stem for path in (ROOT / "tests" / "bench").glob("*.py")}
    assert sorted(runner.ORDER) == sorted(there - PARTS)


def test_all_run_to_the_end_and_the_one_that_missed_is_named(
    runner: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, code in (("good", 0), ("bad", 1), ("last", 0)):
        done = tmp_path / f"{name}.done"
        (tmp_path / f"{name}.py").write_text(f"open({str(done)!r}, 'w').close(); raise SystemExit({code})")
    monkeypatch.setattr(runner, "BENCHES", tmp_path)
    monkeypatch.setattr(sys, "argv", ["run_benches.py", "good", "bad", "last"])
    assert runner.main() == 1
    assert len(list(tmp_path.glob("*.done"))) == 3
    assert "missed a promise, or failed: bad\n" in capsys.readouterr().out
    monkeypatch.setattr(sys, "argv", ["run_benches.py", "good", "last"])
    assert runner.main() == 0


def test_a_missed_promise_makes_the_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    kept, met = at_most("a", 9.0, 10, "ms"), at_least("b", 10, 10, "%")
    assert exit_code([kept, met]) == 0
    for missed in (
        at_most("c", 10.1, 10, "ms"),
        at_most("c", float("nan"), 10, "ms"),
        at_least("c", 9, 10, "%"),
        at_least("c", float("nan"), 10, "%"),
        Promise("c", "the same", "others", False),
    ):
        assert exit_code([kept, missed, met]) == 1
    assert exit_code([]) == 1, "what promises nothing keeps nothing"
    assert "<= 10 ms" in capsys.readouterr().out
