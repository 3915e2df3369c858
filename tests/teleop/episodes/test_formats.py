"""The table of formats: the same bytes each time, and what was left out; two have tests of their own."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from teleop.episodes.exporting.work import export_episodes
from teleop.episodes.formats import FORMATS


def tree(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.mark.parametrize("name", sorted({*FORMATS} - {"lerobot", "rerun"}))
def test_a_format_gives_the_same_bytes_each_time(name: str, record: Any, tmp_path: Path) -> None:
    paths = [record(episode_id=f"ep-{at}", seconds=0.3, solved=at > 0, judged=at < 2).path for at in range(3)]
    outs = [export_episodes(paths, tmp_path / to, FORMATS[name].make(20)).out for to in ("a", "b")]
    assert tree(outs[0]) == tree(outs[1])
    excluded = outs[0] / "excluded.json"
    assert [one["file"] for one in json.loads(excluded.read_text())] == ["ep-2.mcap"]
