"""The synthetic episodes of tests/teleop/episodes, for rooms whose tests lie elsewhere."""

import importlib.util
import sys
from pathlib import Path
from typing import Any

import msgspec

from teleop.episodes.writer import EpisodeWriter, episode_path

_MAKERS = Path(__file__).resolve().parents[1] / "teleop" / "episodes" / "conftest.py"


def makers() -> Any:
    """The module that makes synthetic turns."""
    name = "synthetic_turn_makers"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, _MAKERS)
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    return sys.modules[name]


def recorded(folder: Path, contributor: str, header: dict[str, Any] | None = None, **script: Any) -> Path:
    """Records a scripted turn of this contributor and gives its file."""
    made = makers()
    turn = made.Script(**script)
    described = msgspec.structs.replace(made.header_of(turn), pseudonym=contributor, **(header or {}))
    writer = EpisodeWriter(episode_path(folder, turn.episode_id), described)
    for message in made.script_messages(turn):
        writer.put(message)
    path: Path = writer.close(made.verdict_of(turn)).path
    return path
