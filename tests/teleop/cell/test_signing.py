"""The cell has what it sealed signed by another process, once."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from synthetic_turns import recorded

from teleop.cell import signing
from teleop.cell.signing import Signing
from teleop.lineage.verification import Verifier


@pytest.fixture
def config(tmp_path: Path) -> Any:
    (tmp_path / "episodes").mkdir()
    (tmp_path / "cell.toml").write_text("")
    cell = SimpleNamespace(
        id="home", episodes_dir=str(tmp_path / "episodes"), state_dir=str(tmp_path / "state")
    )
    return SimpleNamespace(
        cell=cell, arm=SimpleNamespace(calibration=str(tmp_path / "none.json")), path=tmp_path / "cell.toml"
    )


async def test_a_sealed_episode_is_signed_and_a_damaged_one_asked_for_once(
    config: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    episodes, watch = tmp_path / "episodes", Signing(config)
    started: list[str] = []
    spawn = signing.asyncio.create_subprocess_exec

    async def counted(*words: str, **rest: Any) -> Any:
        started.append(words[2])
        return await spawn(*words, **rest)

    monkeypatch.setattr(signing.asyncio, "create_subprocess_exec", counted)
    await watch.look()
    assert started == []
    path = recorded(episodes, "ann", episode_id="ep-1", seconds=0.2)
    (episodes / "bad.mcap").write_bytes(b"bad")
    await watch.look()
    assert (episodes / "ep-1.manifest.json").exists()
    assert Verifier(episodes).problems(path) == ()
    (episodes / "note").write_text("")
    await watch.look()
    await watch.look()
    assert started == ["teleop.lineage.notary"]
