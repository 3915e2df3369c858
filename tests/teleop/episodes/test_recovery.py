"""What a dead writer leaves behind becomes an episode again."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mcap.reader import make_reader

from teleop.episodes.container import CHUNK_NS, EpisodeFile, part_path
from teleop.episodes.format import Closing, Event
from teleop.episodes.loading import open_episode
from teleop.episodes.recovery import recover, whose

MESSAGES = 120
STEP_NS = 100_000_000


def leftover(folder: Path, synthetic: Any, name: str = "ep-1", flush: bool = True) -> Path:
    """A growing file whose writer is gone."""
    path = folder / f"{name}.mcap"
    file = EpisodeFile(path, synthetic.header(synthetic.Script(episode_id=name)))
    for number in range(MESSAGES):
        file.add(Event(synthetic.START_NS + number * STEP_NS, "tick", {"number": number}))
    if flush:
        file.flush()
    file.abandon()
    return part_path(path)


def numbers(path: Path) -> list[object]:
    return [event.data["number"] for event in open_episode(path).events if event.kind == "tick"]


def test_nothing_to_recover(episodes: Path, record: Any) -> None:
    record()
    assert recover(episodes) == ()


def test_a_flushed_leftover_is_recovered_whole(episodes: Path, synthetic: Any) -> None:
    part = leftover(episodes, synthetic)
    (found,) = recover(episodes)
    assert found.sealed is not None and found.kept == episodes / "ep-1.mcap"
    assert not part.exists()
    assert numbers(found.kept) == list(range(MESSAGES))
    episode = open_episode(found.kept)
    assert episode.closing.status == "interrupted"
    assert episode.closing.note == "recovered after its writer had stopped"
    assert episode.verdict is None
    assert recover(episodes) == ()


def test_an_unflushed_end_is_at_most_one_chunk(episodes: Path, synthetic: Any) -> None:
    leftover(episodes, synthetic, flush=False)
    (found,) = recover(episodes)
    kept = numbers(found.kept)
    assert kept == list(range(len(kept)))
    assert (MESSAGES - len(kept)) * STEP_NS <= CHUNK_NS


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cut=st.floats(0.0, 1.0))
def test_a_torn_file_keeps_its_whole_chunks(cut: float, tmp_path_factory: Any, synthetic: Any) -> None:
    folder = tmp_path_factory.mktemp("torn")
    part = leftover(folder, synthetic)
    whole = part.read_bytes()
    torn_at = int(len(whole) * cut)
    part.write_bytes(whole[:torn_at])
    (found,) = recover(folder)
    if found.sealed is None:
        assert found.kept.read_bytes() == whole[:torn_at]
        assert "no readable header" in found.note
        return
    kept = numbers(found.kept)
    assert kept == list(range(len(kept)))
    assert ("could not be read" in found.note) == (torn_at not in record_edges(whole))


def record_edges(data: bytes) -> set[int]:
    """Where the records of an MCAP file end: each is a byte, the length of the rest as 8, and the rest."""
    at, edges = 8, {8}
    while at < len(data):
        at += 9 + int.from_bytes(data[at + 1 : at + 9], "little")
        edges.add(at)
    return edges


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.floats(0.0, 0.9999), change=st.integers(1, 255))
def test_a_damaged_byte_never_invents_a_message(
    place: float, change: int, tmp_path_factory: Any, synthetic: Any
) -> None:
    folder = tmp_path_factory.mktemp("damaged")
    part = leftover(folder, synthetic)
    data = bytearray(part.read_bytes())
    data[int(len(data) * place)] ^= change
    part.write_bytes(data)
    (found,) = recover(folder)
    if found.sealed is None:
        assert found.kept.read_bytes() == bytes(data)
        return
    kept = numbers(found.kept)
    assert set(kept) <= set(range(MESSAGES))
    assert kept == sorted(set(kept))
    hole = kept != list(range(len(kept)))
    assert ("in between are missing" in found.note) == hole or not kept


def test_a_verdict_that_was_written_stays(episodes: Path, synthetic: Any) -> None:
    script = synthetic.Script()
    file = EpisodeFile(episodes / "ep-1.mcap", synthetic.header(script))
    file.add(synthetic.verdict(script))
    file.flush()
    file.abandon()
    (found,) = recover(episodes)
    episode = open_episode(found.kept)
    assert (episode.closing.status, episode.verdict) == ("complete", synthetic.verdict(script))


def test_a_finished_file_that_only_lacks_its_name_keeps_its_closing(episodes: Path, synthetic: Any) -> None:
    script = synthetic.Script()
    file = EpisodeFile(episodes / "ep-1.mcap", synthetic.header(script))
    sealed = file.seal(Closing("complete", "all well", 0, 3, synthetic.verdict(script)))
    sealed.path.rename(part_path(sealed.path))
    (found,) = recover(episodes)
    closing = open_episode(found.kept).closing
    assert (closing.status, closing.note, closing.lost) == ("complete", "all well", 3)
    assert closing.verdict == synthetic.verdict(script)


def test_lost_messages_are_counted_from_their_marks(episodes: Path, synthetic: Any) -> None:
    file = EpisodeFile(episodes / "ep-1.mcap", synthetic.header(synthetic.Script()))
    for lost in (2, 5):
        file.add(Event(synthetic.START_NS, "recording_gap", {"lost": lost}))
    file.flush()
    file.abandon()
    (found,) = recover(episodes)
    assert open_episode(found.kept).closing.lost == 7


def test_a_hole_in_the_middle_is_told(episodes: Path, synthetic: Any) -> None:
    part = leftover(episodes, synthetic)
    data = bytearray(part.read_bytes())
    with part.open("rb") as stream:
        chunks = [at for at, record in _records(stream) if type(record).__name__ == "Chunk"]
    data[chunks[3]] = 0x7F  # a kind of record that nobody knows
    part.write_bytes(data)
    (found,) = recover(episodes)
    kept = numbers(found.kept)
    assert kept[0] == 0 and kept[-1] == MESSAGES - 1 and len(kept) < MESSAGES
    assert f"{MESSAGES - len(kept)} messages in between are missing" in found.note


def test_without_its_channels_nothing_can_be_told_apart(episodes: Path, synthetic: Any) -> None:
    part = leftover(episodes, synthetic)
    data = bytearray(part.read_bytes())
    with part.open("rb") as stream:
        chunks = [at for at, record in _records(stream) if type(record).__name__ == "Chunk"]
    data[chunks[0]] = 0x7F
    part.write_bytes(data)
    (found,) = recover(episodes)
    assert numbers(found.kept) == []
    assert f"{MESSAGES} messages in between are missing" in found.note


def _records(stream: Any) -> Any:
    from mcap.exceptions import EndOfFile
    from mcap.stream_reader import StreamReader

    at = 8
    try:
        for record in StreamReader(stream, emit_chunks=True).records:
            yield at, record
            at = stream.tell()
    except EndOfFile:
        return


def test_a_message_of_another_format_puts_the_file_aside(episodes: Path, synthetic: Any) -> None:
    path = episodes / "ep-1.mcap"
    file = EpisodeFile(path, synthetic.header(synthetic.Script()))
    file.add_encoded("/verdict", synthetic.START_NS, synthetic.START_NS, b'{"solved": "perhaps"}')
    file.flush()
    file.abandon()
    (found,) = recover(episodes)
    assert found.sealed is None and "does not fit this episode format" in found.note
    assert [one.name for one in episodes.iterdir()] == ["ep-1.mcap.unreadable"]


def test_a_living_writers_file_is_left_alone(episodes: Path, synthetic: Any) -> None:
    file = EpisodeFile(episodes / "ep-1.mcap", synthetic.header(synthetic.Script()))
    assert recover(episodes) == ()
    assert file.seal(Closing("unjudged", "", 0, 0, None)).messages == 1


@pytest.mark.parametrize("content", [b"", b"no episode at all", b"\x89MCAP0\r\n"])
def test_what_cannot_be_read_is_put_aside(episodes: Path, content: bytes) -> None:
    part = episodes / "ep-1.mcap.part"
    for number in range(2):
        part.write_bytes(content)
        (found,) = recover(episodes)
        assert found.sealed is None
        assert found.kept.read_bytes() == content
        assert found.kept.name == "ep-1.mcap.unreadable" + ("-1" if number else "")


def test_a_leftover_beside_its_finished_episode_is_put_aside(
    episodes: Path, synthetic: Any, record: Any, tmp_path: Path
) -> None:
    part = leftover(tmp_path, synthetic)
    sealed = record()
    before = sealed.path.read_bytes()
    part.rename(episodes / part.name)
    (found,) = recover(episodes)
    assert found.sealed is None and "exists already" in found.note
    assert sealed.path.read_bytes() == before


def test_an_old_attempt_at_recovery_is_no_obstacle(episodes: Path, synthetic: Any) -> None:
    leftover(episodes, synthetic)
    (episodes / "ep-1.mcap.recovering").write_bytes(b"half")
    (found,) = recover(episodes)
    assert found.sealed is not None
    assert sorted(path.name for path in episodes.iterdir()) == ["ep-1.mcap", "ep-1.mcap.sha256"]


def test_the_recovered_file_is_for_any_reader(episodes: Path, synthetic: Any) -> None:
    leftover(episodes, synthetic)
    (found,) = recover(episodes)
    with found.kept.open("rb") as stream:
        reader = make_reader(stream, validate_crcs=True)
        closing = {record.name: record.metadata for record in reader.iter_metadata()}["closing"]
        assert closing["status"] == "interrupted"
        ticks = [json.loads(message.data)["data"] for *_, message in reader.iter_messages(["/event"])]
    assert [tick["number"] for tick in ticks] == list(range(MESSAGES))


def test_whose_a_leftover_is(episodes: Path, synthetic: Any) -> None:
    header = whose(leftover(episodes, synthetic))
    assert header is not None and header.episode_id == "ep-1"
    (episodes / "ep-2.mcap.part").write_bytes(b"nothing of ours")
    assert whose(episodes / "ep-2.mcap.part") is None
