"""What goes along with an export: every file has its checksum, and nothing depends on the moment."""

import hashlib
import json
from dataclasses import replace
from pathlib import Path

from teleop.episodes.card.describe import describe, redescribe
from teleop.episodes.card.summary import Summary
from teleop.episodes.exporting.contract import Excluded


def described(root: Path, summary: Summary) -> dict[str, bytes]:
    (root / "deep").mkdir(parents=True)
    (root / "deep" / "data.bin").write_bytes(b"rows")
    describe(root, summary)
    return {
        path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()
    }


def test_every_file_has_its_checksum(tmp_path: Path, summary: Summary) -> None:
    files = described(tmp_path / "one", summary)
    lines = [line.split("  ") for line in files.pop("SHA256SUMS").decode().splitlines()]
    assert {path: digest for digest, path in lines} == {
        path: hashlib.sha256(data).hexdigest() for path, data in files.items()
    }
    described_by = {"README.md", "card.json", "croissant.json", "episodes.jsonl", "prov.json"}
    assert set(files) == {*described_by, "deep/data.bin"}
    about = json.loads(files["croissant.json"])
    listed = {one["@id"]: one["sha256"] for one in about["distribution"]}
    assert listed["deep/data.bin"] == hashlib.sha256(b"rows").hexdigest()
    assert set(listed) == set(files) - {"croissant.json"}


def test_one_line_an_episode_tells_its_origin(tmp_path: Path, summary: Summary) -> None:
    lines = described(tmp_path / "one", summary)["episodes.jsonl"].decode().splitlines()
    found = [json.loads(line) for line in lines]
    assert [(one["episode_id"], one["solved"], one["episode_index"]) for one in found] == [
        ("ep-0", True, 0),
        ("ep-1", False, 1),
        ("ep-2", True, 2),
    ]
    assert found[1]["pseudonym"] == "loud-fox"


def test_the_same_export_is_described_by_the_same_bytes(tmp_path: Path, summary: Summary) -> None:
    assert described(tmp_path / "one", summary) == described(tmp_path / "two", summary)


def test_what_is_taken_out_leaves_no_trace(tmp_path: Path, summary: Summary) -> None:
    source, root, fresh = (tmp_path / name for name in ("source", "root", "fresh"))
    described(source, replace(summary, excluded=(*summary.excluded, Excluded("ep-1.mcap", "twice"))))
    (root / "deep").mkdir(parents=True)
    (root / "deep" / "data.bin").hardlink_to(source / "deep" / "data.bin")
    (root / "cut.bin").write_bytes(b"new")
    redescribe(root, source, {"ep-1"}, {})
    (fresh / "deep").mkdir(parents=True)
    (fresh / "cut.bin").write_bytes(b"new")
    left = replace(summary, facts=(summary.facts[0], summary.facts[2]))
    (fresh / "deep" / "data.bin").write_bytes(b"rows")
    describe(fresh, left)
    found = {path.name: path.read_bytes() for path in root.iterdir() if path.is_file()}
    assert found == {path.name: path.read_bytes() for path in fresh.iterdir() if path.is_file()}
    assert not any(b"ep-1" in data or b"loud-fox" in data for data in found.values())


def test_a_file_that_is_the_same_is_not_hashed_again(tmp_path: Path, summary: Summary) -> None:
    source, root = tmp_path / "source", tmp_path / "root"
    described(source, summary)
    (root / "deep").mkdir(parents=True)
    (root / "deep" / "data.bin").hardlink_to(source / "deep" / "data.bin")
    sums = (source / "SHA256SUMS").read_text()
    digest = hashlib.sha256(b"rows").hexdigest()
    (source / "SHA256SUMS").write_text(sums.replace(digest, "f" * 64))
    redescribe(root, source, {"ep-1"}, {})
    assert f"{'f' * 64}  deep/data.bin" in (root / "SHA256SUMS").read_text()
