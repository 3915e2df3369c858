"""Messages taken from whole chunks are those that the `mcap` package finds, in the same order."""

import struct
from pathlib import Path
from typing import Any

import pytest
from mcap.reader import make_reader
from mcap.records import Chunk
from mcap.writer import CompressionType, IndexType, Writer

from teleop.episodes import messages as module
from teleop.episodes.messages import messages

TOPICS = ("/a", "/b", "/c")


def made(path: Path, **how: Any) -> Path:
    """A file of several chunks: `/a` in all of them, `/b` in every second, `/c` in none."""
    with path.open("wb") as stream:
        writer = Writer(stream, chunk_size=1 << 30, **how)
        writer.start()
        schema = writer.register_schema("any", "jsonschema", b"{}")
        numbers = {topic: writer.register_channel(topic, "json", schema) for topic in TOPICS}
        for at in range(40):
            topic = TOPICS[at % 4 == 1 and at % 20 < 10]
            writer.add_message(numbers[topic], 100 - at, b"%d" % at * (at % 5), 7)
            if at % 10 == 9:
                writer.flush()
                writer._Writer__finalize_chunk()
        writer.finish()
    return path


def ours(path: Path, topics: tuple[str, ...]) -> list[tuple[str, bytes]]:
    with path.open("rb") as stream:
        return list(messages(stream, make_reader(stream, validate_crcs=True), topics))


def theirs(path: Path, topics: tuple[str, ...]) -> list[tuple[str, bytes]]:
    with path.open("rb") as stream:
        found = make_reader(stream).iter_messages(topics, log_time_order=False)
        return [(channel.topic, message.data) for _, channel, message in found]


WAYS: list[dict[str, Any]] = [
    {},
    {"compression": CompressionType.NONE},
    {"index_types": IndexType.NONE},
    {"index_types": IndexType.CHUNK},
    {"use_chunking": False},
    {"use_statistics": False, "use_summary_offsets": False},
]


@pytest.mark.parametrize("how", WAYS)
@pytest.mark.parametrize("topics", [("/a",), ("/b",), ("/a", "/b"), ("/c",), ("/none",), ()])
def test_they_are_what_the_package_finds(
    tmp_path: Path, how: dict[str, Any], topics: tuple[str, ...]
) -> None:
    path = made(tmp_path / "one.mcap", **how)
    assert ours(path, topics) == theirs(path, topics)
    assert len(ours(path, ("/a", "/b"))) == 40


def test_a_chunk_without_any_wanted_message_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = made(tmp_path / "one.mcap")
    read: list[Chunk] = []
    whole = module.get_chunk_data_stream

    def counted(chunk: Chunk, **how: Any) -> Any:
        read.append(chunk)
        return whole(chunk, **how)

    monkeypatch.setattr(module, "get_chunk_data_stream", counted)
    assert {topic for topic, _ in ours(path, ("/b",))} == {"/b"}
    assert len(read) == 2
    ours(path, ("/a",))
    assert len(read) == 2 + 4


def test_a_chunk_that_is_not_as_it_was_written_is_refused(tmp_path: Path) -> None:
    path = made(tmp_path / "one.mcap", compression=CompressionType.NONE)
    data = path.read_bytes()
    path.write_bytes(data.replace(b"1313", b"1314"))
    with pytest.raises(ValueError, match="crc"):
        ours(path, ("/a",))


def test_a_record_that_reaches_beyond_its_chunk_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = made(tmp_path / "one.mcap", compression=CompressionType.NONE, enable_crcs=False)
    message = struct.pack("<BQ", 5, 22 + 8)
    data = path.read_bytes()
    last = data.rindex(message)
    path.write_bytes(data[:last] + struct.pack("<BQ", 5, 1 << 20) + data[last + 9 :])
    with pytest.raises(ValueError, match="beyond its chunk"):
        ours(path, ("/a", "/b"))
