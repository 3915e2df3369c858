"""RLDS records, read by a reader that is not ours, and described as TensorFlow Datasets wants it."""

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from google_crc32c import value
from tfrecord.reader import tfrecord_loader

from teleop.episodes.exporting.work import export_episodes
from teleop.episodes.layouts import rlds
from teleop.episodes.layouts.rlds import Rlds

FOLDER = "armcade/1.0.0"


def records(path: Path) -> list[dict[str, Any]]:
    return list(tfrecord_loader(str(path), None))


def test_every_value_is_as_in_the_rows(turns: list[Path], truth: Any, tmp_path: Path) -> None:
    out = export_episodes(turns, tmp_path / "out", Rlds()).out
    found = records(out / FOLDER / "armcade-train.tfrecord-00000-of-00001")
    assert len(found) == 3
    for number, (record, one) in enumerate(zip(found, truth, strict=True)):
        assert bytes(record["episode_metadata/episode_id"]) == f"ep-{number}".encode()
        assert record["episode_metadata/success"].tolist() == [one.solved]
        assert np.array_equal(record["steps/observation/state"], one.columns["observation.state"].ravel())
        assert np.array_equal(record["steps/action"], one.columns["action"].ravel())
        assert record["steps/is_first"].tolist() == [1] + [0] * (one.rows - 1)
        assert record["steps/is_last"].tolist() == [0] * (one.rows - 1) + [1]
        assert record["steps/reward"].tolist() == [0] * (one.rows - 1) + [int(one.solved)]
        for camera, shown in one.pictures.items():
            pictures = [
                cv2.cvtColor(cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)
                for png in record[f"steps/observation/{camera}"]
            ]
            assert np.array_equal(pictures, shown)
        for name, values in one.columns.items():
            if values.dtype == np.float64:
                exact = np.rint(values * 1e9).astype(np.int64)
                assert np.array_equal(record[f"steps/armcade/{name}_ns"], exact), name
            elif name not in ("observation.state", "action", "next.done"):
                assert np.array_equal(record[f"steps/armcade/{name}"], values.ravel()), name


def test_the_description_names_every_value_of_the_records(turns: list[Path], tmp_path: Path) -> None:
    out = export_episodes(turns[:1], tmp_path / "out", Rlds()).out / FOLDER
    described = set(leaves(json.loads((out / "features.json").read_text())))
    assert described == set(records(out / "armcade-train.tfrecord-00000-of-00001")[0])
    info = json.loads((out / "dataset_info.json").read_text())
    assert info["splits"][0]["shardLengths"] == ["1"]
    assert info["splits"][0]["numBytes"] == str(
        (out / "armcade-train.tfrecord-00000-of-00001").stat().st_size
    )


def leaves(feature: dict[str, Any], name: str = "") -> list[str]:
    if "sequence" in feature:
        return leaves(feature["sequence"]["feature"], name)
    if "featuresDict" not in feature:
        return [name]
    inner = feature["featuresDict"]["features"]
    return [leaf for key, one in inner.items() for leaf in leaves(one, f"{name}/{key}".strip("/"))]


def test_large_sets_are_split_into_shards(
    turns: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rlds, "SHARD_BYTES", 1)
    out = export_episodes(turns, tmp_path / "out", Rlds()).out / FOLDER
    names = [f"armcade-train.tfrecord-{number:05d}-of-00003" for number in range(3)]
    assert sorted(path.name for path in out.glob("*tfrecord*")) == names
    info = json.loads((out / "dataset_info.json").read_text())
    assert info["splits"][0]["shardLengths"] == ["1", "1", "1"]
    assert [bytes(records(out / name)[0]["episode_metadata/episode_id"]) for name in names] == [
        b"ep-0",
        b"ep-1",
        b"ep-2",
    ]


def test_a_checksum_is_masked_as_published(turns: list[Path], tmp_path: Path) -> None:
    out = export_episodes(turns[:1], tmp_path / "out", Rlds()).out / FOLDER
    data = (out / "armcade-train.tfrecord-00000-of-00001").read_bytes()
    size = int.from_bytes(data[:8], "little")
    assert len(data) == 8 + 4 + size + 4
    for covered, stored in ((data[:8], data[8:12]), (data[12 : 12 + size], data[-4:])):
        unmasked = (int.from_bytes(stored, "little") - 0xA282EAD8) & 0xFFFFFFFF
        assert (unmasked << 15 | unmasked >> 17) & 0xFFFFFFFF == value(covered)
