"""The columns of a dataset as info.json, Arrow and Hugging Face's loader see them."""

import json
from typing import Any

import pyarrow as pa

from teleop.episodes.exporting.signature import signature_of
from teleop.episodes.lerobot_v3.features import arrow_schema, described, frame_features

REQUIRED = {
    "timestamp": "float32",
    "frame_index": "int64",
    "episode_index": "int64",
    "index": "int64",
    "task_index": "int64",
}


def test_required_columns_and_shapes(synthetic: Any) -> None:
    features: Any = described(signature_of(synthetic.header(synthetic.Script())), 30)
    for name, dtype in REQUIRED.items():
        assert features[name] == {"dtype": dtype, "shape": [1], "names": None}
    for name in ("observation.state", "action"):
        assert features[name] == {"dtype": "float32", "shape": [6], "names": list(synthetic.JOINTS)}
    video = features["observation.images.wrist"]
    assert video["shape"] == [64, 96, 3]
    assert video["info"]["video.codec"] == "h264"
    assert video["info"]["video.fps"] == 30


def test_policies_pick_up_state_action_and_pictures_only(synthetic: Any) -> None:
    features = described(signature_of(synthetic.header(synthetic.Script())), 30)
    picked = {name for name in features if name.startswith(("observation", "action"))}
    assert picked == {
        "observation.state",
        "action",
        "observation.images.overview",
        "observation.images.wrist",
    }
    assert not any("/" in name for name in features)


def test_arrow_and_hugging_face_agree(synthetic: Any) -> None:
    signature = signature_of(synthetic.header(synthetic.Script(cameras=("overview",))))
    schema: Any = arrow_schema(signature)
    note = json.loads(schema.metadata[b"huggingface"])["info"]["features"]
    assert list(note) == schema.names == [feature.name for feature in frame_features(signature)]
    assert note["action"] == {"feature": {"dtype": "float32", "_type": "Value"}, "length": 6, "_type": "List"}
    assert schema.field("action").type == pa.list_(pa.float32(), 6)
    assert schema.field("index").type == pa.int64()
