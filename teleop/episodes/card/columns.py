"""What the columns of an export mean, with their units. Pure."""

from dataclasses import dataclass, replace

from teleop.annotation.prompts import LABELS
from teleop.episodes.card.notes import Notes
from teleop.episodes.exporting.circumstances import DEVICES, LIMITS, SOURCES
from teleop.episodes.exporting.signature import Signature
from teleop.episodes.lerobot_v3.features import frame_features


def _coded(names: tuple[str, ...]) -> str:
    return ", ".join(f"{number} {name}" for number, name in enumerate(names))


PLACED_BY_LEROBOT = ("episode_index", "index", "task_index")
_MEANING = {
    "observation.state": ("rad", "joints at the moment of the row's pictures, gripper last"),
    "action": ("rad", "joints that were with the servos at that moment, after every limit"),
    "requested_action": (
        "rad",
        "joints that were asked for, before any limit; where nothing was, the action",
    ),
    "requested_valid": ("", "whether anything was asked for"),
    "limited_action": ("rad", "where the limits let the request lead; where that is unknown, the action"),
    "limited_valid": ("", "whether limited_action is known"),
    "limits_acting": ("", f"which limits acted on the request, in this order: {', '.join(LIMITS)}"),
    "speed_scale": ("1", "share of full speed that was allowed"),
    "source": ("", f"whose request it was: {_coded(SOURCES)}"),
    "joint_velocity": ("rad/s", "joint speeds at that moment"),
    "joint_load": ("1", "signed duty of the servos, -1 to 1"),
    "end_effector_pose": ("m, rad, 1", "tool in the arm's base frame: x, y, z, pitch, roll, gripper 0 to 1"),
    "playing": ("", "whether the arm followed the player then"),
    "state_time": ("s", "the moment of which the row tells since the episode's start: its pictures' capture"),
    "applied_time": ("s", "true time since the episode's start at which the action went to the servos"),
    "capture_time": ("s", "true capture time of the picture since the episode's start"),
    "frame_id": ("", "number of the picture"),
    "state_at": ("rad", "joints when this camera's picture was taken: with several cameras each has its own"),
    "applied_at": ("rad", "joints that were with the servos when this camera's picture was taken"),
    "seen_camera": ("", "camera that the player was seeing, as index into the cameras; -1 unknown"),
    "seen_frame_id": ("", "picture that the player was seeing; -1 unknown"),
    "seen_error_frames": ("", "bound of the error of seen_frame_id; -1 unknown"),
    "seen_error_ns": ("ns", "the same bound in capture time; -1 unknown"),
    "seen_age_ns": (
        "ns",
        "moment of the row minus capture of the picture that the player was seeing; -1 unknown",
    ),
    "input_device": ("", f"what the player drove with: {_coded(DEVICES)}; -1 nothing came yet"),
    "input_stick": ("", "whether the player moved the ghost by hand, else a puzzle move or nobody did"),
    "hold_to_run": ("", "whether the player held to run"),
    "move_id": ("", "puzzle move that was under way; -1 none"),
    "input_age_ns": ("ns", "moment of the row minus the newest input's own time; -1 nothing came yet"),
    "network_round_trip_ns": ("ns", "round trip of the player's link; -1 unknown"),
    "network_jitter_ns": ("ns", "jitter of the player's link; -1 unknown"),
    "network_late_ns": ("ns", "how long the link's queue held a packet back; -1 unknown"),
    "network_loss": ("1", "share of picture packets lost before repair; -1 unknown"),
    "network_blocked": ("", "whether no picture went through at all"),
    "next.done": ("", "last row of its episode"),
    "next.success": ("", "last row of a solved turn"),
    "episode_uid": ("", "stays with each row when datasets are edited"),
    "segment": ("", "number of the kept range: what lay between two of them was cut out by a selection"),
    "subtask_index": ("", "the sub-task that the row lies in; 0 none, its sentences are named below"),
    "subtask_label": ("", f"what kind of sub-task: {_coded(LABELS)}; -1 none"),
    "weight": ("1", "how much a row of this episode counts after reweighting; 1 without a selection"),
    "timestamp": ("s", "time of the row since the episode's first row"),
    "frame_index": ("", "number of the row in its episode"),
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column: type, names of its values when it is a vector, unit and meaning."""

    name: str
    dtype: str
    names: tuple[str, ...] | None
    unit: str
    meaning: str


def column_in(notes: Notes, column: Column) -> Column:
    """The column as a format holds it: its place for a name, its type there."""
    place = notes.places.get(column.name, notes.elsewhere.format(name=column.name))
    if notes.whole_ns and column.dtype == "float64":
        return replace(column, name=f"{place}_ns", dtype="int64", unit="ns")
    return replace(column, name=place)


def described_columns(signature: Signature) -> tuple[Column, ...]:
    """All columns of an export but the pictures, in the order of the tables."""
    found: list[Column] = []
    for feature in frame_features(signature):
        unit, meaning = _MEANING.get(feature.name) or _MEANING.get(feature.name.split(".")[0], ("", ""))
        if feature.name not in PLACED_BY_LEROBOT:
            found.append(Column(feature.name, feature.dtype, feature.names, unit, meaning))
    return tuple(found)
