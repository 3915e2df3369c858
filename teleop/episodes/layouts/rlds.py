"""RLDS as TensorFlow Datasets keeps it: one record an episode, pictures as PNG; no TensorFlow needed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from google_crc32c import value

from teleop.episodes.card.notes import Notes
from teleop.episodes.exporting.choice import Chosen, columns_of
from teleop.episodes.exporting.contract import Excluded, Facts, OnPicture, Part
from teleop.episodes.exporting.rows import Columns
from teleop.episodes.exporting.signature import signature_of
from teleop.episodes.exporting.subtasks import said
from teleop.episodes.exporting.work import FPS
from teleop.episodes.layouts.fields import (
    ACTION,
    DONE,
    EXCLUDED,
    STATE,
    Array,
    Picture,
    others,
    rewards,
    rgb_pictures,
)
from teleop.episodes.layouts.rlds_features import SUBTASK, dataset_info, described
from teleop.episodes.layouts.tfrecord import Values, example, framed, length_of
from teleop.episodes.lerobot_v3.parts import read_columns, write_columns
from teleop.episodes.lerobot_v3.tables import write_json

NAME, VERSION = "armcade", "1.0.0"
RECORD = "episode.tfrecord"
SHARD_BYTES = 256 * 1_000_000
_PNG = (cv2.IMWRITE_PNG_COMPRESSION, 1)
NOTES = Notes(
    title="RLDS in the files of TensorFlow Datasets",
    tags=("rlds", "tfds", "tfrecord"),
    loading=f"""import tensorflow_datasets as tfds

for episode in tfds.builder_from_directory("{NAME}/{VERSION}").as_dataset("train"):
    solved = episode["episode_metadata"]["success"]
    for step in episode["steps"]:
        state, action = step["observation"]["state"], step["action"]""",
    places={STATE: "observation/state", ACTION: ACTION, DONE: "is_last"},
    elsewhere="armcade/{name}",
    pictures="observation/{name}",
    whole_ns=True,
    limits=(
        "Records hold no float64, so true times are whole nanoseconds.",
        f"`{SUBTASK}` says a step's sub-task; `armcade/subtask_index` numbers those of one episode.",
    ),
)
_NANOSECONDS = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Rlds:
    """A folder armcade/1.0.0 for `tfds.builder_from_directory`, episodes in the split `train`.

    Times, float64 in the other formats, are int64 ns, since records hold float32 only.
    """

    fps: int = FPS
    version: int = 5
    library: str = cv2.__version__

    @property
    def notes(self) -> Notes:
        """What its card says of the format."""
        return NOTES

    def write_part(self, chosen: Chosen, folder: Path, on_picture: OnPicture) -> None:
        """Writes the episode's record, and its columns for the description."""
        header = chosen.episode.header
        found = steps(columns_of(chosen, self.fps), chosen.verdict.solved)
        rows = len(found[ACTION])
        values: dict[str, Values] = {f"steps/{name}": column for name, column in found.items()}
        values["steps/language_instruction"] = [chosen.task.encode()] * rows
        sentences = said(chosen.standing.segments, chosen.taken.language)
        numbers = found["armcade/subtask_index"].tolist()
        values[f"steps/{SUBTASK}"] = [sentences[number].encode() for number in numbers]
        for camera in signature_of(header).cameras:
            pictures = [png(picture) for picture in rgb_pictures(chosen, camera, on_picture)]
            values[f"steps/observation/{camera.name}"] = pictures
        about = metadata(header.episode_id, chosen.episode.path.name, chosen.verdict.solved)
        for name, one in about.items():
            values[f"episode_metadata/{name}"] = [one.encode()] if isinstance(one, str) else one
        (folder / RECORD).write_bytes(_record(example(values)))
        write_columns(folder, {name.replace("/", "|"): column[:0] for name, column in found.items()})

    def join(self, parts: Sequence[Part], excluded: Sequence[Excluded], root: Path) -> None:
        """Writes records behind each other, and the descriptions."""
        folder = root / NAME / VERSION
        folder.mkdir(parents=True)
        shards = list(_shards(parts))
        sizes = [
            (len(shard), _write_shard(folder / f"{NAME}-train.tfrecord-{at:05d}-of-{len(shards):05d}", shard))
            for at, shard in enumerate(shards)
        ]
        first = parts[0]
        kinds = {name.replace("|", "/"): found for name, found in read_columns(first.folder).items()}
        features = described(kinds, first.facts.signature.cameras, _about(first.facts))
        write_json(folder / "features.json", features)
        write_json(folder / "dataset_info.json", dataset_info(NAME, VERSION, sizes))
        write_json(root / EXCLUDED, excluded)


def steps(found: Columns, solved: bool) -> Columns:
    """The columns of a step by their names in RLDS; ours without a place there lie below `armcade`."""
    rows = len(found[ACTION])
    first = np.zeros(rows, dtype=np.bool_)
    first[0] = True
    named: Columns = {
        "observation/state": found[STATE],
        ACTION: found[ACTION],
        "reward": rewards(rows, solved),
        "discount": np.ones(rows, dtype=np.float32),
        "is_first": first,
        "is_last": found[DONE],
        "is_terminal": found[DONE],
    }
    for name, values in others(found, {STATE, ACTION, DONE}).items():
        if values.dtype == np.float64:
            named[f"armcade/{name}_ns"] = np.rint(values.astype(np.float64) * _NANOSECONDS).astype(np.int64)
        else:
            named[f"armcade/{name}"] = values
    return named


def metadata(episode_id: str, file: str, solved: bool) -> dict[str, Array | str]:
    """What is said of a whole episode."""
    return {"episode_id": episode_id, "file_path": file, "success": np.array([solved], dtype=np.bool_)}


def png(picture: Picture) -> bytes:
    """An RGB picture as PNG, exactly."""
    return bytes(cv2.imencode(".png", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), _PNG)[1].tobytes())


def _about(facts: Facts) -> dict[str, Array | str]:
    return metadata(facts.header.episode_id, facts.file, facts.verdict.solved)


def _write_shard(path: Path, shard: Sequence[Part]) -> int:
    with path.open("xb") as stream:
        return sum(stream.write((part.folder / RECORD).read_bytes()) for part in shard)


def _record(data: bytes) -> bytes:
    return framed(data, value(length_of(data)), value(data))


def _shards(parts: Sequence[Part]) -> Iterator[list[Part]]:
    shard: list[Part] = []
    size = 0
    for part in parts:
        more = (part.folder / RECORD).stat().st_size
        if shard and size + more > SHARD_BYTES:
            yield shard
            shard, size = [], 0
        shard.append(part)
        size += more
    yield shard
