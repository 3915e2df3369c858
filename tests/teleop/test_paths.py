"""Where files are kept."""

from pathlib import Path

import pytest

from teleop.paths import episodes_dir, home


def test_the_variable_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARMCADE_HOME", "/srv/armcade")
    assert home() == Path("/srv/armcade")
    assert episodes_dir() == Path("/srv/armcade/episodes")


@pytest.mark.parametrize("empty", [True, False])
def test_without_it_the_users_own_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, empty: bool
) -> None:
    if empty:
        monkeypatch.setenv("ARMCADE_HOME", "")
    else:
        monkeypatch.delenv("ARMCADE_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert home() == tmp_path / ".local" / "share" / "armcade"
