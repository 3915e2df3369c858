"""The writer's thread: nothing blocks, nothing is lost in silence."""

import queue
import threading
from pathlib import Path
from typing import Any

import pytest

from teleop.episodes.format import Event, Picture
from teleop.episodes.loading import open_episode
from teleop.episodes.writer import EpisodeFailed, EpisodeOverflow, EpisodeWriter, UnknownCamera, episode_path


def event(t_ns: int) -> Event:
    return Event(t_ns, "tick", {"at": t_ns})


class Stalled:
    """Stands for a slow disk: the writer's thread waits here until it is let go."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, writer: EpisodeWriter) -> None:
        self.reached, self.release = threading.Event(), threading.Event()
        add = writer._file.add

        def slow(message: Any) -> None:
            self.reached.set()
            assert self.release.wait(30)
            add(message)

        monkeypatch.setattr(writer._file, "add", slow)


@pytest.fixture
def writer(episodes: Path, synthetic: Any) -> EpisodeWriter:
    return EpisodeWriter(episode_path(episodes, "ep-1"), synthetic.header(synthetic.Script()), capacity=3)


def test_what_is_put_is_in_the_episode(record: Any, synthetic: Any) -> None:
    sealed = record()
    episode = open_episode(sealed.path)
    assert sealed.lost == 0
    assert episode.closing.status == "complete"
    assert episode.verdict == synthetic.verdict(synthetic.Script())
    assert len(episode.observations.t_ns) == len(episode.actions.t_ns) == 100


def test_a_turn_without_verdict_is_unjudged(record: Any) -> None:
    episode = open_episode(record(judged=False).path)
    assert (episode.closing.status, episode.verdict) == ("unjudged", None)


def test_the_same_turn_gives_the_same_bytes_through_the_thread(record: Any, tmp_path: Path) -> None:
    assert record().sha256 == record(folder=tmp_path / "other").sha256


def test_overflow_is_loud_and_leaves_its_mark(
    episodes: Path, synthetic: Any, monkeypatch: pytest.MonkeyPatch, writer: EpisodeWriter
) -> None:
    stalled = Stalled(monkeypatch, writer)
    first = synthetic.START_NS
    writer.put(event(first))
    assert stalled.reached.wait(30)
    for number in range(1, 4):
        writer.put(event(first + number))
    for number in (4, 5):
        with pytest.raises(EpisodeOverflow, match="refused so far"):
            writer.put(event(first + number))
    assert (writer.lost, writer.waiting) == (2, 3)
    stalled.release.set()
    sealed = writer.close(None)
    episode = open_episode(sealed.path)
    assert sealed.lost == episode.closing.lost == 2
    gaps = [one for one in episode.events if one.kind == "recording_gap"]
    assert [one.data for one in gaps] == [{"lost": 2, "first_ns": first + 4, "last_ns": first + 5}]
    assert [one.t_ns - first for one in episode.events if one.kind == "tick"] == [0, 1, 2, 3]


def test_the_mark_of_a_gap_comes_before_what_follows_it(
    synthetic: Any, monkeypatch: pytest.MonkeyPatch, writer: EpisodeWriter
) -> None:
    stalled = Stalled(monkeypatch, writer)
    first = synthetic.START_NS
    writer.put(event(first))
    assert stalled.reached.wait(30)
    for number in range(1, 4):
        writer.put(event(first + number))
    with pytest.raises(EpisodeOverflow):
        writer.put(event(first + 4))
    stalled.release.set()
    while writer.waiting:
        threading.Event().wait(0.01)
    writer.put(event(first + 5))
    kinds = [one.kind for one in open_episode(writer.close(None).path).events]
    assert kinds == ["tick"] * 4 + ["recording_gap", "tick"]


def test_closing_waits_for_a_full_queue(
    synthetic: Any, monkeypatch: pytest.MonkeyPatch, writer: EpisodeWriter
) -> None:
    stalled = Stalled(monkeypatch, writer)
    first = synthetic.START_NS
    writer.put(event(first))
    assert stalled.reached.wait(30)
    for number in range(1, 4):
        writer.put(event(first + number))
    hand_over = writer._queue.put
    refused = threading.Event()

    def put(item: Any, timeout: float) -> None:
        try:
            hand_over(item, timeout=0.01)
        except queue.Full:
            refused.set()
            stalled.release.set()
            raise

    monkeypatch.setattr(writer._queue, "put", put)
    sealed = writer.close(None)
    assert refused.is_set()
    assert len(open_episode(sealed.path).events) == 4


def test_a_full_disk_stops_the_writer_loudly(
    synthetic: Any, monkeypatch: pytest.MonkeyPatch, writer: EpisodeWriter, episodes: Path
) -> None:
    def full(message: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(writer._file, "add", full)
    writer.put(event(synthetic.START_NS))
    writer._thread.join(30)
    with pytest.raises(EpisodeFailed, match="No space left"):
        writer.put(event(synthetic.START_NS))
    with pytest.raises(EpisodeFailed, match="No space left"):
        writer.close(None)
    assert [path.name for path in episodes.iterdir()] == ["ep-1.mcap.part"]


def test_a_closed_writer_takes_nothing(synthetic: Any, writer: EpisodeWriter) -> None:
    writer.close(None)
    with pytest.raises(EpisodeFailed, match="closed"):
        writer.put(event(synthetic.START_NS))


def test_a_stranger_camera_is_refused_where_it_is_put(writer: EpisodeWriter) -> None:
    with pytest.raises(UnknownCamera):
        writer.put(Picture("ceiling", 1, 2, 3, True, b"x"))
    writer.close(None)


def test_a_lone_message_is_flushed_without_a_successor(
    synthetic: Any, monkeypatch: pytest.MonkeyPatch, writer: EpisodeWriter
) -> None:
    flushed = threading.Event()
    flush = writer._file.flush

    def noticed() -> None:
        flush()
        flushed.set()

    monkeypatch.setattr(writer._file, "flush", noticed)
    writer.put(event(synthetic.START_NS + 1))
    assert flushed.wait(30)
    writer.close(None)


def test_an_existing_episode_is_refused_at_once(record: Any, episodes: Path, synthetic: Any) -> None:
    record()
    with pytest.raises(FileExistsError):
        EpisodeWriter(episode_path(episodes, "ep-1"), synthetic.header(synthetic.Script()))
