"""The HDF5 layout of robomimic: one file, a group an episode, filter keys that name sets of them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import numpy as np
import numpy.typing as npt

from teleop.episodes.card.notes import Notes
from teleop.episodes.exporting.choice import Chosen, columns_of
from teleop.episodes.exporting.contract import Excluded, Facts, OnPicture, Part
from teleop.episodes.exporting.signature import signature_of
from teleop.episodes.exporting.subtasks import said
from teleop.episodes.exporting.work import FPS
from teleop.episodes.layouts.fields import (
    ACTION,
    DONE,
    EXCLUDED,
    LOAD,
    POSE,
    STATE,
    VELOCITY,
    Array,
    others,
    rewards,
    rgb_pictures,
)
from teleop.episodes.layouts.hdf5 import (
    created,
    installed,
    opened,
    put,
    put_next_pictures,
    put_pictures,
    put_texts,
)
from teleop.episodes.lerobot_v3.tables import write_json

if TYPE_CHECKING:
    import h5py

FILE, PART, DEMO = "demonstrations.hdf5", "demo.hdf5", "demo"
EXACT_ACTION = "action_dict/joint_position"
OBSERVED = {
    STATE: "joint_position",
    VELOCITY: "joint_velocity",
    LOAD: "joint_load",
    POSE: "end_effector_pose",
}
_GYM = 2
NOTES = Notes(
    title="robomimic HDF5",
    tags=("robomimic", "hdf5"),
    loading=f"""from robomimic.utils.dataset import SequenceDataset

dataset = SequenceDataset(
    "{FILE}",
    obs_keys=("joint_position", "end_effector_pose"),
    dataset_keys=("actions", "rewards", "dones"),
    filter_by_attribute="success",  # or "failure", "all", "puzzle_..."
)""",
    places={
        **{column: f"obs/{key}" for column, key in OBSERVED.items()},
        ACTION: EXACT_ACTION,
        DONE: "dones",
    },
    elsewhere="armcade/{name}",
    pictures="obs/{name}_image",
    limits=(
        "`actions` are scaled to -1..1 by each joint's range in this file: `action_min` and `action_max` of "
        f"/data, in rad. `{EXACT_ACTION}` holds them unscaled.",
        "`next_obs` of an episode's last row is that row's own observation.",
    ),
)
Joints = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Robomimic:
    """Episodes named demo_0, demo_1 and so on, in one file.

    robomimic wants actions from -1 to 1: `actions` are the applied joints, scaled by each joint's
    range over the whole file, which the attributes `action_min` and `action_max` of /data tell in
    rad; `action_dict/joint_position` holds them unscaled. Making one raises ExportRefused without h5py.
    """

    fps: int = FPS
    version: int = 5
    library: str = field(default_factory=installed)

    @property
    def notes(self) -> Notes:
        """What its card says of the format."""
        return NOTES

    def write_part(self, chosen: Chosen, folder: Path, on_picture: OnPicture) -> None:
        """Keeps the episode as a group of a file of its own."""
        found = columns_of(chosen, self.fps)
        with created(folder / PART) as file:
            demo = file.create_group(DEMO)
            put(demo, EXACT_ACTION, found[ACTION])
            put(demo, "rewards", rewards(len(found[ACTION]), chosen.verdict.solved))
            put(demo, "dones", found[DONE].astype(np.int64))
            put(demo, "states", np.concatenate([found[STATE], found[VELOCITY]], axis=1))
            for column, key in OBSERVED.items():
                put(demo, f"obs/{key}", found[column])
                put(demo, f"next_obs/{key}", _next(found[column]))
            for camera in signature_of(chosen.episode.header).cameras:
                shape = (len(found[ACTION]), camera.height, camera.width)
                put_pictures(
                    demo, f"obs/{camera.name}_image", shape, rgb_pictures(chosen, camera, on_picture)
                )
            for column, values in others(found, {ACTION, DONE, *OBSERVED}).items():
                put(demo, f"armcade/{column}", values)
            put_texts(demo, "subtasks", said(chosen.standing.segments, chosen.taken.language))

    def join(self, parts: Sequence[Part], excluded: Sequence[Excluded], root: Path) -> None:
        """Copies the groups into one file, scales the actions, and names the sets."""
        low, high = _range(parts)
        with created(root / FILE) as file:
            data = file.create_group("data")
            for number, part in enumerate(parts):
                with opened(part.folder / PART) as source:
                    source.copy(DEMO, data, name=f"demo_{number}")
                _complete(data[f"demo_{number}"], part.facts, (low, high))
            data.attrs["total"] = sum(part.facts.rows for part in parts)
            data.attrs["env_args"] = self._environment(parts[0].facts)
            data.attrs["action_min"] = low
            data.attrs["action_max"] = high
            for label, names in sets([part.facts for part in parts]).items():
                width = max((len(name) for name in names), default=1)
                put(file, f"mask/{label}", np.array([name.encode() for name in names], dtype=f"S{width}"))
        write_json(root / EXCLUDED, excluded)

    def _environment(self, facts: Facts) -> str:
        signature = facts.signature
        about = {"joint_names": signature.joint_names, "fps": self.fps, "angle_unit": "rad"}
        environment = {"env_name": f"armcade-{signature.arm}", "type": _GYM, "env_kwargs": about}
        return msgspec.json.encode(environment).decode()


def sets(all_facts: Sequence[Facts]) -> dict[str, list[str]]:
    """The filter keys and the episodes of each: all, success, failure, every puzzle and label of a selection.

    A label that is another key's name is not written a second time.
    """
    found: dict[str, list[str]] = {"all": [], "success": [], "failure": []}
    for number, facts in enumerate(all_facts):
        label = "success" if facts.verdict.solved else "failure"
        for key in ("all", label, f"puzzle_{facts.header.puzzle_id}"):
            found.setdefault(key, []).append(f"demo_{number}")
    own = tuple(found)
    for number, facts in enumerate(all_facts):
        for label in dict.fromkeys(one.replace("/", "_") for one in facts.labels):
            if label not in own:
                found.setdefault(label, []).append(f"demo_{number}")
    return found


def scaled(action: Joints, low: Joints, high: Joints) -> Joints:
    """Actions (R, J) from -1 at `low` to 1 at `high`, 0 for a joint that never moves."""
    span = high.astype(np.float64) - low
    part = (action.astype(np.float64) - low) / np.where(span > 0, span, 1.0)
    return np.where(span > 0, 2 * part - 1, 0.0).astype(np.float32)


def _complete(demo: "h5py.Group", facts: Facts, bounds: tuple[Joints, Joints]) -> None:
    put(demo, "actions", scaled(demo[EXACT_ACTION][()], *bounds))
    for camera in facts.signature.cameras:
        key = f"{camera.name}_image"
        put_next_pictures(demo["next_obs"], key, demo[f"obs/{key}"])
    demo.attrs["num_samples"] = facts.rows
    demo.attrs["episode_id"] = facts.header.episode_id
    demo.attrs["task"] = facts.task
    demo.attrs["success"] = facts.verdict.solved
    demo.attrs["weight"] = facts.weight
    demo.attrs["labels"] = ",".join(facts.labels)


def _range(parts: Sequence[Part]) -> tuple[Joints, Joints]:
    actions: list[Joints] = []
    for part in parts:
        with opened(part.folder / PART) as source:
            action = source[f"{DEMO}/{EXACT_ACTION}"][()]
        actions += [action.min(axis=0), action.max(axis=0)]
    return np.min(actions, axis=0), np.max(actions, axis=0)


def _next(values: Array) -> Array:
    return np.concatenate([values[1:], values[-1:]])
