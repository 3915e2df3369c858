"""A data set as large as wanted in the exporter's layout, written by its own writers at the disk's speed."""

from pathlib import Path

import msgspec
import numpy as np
from episode_headers import START_NS
from synthetic_turns import makers

from teleop.episodes.card.describe import describe
from teleop.episodes.card.summary import Summary
from teleop.episodes.export_lerobot import LeRobot
from teleop.episodes.exporting.contract import Facts
from teleop.episodes.exporting.rows import episode_uid
from teleop.episodes.exporting.signature import Camera, Signature
from teleop.episodes.lerobot_v3.features import frame_features
from teleop.episodes.lerobot_v3.limits import Limits
from teleop.episodes.lerobot_v3.places import Place, placed
from teleop.episodes.lerobot_v3.tables import DataFiles, Entry, write_meta
from teleop.episodes.lerobot_v3.video import EncodedEpisode, EncodedPicture, VideoTrack
from teleop.episodes.statistics import Stats, of_rows

CONTRIBUTORS, FPS, ROWS = 20, 30, 150
PICTURE_BYTES = 20_000
LIMITS = Limits()
JOINTS = ("shoulder_pan", "shoulder_lift", "elbow_flex", "wrist_flex", "wrist_roll", "gripper")
CAMERAS = (Camera("overview", 640, 480), Camera("wrist", 640, 480))


def make_dataset(root: Path, wanted_bytes: float) -> dict[str, int]:
    """Writes about so many bytes; each episode's contributor (a number) by its id."""
    signature = Signature("so101", JOINTS, CAMERAS)
    random = np.random.default_rng(1)
    first = _first_picture()
    data = DataFiles(root, signature, LIMITS)
    tracks = {camera.key: VideoTrack(root, camera, FPS, LIMITS) for camera in CAMERAS}
    owners: dict[str, int] = {}
    entries: list[tuple[Entry, tuple[int, int]]] = []
    count = max(2 * CONTRIBUTORS, round(wanted_bytes / (ROWS * PICTURE_BYTES * len(CAMERAS))))
    for number in range(count):
        episode_id = f"ep-{number:05d}"
        owners[episode_id] = number % CONTRIBUTORS
        columns = _columns(signature, episode_id, number, random)
        spans = {key: track.append(_pictures(first, random)) for key, track in tracks.items()}
        stats = {name: of_rows(values) for name, values in columns.items()}
        stats |= {camera.key: _flat_stats() for camera in CAMERAS}
        uid = episode_uid(episode_id)
        origin = {"episode_uid": uid, "episode_index": number, "episode_id": episode_id}
        entry = Entry("task", ROWS, True, f"p{owners[episode_id]}", "recording-1", uid, spans, stats, origin)
        entries.append((entry, data.append(columns)))
    data.close()
    for track in tracks.values():
        track.close()
    write_meta(root, signature, FPS, entries, LIMITS)
    describe(root, Summary(LeRobot().notes, FPS, [_facts(*one) for one in owners.items()], ()))
    return owners


def _facts(episode_id: str, owner: int) -> Facts:
    made = makers()
    script = made.Script(episode_id=episode_id, cameras=("overview", "wrist"), size=(640, 480))
    described = msgspec.structs.replace(made.header_of(script), pseudonym=f"p{owner}")
    return Facts(f"{episode_id}.mcap", "d" * 64, described, made.verdict_of(script), ROWS, START_NS)


def _columns(
    signature: Signature, episode_id: str, number: int, random: np.random.Generator
) -> dict[str, object]:
    found = {}
    for feature in frame_features(signature):
        shape = (ROWS, len(feature.names)) if feature.names else (ROWS,)
        found[feature.name] = random.standard_normal(shape).astype(feature.dtype)
    found["frame_index"] = np.arange(ROWS)
    found["subtask_index"] = np.zeros(ROWS, dtype=np.int64)
    found["episode_uid"] = np.full(ROWS, episode_uid(episode_id), dtype=np.int64)
    return placed(found, Place(number, number * ROWS, 0))


def _pictures(first: bytes, random: np.random.Generator) -> EncodedEpisode:
    noise = random.integers(1, 255, PICTURE_BYTES, dtype=np.uint8).tobytes()
    pictures = [EncodedPicture(first, True)]
    for row in range(1, ROWS):
        key = row % 2 == 0
        slice_head = b"\0\0\0\1\x65" if key else b"\0\0\0\1\x41"
        turn = (row * 131) % PICTURE_BYTES
        pictures.append(EncodedPicture(slice_head + noise[turn:] + noise[:turn], key))
    return EncodedEpisode(tuple(pictures), _flat_stats(), copied=ROWS)


def _flat_stats() -> Stats:
    level = np.full((3, 1, 1), 0.5)
    quantiles = {name: level for name in ("q01", "q10", "q50", "q90", "q99")}
    return Stats(level, level, level, np.zeros((3, 1, 1)), ROWS, quantiles)


def _first_picture() -> bytes:
    """A real key picture with its parameter sets: by it the writer knows the codec."""
    annex_b: bytes = makers().Encoder(640, 480).encode(1, True)
    return annex_b
