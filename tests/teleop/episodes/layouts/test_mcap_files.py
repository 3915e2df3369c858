"""The episodes' own files: the very bytes, listed with their checksums."""

import hashlib
from pathlib import Path
from typing import Any

from teleop.episodes.exporting.work import export_episodes
from teleop.episodes.layouts.mcap_files import McapFiles


def test_the_bytes_are_the_same_and_have_checksums(record: Any, tmp_path: Path) -> None:
    paths = [record(episode_id=f"ep-{at}", seconds=0.15).path for at in range(2)]
    out = export_episodes(paths, tmp_path / "out", McapFiles()).out
    sums = (out / "SHA256SUMS").read_text()
    for path in paths:
        assert (out / path.name).read_bytes() == path.read_bytes()
        assert f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" in sums
    assert "every message keeps its own time" in (out / "README.md").read_text()
