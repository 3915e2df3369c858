"""Reads a dataset with LeRobot's own loader: every row and picture, or evenly spread ones.

Runs in the environment that `scripts/lerobot_env.py` makes:

    .venv-lerobot/bin/python scripts/lerobot_read.py DATASET [--arrays OUT.npz] [--every N] [--conformance]

Prints what was read as JSON. `--arrays` keeps every column, the task of each row, and the pictures as
grey values 0..255 of shape (rows, height, width). `--conformance` reads the pictures with the loader's
other decoder too, named `<camera>/pyav`, and tells what each check of lerobot-doctor said. Fails where the
loader fails.
"""

import argparse
import importlib
import json
import os
import sys
import tempfile
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any


def loader() -> Any:
    """LeRobot's dataset class; raises ImportError or RuntimeError when something is missing.

    The loader imports torchvision for picture augmentation only. Without CUDA one module of it fails
    to describe operators that nobody calls here, so that module is left empty.
    """
    sys.modules["torchvision._meta_registrations"] = types.ModuleType("torchvision._meta_registrations")
    importlib.import_module("torchcodec.decoders")
    return importlib.import_module("lerobot.datasets.lerobot_dataset").LeRobotDataset


class VideoReader:
    """What the loader's decoder `pyav` asks of torchvision, which dropped it: frames from a key frame on."""

    def __init__(self, path: str, stream: str) -> None:
        """Opens a video."""
        self.container = importlib.import_module("av").open(path)
        self._torch = importlib.import_module("torch")
        self._stream = stream

    def seek(self, time_s: float, keyframes_only: bool) -> None:
        """Goes to the last key frame at or before a time."""
        stream = self.container.streams.video[0]
        self.container.seek(int(time_s / stream.time_base), any_frame=not keyframes_only, stream=stream)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """Frames (3, height, width) and their times in s."""
        for frame in self.container.decode(**{self._stream: 0}):
            rgb = self._torch.from_numpy(frame.to_ndarray(format="rgb24"))
            yield {"data": rgb.permute(2, 0, 1), "pts": float(frame.time)}


def second_decoder(root: Path, every: int) -> dict[str, Any]:
    """Every so many pictures of each camera, grey, by the decoder `pyav`."""
    numpy, torchvision = importlib.import_module("numpy"), importlib.import_module("torchvision")
    torchvision.io.VideoReader = VideoReader
    dataset = loader()("local/dataset", root=root, video_backend="pyav")
    rows = [dataset[row] for row in range(0, len(dataset), every)]
    return {f"{key}/pyav": numpy.stack([grey(row[key]) for row in rows]) for key in dataset.meta.video_keys}


def grey(picture: Any) -> Any:
    """A picture (3, height, width) of 0..1 as (height, width) of 0..255."""
    numpy = importlib.import_module("numpy")
    return (picture.numpy().mean(axis=0) * 255).round().astype(numpy.uint8)


def doctor(root: Path) -> dict[str, list[str]]:
    """What each check of lerobot-doctor says: `pass` or `warn` or `fail`, and why."""
    found = importlib.import_module("lerobot_doctor.dataset_loader").load_dataset(str(root))
    report = importlib.import_module("lerobot_doctor.runner").run_checks(found)
    bad = ("warn", "fail")
    return {
        one.name: [
            one.severity.name.lower(),
            *(said.message for said in one.messages if said.severity.name.lower() in bad),
        ]
        for one in report.results
    }


def read(root: Path, every: int) -> tuple[dict[str, object], dict[str, Any]]:
    """What the loader says of the dataset, and every so many of its rows as arrays by column."""
    numpy = importlib.import_module("numpy")
    dataset = loader()("local/dataset", root=root)
    columns: dict[str, list[Any]] = {}
    for row in range(0, len(dataset), every):
        for name, value in dataset[row].items():
            if isinstance(value, str):
                columns.setdefault(name, []).append(value)
            elif name in dataset.meta.video_keys:
                columns.setdefault(name, []).append(grey(value))
            else:
                columns.setdefault(name, []).append(value.numpy())
    facts: dict[str, object] = {
        "episodes": dataset.meta.total_episodes,
        "rows": len(dataset),
        "fps": dataset.meta.fps,
        "robot": dataset.meta.robot_type,
        "cameras": list(dataset.meta.video_keys),
        "tasks": list(dataset.meta.tasks.index),
        "stats": sorted(dataset.meta.stats),
        "episode_columns": sorted(dataset.meta.episodes.features),
        "success": list(dataset.meta.episodes["success"]),
    }
    return facts, {name: numpy.stack(values) for name, values in columns.items()}


def main() -> int:
    """Reads the dataset that the command line names."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("dataset", type=Path, nargs="?")
    parser.add_argument("--arrays", type=Path, help="keep all rows in this .npz file")
    parser.add_argument("--every", type=int, default=1, help="read one row in so many (default: each)")
    parser.add_argument("--conformance", action="store_true", help="the other decoder and the doctor too")
    parser.add_argument("--self-check", action="store_true", help="only start the loader and its decoder")
    arguments = parser.parse_args()
    os.environ["HF_HUB_OFFLINE"] = "1"
    with tempfile.TemporaryDirectory(prefix="lerobot-cache-") as cache:
        os.environ["HF_HOME"] = cache
        if arguments.self_check:
            loader()
            return 0
        if arguments.dataset is None:
            parser.error("name a dataset")
        root = arguments.dataset.absolute()
        facts, columns = read(root, arguments.every)
        if arguments.conformance:
            columns |= second_decoder(root, arguments.every)
            facts["doctor"] = doctor(root)
    if arguments.arrays:
        importlib.import_module("numpy").savez(arguments.arrays, **columns)
    print(json.dumps(facts, indent=1))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
