"""One episode file being made: channels, chunks, and the seal that makes it final.

The file is made as `<episode_id>.mcap.part` under an exclusive lock and gets its name only when it is
whole and on disk. A chunk is closed after a second of message time, so that the same messages always
give the same bytes.
"""

import fcntl
import hashlib
import os
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import msgspec
from mcap.well_known import MessageEncoding, SchemaEncoding
from mcap.writer import CompressionType, Writer

from teleop.durable_files import sync, write_whole
from teleop.episodes import foxglove
from teleop.episodes.format import (
    GOALS_TOPIC,
    JOINTS_TOPIC,
    JSON_TOPICS,
    Action,
    Closing,
    Header,
    Message,
    Observation,
    Picture,
    note_of,
)
from teleop.episodes.schemas import json_schema

PROFILE = "armcade"
PROVENANCE = "provenance"
CLOSING = "closing"
GAP_EVENT = "recording_gap"
CHUNK_NS = 1_000_000_000
_TOPIC_OF: dict[type[msgspec.Struct], str] = {struct: topic for topic, struct in JSON_TOPICS.items()}


class UnknownCamera(ValueError):
    """A picture came from a camera that the episode's header does not name."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """A finished episode file: where it is, its SHA-256 in hex, and how many messages it holds or lost."""

    episode_id: str
    path: Path
    sha256: str
    bytes: int
    messages: int
    lost: int


def camera_topic(camera: str) -> str:
    """The topic of a camera's pictures."""
    return f"/camera/{camera}"


def part_path(path: Path) -> Path:
    """Where an episode grows before it is sealed as `path`."""
    return path.with_name(path.name + ".part")


def checksum_path(path: Path) -> Path:
    """The file beside an episode that `sha256sum -c` checks it with."""
    return path.with_name(path.name + ".sha256")


def log_time(message: Message) -> int:
    """The moment a message is about, on the cell's clock in ns: capture time for a picture."""
    return message.capture_ns if isinstance(message, Picture) else message.t_ns


class EpisodeFile:
    """Appends messages to a growing episode; not for use by two threads at once."""

    def __init__(self, path: Path, header: Header, part: Path | None = None) -> None:
        """Creates the file that will be `path`; raises FileExistsError if either is there already.

        With a `part` of its own, `path` may be there: who names the part looks before it publishes.
        """
        self.path, self.header = path, header
        self.part = part if part is not None else part_path(path)
        if part is None and path.exists():
            raise FileExistsError(f"{path} exists: an episode is never overwritten")
        self._measured = foxglove.JointStatesEncoder(header.joint_names, with_velocities=True)
        self._applied = foxglove.JointStatesEncoder(header.joint_names, with_velocities=False)
        self._channels: dict[str, int] = {}
        self._sequences: dict[str, int] = {}
        self._newest_ns = self._chunk_start_ns = header.started_ns
        self._pending = 0
        self.messages = 0
        with ExitStack() as undo:
            self._stream = undo.enter_context(self.part.open("xb"))
            fcntl.flock(self._stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._writer = Writer(self._stream, chunk_size=1 << 30, compression=CompressionType.ZSTD)
            self._start()
            undo.pop_all()

    def add(self, message: Message) -> None:
        """Appends one message, and beside a tick its joints as plotters know them.

        Raises UnknownCamera, OSError when the disk refuses, ValueError for a tick of another arm.
        """
        if isinstance(message, Picture):
            self._add_picture(message)
            return
        t_ns = message.t_ns
        self.add_encoded(_TOPIC_OF[type(message)], t_ns, t_ns, msgspec.json.encode(message))
        if isinstance(message, Observation):
            joints = self._measured.encode(t_ns, message.positions_rad, message.velocities_rad_s)
            self.add_encoded(JOINTS_TOPIC, t_ns, t_ns, joints)
        elif isinstance(message, Action):
            self.add_encoded(GOALS_TOPIC, t_ns, t_ns, self._applied.encode(t_ns, message.applied_rad, ()))

    def _add_picture(self, message: Picture) -> None:
        topic = camera_topic(message.camera)
        if topic not in self._channels:
            raise UnknownCamera(f"{message.camera} is not a camera of episode {self.header.episode_id}")
        video = foxglove.encode_video(message.camera, message.capture_ns, message.annex_b)
        self.add_encoded(topic, message.capture_ns, message.encoded_ns, video)
        self.add_encoded(
            "/picture", message.capture_ns, message.encoded_ns, msgspec.json.encode(note_of(message))
        )

    def add_encoded(self, topic: str, log_ns: int, publish_ns: int, data: bytes) -> None:
        """Appends message bytes under a topic of this episode, closing the chunk when it is due."""
        if self._pending and log_ns - self._chunk_start_ns >= CHUNK_NS:
            self.flush()
        if not self._pending:
            self._chunk_start_ns = max(self._newest_ns, log_ns)
        sequence = self._sequences.get(topic, 0)
        self._sequences[topic] = sequence + 1
        self._writer.add_message(self._channels[topic], log_ns, data, publish_ns, sequence)
        self._newest_ns = max(self._newest_ns, log_ns)
        self._pending += 1
        self.messages += 1

    def flush(self) -> None:
        """Closes the chunk and hands it to the system."""
        self._writer.flush()
        self._pending = 0

    def seal(self, closing: Closing) -> Sealed:
        """Finishes the file and gives it its name; raises OSError."""
        return self.publish(self.finish(closing))

    def finish(self, closing: Closing) -> Sealed:
        """Writes the end of the file and waits until the disk keeps it; the name comes with `publish`."""
        if closing.verdict is not None and "/verdict" not in self._sequences:
            self.add(closing.verdict)
        self.flush()
        closing = msgspec.structs.replace(closing, messages=self.messages)
        self._writer.add_metadata(CLOSING, flat(closing))
        self._writer.finish()
        self._stream.flush()
        os.fsync(self._stream.fileno())
        with self.part.open("rb") as whole:
            digest = hashlib.file_digest(whole, "sha256").hexdigest()
        size = self.part.stat().st_size
        return Sealed(self.header.episode_id, self.path, digest, size, self.messages, closing.lost)

    def publish(self, sealed: Sealed) -> Sealed:
        """Writes the checksum file, then gives the finished file its name; both are on disk after this."""
        write_checksum(sealed)
        os.rename(self.part, self.path)
        self._stream.close()
        sync(self.path.parent)
        return sealed

    def abandon(self) -> None:
        """Leaves the growing file as it is, for recovery at the next start."""
        self._stream.close()

    def _start(self) -> None:
        self._writer.start(profile=PROFILE, library=PROFILE)
        self._writer.add_metadata(PROVENANCE, flat(self.header))
        for topic, struct in JSON_TOPICS.items():
            schema = self._writer.register_schema(
                f"armcade.{struct.__name__}", SchemaEncoding.JSONSchema, json_schema(struct)
            )
            self._channels[topic] = self._writer.register_channel(topic, MessageEncoding.JSON, schema)
        video = self._writer.register_schema(
            foxglove.SCHEMA_NAME, SchemaEncoding.Protobuf, foxglove.video_descriptors()
        )
        for camera in self.header.cameras:
            topic = camera_topic(camera.camera)
            self._channels[topic] = self._writer.register_channel(topic, MessageEncoding.Protobuf, video)
        joints = self._writer.register_schema(
            foxglove.JOINTS_NAME, SchemaEncoding.Protobuf, foxglove.joints_descriptors()
        )
        for topic in (JOINTS_TOPIC, GOALS_TOPIC):
            self._channels[topic] = self._writer.register_channel(topic, MessageEncoding.Protobuf, joints)
        started_ns = self.header.started_ns
        self.add_encoded("/header", started_ns, started_ns, msgspec.json.encode(self.header))
        self.flush()


def flat(struct: msgspec.Struct) -> dict[str, str]:
    """A struct as an MCAP metadata record: strings as they are, everything else as JSON text."""
    fields = msgspec.structs.asdict(struct)
    return {
        name: value if isinstance(value, str) else msgspec.json.encode(value).decode()
        for name, value in fields.items()
    }


def write_checksum(sealed: Sealed) -> None:
    """Writes the file beside an episode that `sha256sum -c` checks it with: the whole of it or nothing."""
    write_whole(checksum_path(sealed.path), f"{sealed.sha256}  {sealed.path.name}\n".encode("ascii"))
