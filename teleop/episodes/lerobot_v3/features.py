"""Which columns a dataset has, as `info.json` describes them and as Arrow and LeRobot type them. Pure."""

from dataclasses import dataclass
from typing import Literal

import msgspec
import pyarrow as pa

from teleop.episodes.arrays import POSE_FIELDS
from teleop.episodes.exporting.circumstances import LIMITS
from teleop.episodes.exporting.signature import Signature

DType = Literal["float32", "float64", "int64", "bool"]
_ARROW = {"float32": pa.float32(), "float64": pa.float64(), "int64": pa.int64(), "bool": pa.bool_()}


@dataclass(frozen=True, slots=True)
class Feature:
    """One column: a scalar when `names` is None, else a vector with one name per value."""

    name: str
    dtype: DType
    names: tuple[str, ...] | None = None

    @property
    def arrow_type(self) -> pa.DataType:
        """The type of its parquet column."""
        value = _ARROW[self.dtype]
        return value if self.names is None else pa.list_(value, len(self.names))


def frame_features(signature: Signature) -> tuple[Feature, ...]:
    """All columns but the videos, in file order.

    Only `observation.state` and `action` carry names that LeRobot's policies pick up as input and
    output; the others keep clear of those prefixes on purpose.
    """
    joints = signature.joint_names
    return (
        Feature("observation.state", "float32", joints),
        Feature("action", "float32", joints),
        Feature("requested_action", "float32", joints),
        Feature("requested_valid", "bool"),
        Feature("limited_action", "float32", joints),
        Feature("limited_valid", "bool"),
        Feature("limits_acting", "bool", LIMITS),
        Feature("speed_scale", "float32"),
        Feature("source", "int64"),
        Feature("joint_velocity", "float32", joints),
        Feature("joint_load", "float32", joints),
        Feature("end_effector_pose", "float32", POSE_FIELDS),
        Feature("playing", "bool"),
        Feature("state_time", "float64"),
        Feature("applied_time", "float64"),
        *(one for camera in signature.cameras for one in _of_camera(camera.name, signature)),
        *_OF_THE_PLAYER,
        Feature("next.done", "bool"),
        Feature("next.success", "bool"),
        Feature("episode_uid", "int64"),
        Feature("segment", "int64"),
        Feature("weight", "float32"),
        Feature("subtask_index", "int64"),
        Feature("subtask_label", "int64"),
        Feature("timestamp", "float32"),
        Feature("frame_index", "int64"),
        Feature("episode_index", "int64"),
        Feature("index", "int64"),
        Feature("task_index", "int64"),
    )


_OF_THE_PLAYER = (
    Feature("seen_camera", "int64"),
    Feature("seen_frame_id", "int64"),
    Feature("seen_error_frames", "int64"),
    Feature("seen_error_ns", "int64"),
    Feature("seen_age_ns", "int64"),
    Feature("input_device", "int64"),
    Feature("input_stick", "bool"),
    Feature("hold_to_run", "bool"),
    Feature("move_id", "int64"),
    Feature("input_age_ns", "int64"),
    Feature("network_round_trip_ns", "int64"),
    Feature("network_jitter_ns", "int64"),
    Feature("network_late_ns", "int64"),
    Feature("network_loss", "float32"),
    Feature("network_blocked", "bool"),
)


def _of_camera(name: str, signature: Signature) -> tuple[Feature, ...]:
    """Where there is one camera, the row's own state and action are those of its pictures."""
    times = Feature(f"capture_time.{name}", "float64"), Feature(f"frame_id.{name}", "int64")
    if len(signature.cameras) < 2:
        return times
    joints = signature.joint_names
    own = Feature(f"state_at.{name}", "float32", joints), Feature(f"applied_at.{name}", "float32", joints)
    return (*times, *own)


def described(signature: Signature, fps: int) -> dict[str, object]:
    """The `features` of info.json."""
    videos: dict[str, object] = {
        camera.key: {
            "dtype": "video",
            "shape": [camera.height, camera.width, 3],
            "names": ["height", "width", "channels"],
            "info": {
                "video.height": camera.height,
                "video.width": camera.width,
                "video.codec": "h264",
                "video.pix_fmt": "yuv420p",
                "video.is_depth_map": False,
                "video.fps": fps,
                "video.channels": 3,
                "has_audio": False,
            },
        }
        for camera in signature.cameras
    }
    columns: dict[str, object] = {
        feature.name: {
            "dtype": feature.dtype,
            "shape": [len(feature.names) if feature.names else 1],
            "names": list(feature.names) if feature.names else None,
        }
        for feature in frame_features(signature)
    }
    return columns | videos


def arrow_schema(signature: Signature) -> pa.Schema:
    """Schema of the data files, with the note by which Hugging Face's loader knows the types."""
    features = frame_features(signature)
    typed = {feature.name: _hugging_face_type(feature) for feature in features}
    note = msgspec.json.encode({"info": {"features": typed}}).decode()
    fields = [pa.field(feature.name, feature.arrow_type) for feature in features]
    return pa.schema(fields, metadata={"huggingface": note})


def _hugging_face_type(feature: Feature) -> dict[str, object]:
    value: dict[str, object] = {"dtype": feature.dtype, "_type": "Value"}
    if feature.names is None:
        return value
    return {"feature": value, "length": len(feature.names), "_type": "List"}
