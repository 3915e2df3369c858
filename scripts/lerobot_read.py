"""Reads a dataset with LeRobot's own loader: every row and picture, or evenly spread ones.

Runs in the environment that `scripts/lerobot_env.py` makes:

    .venv-lerobot/bin/python scripts/lerobot_read.py DATASET [--arrays OUT.npz] [--every N]

Prints what was read as JSON. `--arrays` keeps every column, the task of each row, and the pictures as
grey values 0..255 of shape (rows, height, width). Fails where the loader fails.
"""

import argparse
import importlib
import json
import os
import sys
import tempfile
import types
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
                grey = (value.numpy().mean(axis=0) * 255).round().astype(numpy.uint8)
                columns.setdefault(name, []).append(grey)
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
        facts, columns = read(arguments.dataset.absolute(), arguments.every)
    if arguments.arrays:
        importlib.import_module("numpy").savez(arguments.arrays, **columns)
    print(json.dumps(facts, indent=1))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
