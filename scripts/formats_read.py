"""Reads exports with tools that are not ours: robomimic's dataset, Croissant's validator, the hub's card.

Runs in the environment that `scripts/lerobot_env.py` makes, without a network:

    .venv-lerobot/bin/python scripts/formats_read.py EXPORT ... [--arrays OUT.npz]

Prints as JSON what was found in each folder: problems of its Croissant file, its records, the card's front
matter, and of a robomimic file the episodes of each filter key. `--arrays` keeps what robomimic's dataset
gives for the key `all`. Fails where a tool fails.
"""

import argparse
import importlib
import json
import socket
import sys
import types
from pathlib import Path
from typing import Any

ROBOMIMIC = "demonstrations.hdf5"
LOW, PICTURES = ("joint_position", "end_effector_pose"), ("overview_image", "wrist_image")


def refuse(*_: object) -> None:
    """No connection is made while metadata are checked."""
    raise OSError("the network is shut")


def metadata(root: Path) -> dict[str, object]:
    """What Croissant's own library and the hub's say of the metadata of an export."""
    dataset = importlib.import_module("mlcroissant").Dataset(jsonld=str(root / "croissant.json"))
    issues = dataset.metadata.ctx.issues
    records = {one.id: sum(1 for _ in dataset.records(one.id)) for one in dataset.metadata.record_sets}
    card = importlib.import_module("huggingface_hub").DatasetCard.load(root / "README.md")
    return {
        "errors": sorted(issues.errors),
        "warnings": sorted(issues.warnings),
        "records": records,
        "license": card.data.license,
        "tags": card.data.tags,
    }


def demonstrations(path: Path, arrays: dict[str, Any]) -> dict[str, object]:
    """Episodes and rows of each filter key in robomimic's dataset; rows of `all` go into `arrays`."""
    sys.modules["torchvision._meta_registrations"] = types.ModuleType("torchvision._meta_registrations")
    numpy = importlib.import_module("numpy")
    observations = importlib.import_module("robomimic.utils.obs_utils")
    observations.initialize_obs_utils_with_obs_specs({"obs": {"low_dim": list(LOW), "rgb": list(PICTURES)}})
    dataset = importlib.import_module("robomimic.utils.dataset").SequenceDataset
    found: dict[str, object] = {}
    for key in ("success", "failure", "all"):
        rows = dataset(
            str(path),
            obs_keys=LOW + PICTURES,
            dataset_keys=("actions", "rewards", "dones"),
            hdf5_cache_mode=None,
            filter_by_attribute=key,
        )
        found[key] = [rows.demos, len(rows)]
    taken = [rows[number] for number in range(len(rows))]
    for name in ("actions", "rewards", "dones"):
        arrays[name] = numpy.concatenate([row[name] for row in taken])
    for when in ("obs", "next_obs"):
        for name in LOW + PICTURES:
            arrays[f"{when}/{name}"] = numpy.concatenate([row[when][name] for row in taken])
    rows.close_and_delete_hdf5_handle()
    return found


def main() -> int:
    """Reads the exports that the command line names."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("exports", type=Path, nargs="+")
    parser.add_argument("--arrays", type=Path, help="keep robomimic's rows in this .npz file")
    arguments = parser.parse_args()
    answer, arrays = {}, {}
    for root in arguments.exports:
        if (root / ROBOMIMIC).exists():
            answer[f"{root.name}/{ROBOMIMIC}"] = demonstrations(root / ROBOMIMIC, arrays)
    socket.socket.connect = refuse
    for root in arguments.exports:
        answer[root.name] = metadata(root)
    if arguments.arrays:
        importlib.import_module("numpy").savez(arguments.arrays, **arrays)
    print(json.dumps(answer, indent=1))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
