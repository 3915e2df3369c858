"""Hashes everything in an episode file, stream by stream, without decoding a message."""

import hashlib
import struct
from collections.abc import Iterator
from pathlib import Path

from mcap.records import Channel, Message
from mcap.stream_reader import StreamReader

from teleop.episodes.damage import DAMAGE, RECORD_LIMIT_BYTES
from teleop.lineage.manifest import WHOLE, Hashed

_TIMES = struct.Struct("<IQQQ")


class RecordingDamaged(Exception):
    """An episode file that cannot be read to its end; the text says what the reader met."""


def stream_hashes(path: Path) -> tuple[Hashed, ...]:
    """One hash a topic, over sequence, times, length and content of each message, in the order of topics.

    Raises RecordingDamaged, OSError.
    """
    digests = {}
    counts: dict[str, int] = {}
    for topic, message in _messages(path):
        if topic not in counts:
            digests[topic], counts[topic] = hashlib.sha256(), 0
        counts[topic] += 1
        times = (message.sequence, message.log_time, message.publish_time, len(message.data))
        digests[topic].update(_TIMES.pack(*times))
        digests[topic].update(message.data)
    return tuple(Hashed(topic, digests[topic].hexdigest(), counts[topic], True) for topic in sorted(counts))


def file_hash(path: Path) -> Hashed:
    """The hash of the whole file; raises OSError."""
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return Hashed(WHOLE, digest, 1, True)


def _messages(path: Path) -> Iterator[tuple[str, Message]]:
    topics: dict[int, str] = {}
    with path.open("rb") as stream:
        reader = StreamReader(stream, validate_crcs=True, record_size_limit=RECORD_LIMIT_BYTES)
        try:
            for record in reader.records:
                if isinstance(record, Channel):
                    topics[record.id] = record.topic
                elif isinstance(record, Message):
                    yield topics[record.channel_id], record
        except DAMAGE as error:
            raise RecordingDamaged(str(error) or "it ends too early") from error
