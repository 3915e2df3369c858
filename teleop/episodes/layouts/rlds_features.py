"""`features.json` and `dataset_info.json`, by which TensorFlow Datasets reads a folder of records. Pure."""

from collections.abc import Mapping, Sequence

import numpy as np

from teleop.episodes.exporting.signature import Camera
from teleop.episodes.layouts.fields import Array

SUBTASK = "armcade/subtask"
_MODULE = "tensorflow_datasets.core.features"
Described = dict[str, object]


def described(
    steps: Mapping[str, Array], cameras: Sequence[Camera], metadata: Mapping[str, Array | str]
) -> Described:
    """The features of an episode; names like `observation/state` are nested, columns have one row a step."""
    tree: dict[str, object] = {}
    for name, values in steps.items():
        _plant(tree, name, _tensor(values.dtype, values.shape[1:]))
    for camera in cameras:
        _plant(tree, f"observation/{camera.name}", _image(camera))
    _plant(tree, "language_instruction", _text())
    _plant(tree, SUBTASK, _text())
    about: Described = {
        name: _text() if isinstance(value, str) else _tensor(value.dtype, ())
        for name, value in metadata.items()
    }
    sequence = {
        "pythonClassName": f"{_MODULE}.dataset_feature.Dataset",
        "sequence": {"feature": _nested(tree), "length": "-1"},
    }
    return _group({"steps": sequence, "episode_metadata": _group(about)})


def dataset_info(name: str, version: str, shards: Sequence[tuple[int, int]]) -> Described:
    """A dataset of one split, `train`, of which each shard holds so many episodes and bytes."""
    return {
        "name": name,
        "version": version,
        "description": "Demonstration episodes of Armcade; README.md beside this folder tells all.",
        "fileFormat": "tfrecord",
        "splits": [
            {
                "name": "train",
                "filepathTemplate": "{DATASET}-{SPLIT}.{FILEFORMAT}-{SHARD_X_OF_Y}",
                "numBytes": str(sum(size for _, size in shards)),
                "shardLengths": [str(episodes) for episodes, _ in shards],
            }
        ],
    }


def _plant(tree: dict[str, object], name: str, leaf: Described) -> None:
    *folders, last = name.split("/")
    for folder in folders:
        inner = tree.setdefault(folder, {})
        assert isinstance(inner, dict)
        tree = inner
    tree[last] = leaf


def _nested(tree: Mapping[str, object]) -> Described:
    found: Described = {}
    for name, value in sorted(tree.items()):
        assert isinstance(value, dict)
        found[name] = value if "pythonClassName" in value else _nested(value)
    return _group(found)


def _group(features: Described) -> Described:
    return {
        "pythonClassName": f"{_MODULE}.features_dict.FeaturesDict",
        "featuresDict": {"features": features},
    }


def _tensor(dtype: "np.dtype[np.generic]", shape: tuple[int, ...]) -> Described:
    sizes = {"dimensions": [str(size) for size in shape]} if shape else {}
    kind = "tensor_feature.Tensor" if shape else "scalar.Scalar"
    return {
        "pythonClassName": f"{_MODULE}.{kind}",
        "tensor": {"dtype": dtype.name, "encoding": "none", "shape": sizes},
    }


def _image(camera: Camera) -> Described:
    sizes = [str(camera.height), str(camera.width), "3"]
    return {
        "pythonClassName": f"{_MODULE}.image_feature.Image",
        "image": {"dtype": "uint8", "encodingFormat": "png", "shape": {"dimensions": sizes}},
    }


def _text() -> Described:
    return {"pythonClassName": f"{_MODULE}.text_feature.Text", "text": {}}
