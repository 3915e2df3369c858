"""Episodes load as they were written; what cannot be read says so, by name, with advice."""

from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mcap.reader import make_reader
from mcap.records import Chunk
from mcap.stream_reader import StreamReader
from mcap.writer import Writer

from teleop.episodes.container import EpisodeFile, flat
from teleop.episodes.damage import EpisodeUnreadable
from teleop.episodes.format import Closing, Event, Input, Network, Observation, Picture
from teleop.episodes.loading import (
    list_episodes,
    median_round_trip_s,
    open_episode,
    open_pictures,
    overview,
)


def test_everything_comes_back(record: Any, synthetic: Any) -> None:
    script = synthetic.Script(jitter_ns=8_000_000, dropped=(3, 4))
    messages = synthetic.messages(script)
    episode = open_episode(record(jitter_ns=8_000_000, dropped=(3, 4)).path)
    assert episode.header == synthetic.header(script)
    seen = [one for one in messages if isinstance(one, Observation)]
    assert episode.observations.t_ns.tolist() == [one.t_ns for one in seen]
    assert episode.observations.positions_rad.tolist() == [list(one.positions_rad) for one in seen]
    assert episode.inputs.sequence.tolist() == [one.sequence for one in messages if isinstance(one, Input)]
    assert list(episode.events) == [one for one in messages if isinstance(one, Event)]
    for camera in ("overview", "wrist"):
        shown = [one for one in messages if isinstance(one, Picture) and one.camera == camera]
        found = episode.pictures[camera]
        assert found.frame_id.tolist() == [one.frame_id for one in shown]
        assert found.capture_ns.tolist() == [one.capture_ns for one in shown]
        assert found.annex_b == tuple(one.annex_b for one in shown)
        assert found.keyframe.tolist() == [one.keyframe for one in shown]


def test_without_pictures_their_times_still_come(record: Any) -> None:
    episode = open_episode(record().path, pictures=False)
    assert episode.pictures["wrist"].annex_b == ()
    assert len(episode.pictures["wrist"].capture_ns) > 20


def test_a_camera_that_saw_nothing_is_there_and_empty(record: Any) -> None:
    episode = open_episode(record(silent=("wrist",)).path)
    assert len(episode.pictures["wrist"].frame_id) == 0
    assert len(episode.pictures["overview"].annex_b) > 20


def test_one_camera_alone(record: Any, synthetic: Any) -> None:
    path = record().path
    header, pictures = open_pictures(path, "wrist")
    assert header == synthetic.header(synthetic.Script())
    assert pictures.annex_b == open_episode(path).pictures["wrist"].annex_b
    with pytest.raises(EpisodeUnreadable, match="no camera 'ceiling'.*overview, wrist"):
        open_pictures(path, "ceiling")


def test_an_overview_needs_no_messages(record: Any) -> None:
    sealed = record(solved=False)
    found = overview(sealed.path)
    episode = open_episode(sealed.path)
    assert found.verdict is not None and not found.verdict.solved
    assert found.duration_s == pytest.approx(1.0)
    assert found.bytes == sealed.bytes
    assert found.pictures == {name: len(one.frame_id) for name, one in episode.pictures.items()}


def test_a_list_is_in_order_of_time_and_names_what_it_cannot_read(record: Any, episodes: Path) -> None:
    for name in ("ep-b", "ep-a"):
        record(episode_id=name)
    (episodes / "ep-c.mcap").write_bytes(b"\x89MCAP0\r\nrubbish")
    listing = list_episodes(episodes)
    assert [one.header.episode_id for one in listing.episodes] == ["ep-a", "ep-b"]
    assert [error.path.name for error in listing.unreadable] == ["ep-c.mcap"]


def test_an_absent_directory_holds_no_episodes(tmp_path: Path) -> None:
    assert list_episodes(tmp_path / "nowhere").episodes == ()


@pytest.mark.parametrize(
    ("name", "content", "complaint"),
    [
        ("a.mcap", None, "does not exist.*armcade episodes list"),
        ("a.mcap.part", b"x", "not finished.*armcade episodes recover"),
        ("a.journal", b"x", "not finished.*armcade episodes recover"),
        ("a.mcap", b"", "damaged or no Armcade episode"),
        ("a.mcap", b"hello world, this is no episode" * 9, "damaged or no Armcade episode"),
    ],
)
def test_complaints(tmp_path: Path, name: str, content: bytes | None, complaint: str) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(EpisodeUnreadable, match=complaint) as caught:
        open_episode(path)
    assert str(path) in str(caught.value)


def test_a_folder_is_no_episode(tmp_path: Path) -> None:
    with pytest.raises(EpisodeUnreadable, match="cannot be read.*Check the disk"):
        open_episode(tmp_path)


def foreign(path: Path, records: dict[str, dict[str, str]]) -> Path:
    with path.open("wb") as stream:
        writer = Writer(stream)
        writer.start()
        for name, metadata in records.items():
            writer.add_metadata(name, metadata)
        writer.finish()
    return path


def test_other_mcap_files_are_told_apart(tmp_path: Path, synthetic: Any) -> None:
    header = flat(synthetic.header(synthetic.Script()))
    path = tmp_path / "a.mcap"
    with pytest.raises(EpisodeUnreadable, match="no Armcade episode"):
        open_episode(foreign(path, {}))
    with pytest.raises(EpisodeUnreadable, match="episode format 4, this Armcade reads 1, 2, 3"):
        open_episode(foreign(path, {"provenance": header | {"format_version": "4"}}))
    with pytest.raises(EpisodeUnreadable, match="never sealed"):
        open_episode(foreign(path, {"provenance": header}))


def test_a_file_of_format_2_is_read_as_it_was_written() -> None:
    path = Path(__file__).with_name("format_2.mcap")
    episode = open_episode(path)
    assert episode.header.format_version == 2 and not {"/joints", "/goals"} & topics_of(path)
    assert (
        len(episode.observations.t_ns) == len(episode.actions.t_ns) == 25 and len(episode.commands.t_ns) == 2
    )
    assert len(episode.pictures["wrist"].annex_b) == 7 and episode.verdict is not None


def topics_of(path: Path) -> set[str]:
    """The topics that a file has channels for."""
    with path.open("rb") as stream:
        summary = make_reader(stream).get_summary()
    assert summary is not None
    return {channel.topic for channel in summary.channels.values()}


def test_a_file_of_format_1_is_read_as_it_was_written() -> None:
    episode = open_episode(Path(__file__).with_name("format_1.mcap"))
    assert episode.header.format_version == 1 and episode.header.puzzle_sha256 == ""
    assert len(episode.observations.t_ns) == len(episode.actions.t_ns) == 25
    assert episode.actions.source[0] == "player" and set(episode.actions.command.tolist()) == {-1}
    assert np.isnan(episode.actions.limited_rad).all() and set(episode.inputs.received_ns.tolist()) == {-1}
    assert len(episode.pictures["wrist"].annex_b) == 7
    assert len(episode.commands.t_ns) == len(episode.network.t_ns) == len(episode.sent["wrist"].t_ns) == 0
    assert episode.verdict is not None and episode.verdict.ending == ""


def test_an_overview_needs_an_index(record: Any, tmp_path: Path, synthetic: Any) -> None:
    header = flat(synthetic.header(synthetic.Script()))
    closing = flat(Closing("unjudged", "", 0, 0, None))
    path = tmp_path / "a.mcap"
    with path.open("wb") as stream:
        writer = Writer(stream, use_statistics=False)
        writer.start()
        writer.add_metadata("provenance", header)
        writer.add_metadata("closing", closing)
        writer.finish()
    with pytest.raises(EpisodeUnreadable, match="no index"):
        overview(path)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.floats(0, 0.9999), change=st.integers(1, 255), cut=st.booleans())
def test_damage_is_refused_or_harmless(
    place: float, change: int, cut: bool, tmp_path_factory: Any, synthetic: Any
) -> None:
    whole = _whole(tmp_path_factory, synthetic)
    data = bytearray(whole.read_bytes())
    at = int(len(data) * place)
    data[at] ^= change
    path = tmp_path_factory.mktemp("damaged") / "ep-1.mcap"
    path.write_bytes(data[:at] if cut else data)
    try:
        episode = open_episode(path)
    except EpisodeUnreadable:
        return
    assert not cut
    assert np.array_equal(episode.observations.positions_rad, open_episode(whole).observations.positions_rad)


def test_no_damage_of_the_index_goes_unnoticed(tmp_path: Path, record: Any) -> None:
    data = record().path.read_bytes()
    index_at = int.from_bytes(data[-28:-20], "little")
    path = tmp_path / "a.mcap"
    for at in range(index_at, len(data) - 8, 7):
        damaged = bytearray(data)
        damaged[at] ^= 1
        path.write_bytes(damaged)
        with pytest.raises(EpisodeUnreadable):
            open_episode(path)


def test_a_chunk_that_does_not_match_its_checksum_is_refused(tmp_path: Path, record: Any) -> None:
    path = record().path
    data = bytearray(path.read_bytes())
    at = 8
    with path.open("rb") as stream:
        for one in StreamReader(stream, emit_chunks=True).records:
            if isinstance(one, Chunk):
                break
            at = stream.tell()
    data[at + 1 + 8 + 24] ^= 1  # behind kind, length, two times and a size stands the checksum
    path.write_bytes(data)
    with path.open("rb") as stream:
        assert list(make_reader(stream).iter_messages())
    with pytest.raises(EpisodeUnreadable, match="crc"):
        open_episode(path)


@pytest.mark.parametrize("lie", [b"quiet-otter", b'"solved":true'])
def test_records_that_contradict_the_messages_are_refused(record: Any, lie: bytes) -> None:
    path = record().path
    data = path.read_bytes()
    assert data.count(lie) == 1  # messages are compressed, metadata records are not
    path.write_bytes(data.replace(lie, lie[:-2] + b"ir" if lie.startswith(b"quiet") else b'"solved":null'))
    with pytest.raises(EpisodeUnreadable, match="damaged"):
        open_episode(path)


def _whole(tmp_path_factory: Any, synthetic: Any) -> Path:

    path: Path = tmp_path_factory.getbasetemp() / "whole.mcap"
    if not path.exists():
        script = synthetic.Script(seconds=0.3, cameras=())
        file = EpisodeFile(path, synthetic.header(script))
        for message in synthetic.messages(script):
            file.add(message)
        file.seal(Closing("complete", "", 0, 0, synthetic.verdict(script)))
    return path


def test_setpoints_sent_pictures_and_the_link_are_read(record: Any) -> None:
    episode = open_episode(record(seconds=0.2).path)
    assert episode.commands.sequence.tolist() == [90, 91] and episode.commands.move_id.tolist() == [-1, 2]
    assert episode.sent["overview"].codec == ("vp8",) and len(episode.sent["wrist"].t_ns) == 0
    assert episode.network.share.tolist() == [0.5]
    shown = episode.pictures["wrist"]
    assert (shown.encode_begun_ns - shown.capture_ns == 1_000_000).all()


def test_the_round_trip_is_the_median_of_what_the_link_reported(record: Any, synthetic: Any) -> None:
    told = record(episode_id="e-link", seconds=3.0)  # the link reports 80 ms once
    assert median_round_trip_s(told.path) == 0.08
    plain = Network(0, None, None, None, None, None, None, None, None, None, None, False, 4, 1, 1.0)
    reports = [
        msgspec.structs.replace(plain, t_ns=synthetic.START_NS + at * 10**8, round_trip_ns=round_trip_ns)
        for at, round_trip_ns in enumerate((30_000_000, None, 50_000_000, 90_000_000), 3)
    ]
    several = record(episode_id="e-several", cameras=(), seconds=1.0, extra=reports)
    assert median_round_trip_s(several.path) == 0.05
    unknown = record(episode_id="e-unknown", cameras=(), seconds=1.0, extra=reports[1:2])
    assert median_round_trip_s(unknown.path) is None
    assert median_round_trip_s(Path(__file__).with_name("format_1.mcap")) is None
