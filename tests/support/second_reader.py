"""A second reader of episodes, written from docs/episode_format.md alone: nothing of Armcade is imported."""

import json
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgpack
from mcap.reader import make_reader
from mcap_protobuf.decoder import DecoderFactory

MARK = bytes.fromhex("a7414a31")
PREFIX_BYTES = 20
LONGEST = 16_777_216


@dataclass
class Episode:
    """What an episode says, from either kind of file."""

    header: dict[str, Any] | None = None
    closing: dict[str, Any] | None = None
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    pictures: dict[str, list[bytes]] = field(default_factory=dict)
    joints: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    missing: int = 0
    damaged_bytes: int = 0

    def add(self, topic: str, row: dict[str, Any]) -> None:
        self.rows.setdefault(topic, []).append(row)


def read_journal(path: Path) -> Episode:
    """Everything that a journal tells."""
    data, episode = path.read_bytes(), Episode()
    at, stamp, last = 0, None, -1
    while at < len(data):
        size = _record_size(data, at, stamp, last)
        if size == 0:
            following = data.find(MARK, at + 1)
            following = len(data) if following < 0 else following
            episode.damaged_bytes += following - at
            at = following
            continue
        stamp = data[at + 4 : at + 8]
        sequence = int.from_bytes(data[at + 12 : at + 16], "little")
        episode.missing += max(0, sequence - max(last + 1, 2))
        last = sequence
        kind, fields = msgpack.unpackb(data[at + PREFIX_BYTES : at + size])
        _take(episode, kind, fields)
        at += size
    return episode


def _record_size(data: bytes, at: int, stamp: bytes | None, last: int) -> int:
    """The bytes of the record that begins here; 0 when none does."""
    prefix = data[at : at + PREFIX_BYTES]
    if len(prefix) < PREFIX_BYTES or prefix[:4] != MARK or (stamp is not None and prefix[4:8] != stamp):
        return 0
    length, sequence, checksum = (
        int.from_bytes(prefix[place : place + 4], "little") for place in (8, 12, 16)
    )
    payload = data[at + PREFIX_BYTES : at + PREFIX_BYTES + length]
    if length > LONGEST or len(payload) < length or sequence <= last:
        return 0
    return PREFIX_BYTES + length if zlib.crc32(prefix[4:16] + payload) == checksum else 0


def _take(episode: Episode, kind: str, fields: dict[str, Any]) -> None:
    if kind == "opening":
        assert fields["journal_version"] == 1
        episode.header = fields["header"]
    elif kind == "closing":
        episode.closing = fields
    elif kind == "picture":
        episode.pictures.setdefault(fields["camera"], []).append(fields.pop("annex_b"))
        episode.add("/picture", fields)
    else:
        episode.add("/" + kind, fields)


def read_mcap(path: Path) -> Episode:
    """Everything that a finished episode tells."""
    episode = Episode()
    with path.open("rb") as stream:
        reader = make_reader(stream, validate_crcs=True, decoder_factories=[DecoderFactory()])
        for metadata in reader.iter_metadata():
            if metadata.name == "closing":
                episode.closing = {
                    name: text if name in ("status", "note") else json.loads(text)
                    for name, text in metadata.metadata.items()
                }
        for schema, channel, message, decoded in _messages(reader):
            if channel.topic == "/header":
                episode.header = json.loads(message.data)
            elif channel.topic.startswith("/camera/"):
                camera = channel.topic.removeprefix("/camera/")
                assert (decoded.frame_id, decoded.format) == (camera, "h264")
                episode.pictures.setdefault(camera, []).append(decoded.data)
            elif channel.topic in ("/joints", "/goals"):
                assert (schema.name, schema.encoding) == ("foxglove.JointStates", "protobuf")
                episode.joints.setdefault(channel.topic, []).append(_joint_states(decoded))
            else:
                episode.add(channel.topic, json.loads(message.data))
    return episode


def _joint_states(message: Any) -> dict[str, Any]:
    """Values in the order of the joints; None where a joint tells none."""
    return {
        "t_ns": message.timestamp.seconds * 1_000_000_000 + message.timestamp.nanos,
        "names": [joint.name for joint in message.joints],
        **{
            field: [getattr(joint, field) if joint.HasField(field) else None for joint in message.joints]
            for field in ("position", "velocity", "acceleration", "effort")
        },
    }


def _messages(reader: Any) -> Any:
    """In the order of the file, which is the order in which it all happened."""
    decoder = DecoderFactory()
    for schema, channel, message in reader.iter_messages(log_time_order=False):
        decode = decoder.decoder_for(channel.message_encoding, schema)
        yield schema, channel, message, None if decode is None else decode(message.data)
