"""The growing file: chunks by message time, seal, and what the stock reader finds in it."""

import fcntl
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from mcap.reader import make_reader
from mcap_protobuf.decoder import DecoderFactory

from teleop.episodes.container import EpisodeFile, UnknownCamera, checksum_path, log_time, part_path
from teleop.episodes.format import Closing, Event, Picture
from teleop.episodes.writer import Sealed

CLOSING = Closing("unjudged", "", 0, 0, None)


def written(folder: Path, synthetic: Any, name: str = "ep-1", **facts: Any) -> Sealed:
    script = synthetic.Script(episode_id=name, **facts)
    file = EpisodeFile(folder / f"{name}.mcap", synthetic.header(script))
    for message in synthetic.messages(script):
        file.add(message)
    return file.seal(Closing("complete", "", 0, 0, synthetic.verdict(script)))


def test_the_stock_reader_finds_everything(episodes: Path, synthetic: Any) -> None:
    sealed = written(episodes, synthetic)
    script = synthetic.Script()
    messages = synthetic.messages(script)
    pictures = sum(isinstance(one, Picture) for one in messages)
    with sealed.path.open("rb") as stream:
        reader = make_reader(stream, validate_crcs=True, decoder_factories=[DecoderFactory()])
        summary = reader.get_summary()
        assert summary is not None and summary.statistics is not None
        found = {channel.topic: summary.statistics.channel_message_counts.get(number, 0)
                 for number, channel in summary.channels.items()}  # fmt: skip
        assert found["/header"] == found["/verdict"] == found["/event"] == 1
        assert found["/observation"] == found["/action"] == found["/joints"] == found["/goals"] == 100
        assert found["/picture"] == found["/camera/overview"] + found["/camera/wrist"] == pictures
        assert summary.statistics.message_count == sealed.messages == sum(found.values())
        provenance = {record.name: record.metadata for record in reader.iter_metadata()}["provenance"]
        assert provenance["pseudonym"] == "quiet-otter"
        assert json.loads(provenance["consent"])["text_version"] == "2026-01"
        topics = ["/camera/wrist"]
        decoded = [message for *_, message in reader.iter_decoded_messages(topics)]
    assert [one.frame_id for one in decoded] == ["wrist"] * found["/camera/wrist"]
    assert {one.format for one in decoded} == {"h264"}


def test_times_are_the_cells_clock(episodes: Path, synthetic: Any) -> None:
    sealed = written(episodes, synthetic)
    with sealed.path.open("rb") as stream:
        for _, channel, message in make_reader(stream).iter_messages(["/action", "/picture"]):
            data = json.loads(message.data)
            if channel.topic == "/action":
                assert message.log_time == message.publish_time == data["t_ns"]
            else:
                assert (message.log_time, message.publish_time) == (data["capture_ns"], data["encoded_ns"])


def test_the_same_messages_give_the_same_bytes(episodes: Path, tmp_path: Path, synthetic: Any) -> None:
    assert written(episodes, synthetic).sha256 == written(tmp_path, synthetic).sha256


def test_no_chunk_is_longer_than_a_second(episodes: Path, synthetic: Any) -> None:
    sealed = written(episodes, synthetic, cameras=(), seconds=3.5)
    with sealed.path.open("rb") as stream:
        summary = make_reader(stream).get_summary()
    assert summary is not None
    lengths = [chunk.message_end_time - chunk.message_start_time for chunk in summary.chunk_indexes]
    assert len(lengths) >= 4
    assert max(lengths) <= 1_000_000_000


def test_sealing_names_the_file_and_writes_its_checksum(episodes: Path, synthetic: Any) -> None:
    sealed = written(episodes, synthetic)
    assert sorted(path.name for path in episodes.iterdir()) == ["ep-1.mcap", "ep-1.mcap.sha256"]
    assert hashlib.sha256(sealed.path.read_bytes()).hexdigest() == sealed.sha256
    assert checksum_path(sealed.path).read_text() == f"{sealed.sha256}  ep-1.mcap\n"
    assert sealed.bytes == sealed.path.stat().st_size


def test_an_episode_is_never_overwritten(episodes: Path, synthetic: Any) -> None:
    sealed = written(episodes, synthetic)
    before = sealed.path.read_bytes()
    with pytest.raises(FileExistsError, match="never overwritten"):
        EpisodeFile(sealed.path, synthetic.header(synthetic.Script()))
    assert sealed.path.read_bytes() == before


def test_a_growing_episode_is_not_overwritten_either_and_is_locked(episodes: Path, synthetic: Any) -> None:
    path = episodes / "ep-1.mcap"
    header = synthetic.header(synthetic.Script())
    file = EpisodeFile(path, header)
    with pytest.raises(FileExistsError):
        EpisodeFile(path, header)
    with part_path(path).open("rb") as stream, pytest.raises(BlockingIOError):
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    file.abandon()


def test_a_stranger_camera_is_refused(episodes: Path, synthetic: Any) -> None:
    file = EpisodeFile(episodes / "ep-1.mcap", synthetic.header(synthetic.Script()))
    with pytest.raises(UnknownCamera, match="ceiling"):
        file.add(Picture("ceiling", 1, 2, 3, True, b"x"))
    assert file.seal(CLOSING).messages == 1


def test_the_moment_of_a_picture_is_its_capture() -> None:
    assert log_time(Picture("a", 1, 20, 30, True, b"")) == 20
    assert log_time(Event(7, "x", {})) == 7
