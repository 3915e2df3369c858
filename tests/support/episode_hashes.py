"""What a data set holds of each episode, as one hash an episode: packets and rows, wherever they lie."""

import hashlib
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pyarrow.parquet as pq

from teleop.lineage.cut_video import packets

PLACE = ("episode_index", "index")


def episode_hashes(dataset: Path) -> dict[int, str]:
    """By `episode_uid`: SHA-256 over the recorded values of all its rows and all its video packets."""
    info = msgspec.json.decode((dataset / "meta/info.json").read_bytes())
    keys = [name for name, one in info["features"].items() if one["dtype"] == "video"]
    number_to_uid, digests = _rows(dataset)
    cache: dict[Path, list[bytes]] = {}
    for path in sorted((dataset / "meta/episodes").rglob("*.parquet")):
        for row in pq.read_table(path).to_pylist():
            for key in keys:
                chunk, file = row[f"videos/{key}/chunk_index"], row[f"videos/{key}/file_index"]
                video = dataset / info["video_path"].format(video_key=key, chunk_index=chunk, file_index=file)
                if video not in cache:
                    cache[video] = [hashlib.sha256(packet).digest() for packet in packets(video)]
                first = round(row[f"videos/{key}/from_timestamp"] * info["fps"])
                shown = cache[video][first : first + row["length"]]
                digests[number_to_uid[row["episode_index"]]].update(b"".join(shown))
    return {uid: digest.hexdigest() for uid, digest in digests.items()}


def _rows(dataset: Path) -> tuple[dict[int, int], dict[int, Any]]:
    """Each episode's uid by its number, and a hash of its rows by its uid."""
    number_to_uid: dict[int, int] = {}
    digests: dict[int, Any] = {}
    for path in sorted((dataset / "data").rglob("*.parquet")):
        table = pq.read_table(path)
        numbers = np.asarray(table.column("episode_index"))
        for number in np.unique(numbers).tolist():
            rows = table.filter(numbers == number)
            uid = number_to_uid[number] = rows.column("episode_uid")[0].as_py()
            digest = digests.setdefault(uid, hashlib.sha256())
            for name in table.schema.names:
                if name not in PLACE:
                    digest.update(_bits(rows.column(name)))
    return number_to_uid, digests


def _bits(column: Any) -> bytes:
    return b"".join(
        np.asarray(chunk.flatten() if hasattr(chunk, "flatten") else chunk).tobytes()
        for chunk in column.chunks
    )
