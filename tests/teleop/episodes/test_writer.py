"""The writer's thread: nothing blocks, nothing is lost in silence."""

import errno
import os
import threading
from pathlib import Path
from typing import Any

import pytest

from robot_bridge.wire.commands import PoseTarget
from robot_bridge.wire.state import ArmState, JointState
from teleop.episodes.format import Event, Picture
from teleop.episodes.journal.codec import Record, read
from teleop.episodes.journal.entries import decode
from teleop.episodes.journal.file import JournalFile
from teleop.episodes.loading import open_episode
from teleop.episodes.ticks import Tick
from teleop.episodes.writer import EpisodeFailed, EpisodeOverflow, EpisodeWriter, UnknownCamera, episode_path


def event(t_ns: int) -> Event:
    return Event(t_ns, "tick", {"at": t_ns})


def tick(t_ns: int) -> Tick:
    pose = PoseTarget(0.2, 0.0, 0.12, -1.5, 0.0, 0.5)
    joints = (JointState(0.1, 0.0, 0.0, 31.0, 7.4, 0, 0),) * 6
    at = (0.1,) * 6
    return Tick(
        ArmState(
            1, t_ns, t_ns, "idle", "none", None, 0, 0, 0, joints, None, at, pose, pose, (), 1.0, bus_ok=True
        ),
        None,
    )


class Stalled:
    """Stands for a slow disk: the writer's thread waits here until it is let go."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.reached, self.release = threading.Event(), threading.Event()
        append = JournalFile.append

        def slow(journal: JournalFile, entries: Any) -> None:
            if journal.records:
                self.reached.set()
                assert self.release.wait(30)
            append(journal, entries)

        monkeypatch.setattr(JournalFile, "append", slow)


@pytest.fixture
def stalled(monkeypatch: pytest.MonkeyPatch) -> Stalled:
    return Stalled(monkeypatch)


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


def fill(stalled: Stalled, writer: EpisodeWriter, first: int) -> None:
    """One message in the thread's hands, three that wait."""
    writer.put(event(first))
    assert stalled.reached.wait(30)
    for number in range(1, 4):
        writer.put(event(first + number))


def test_overflow_is_loud_and_leaves_its_mark(
    stalled: Stalled, synthetic: Any, writer: EpisodeWriter
) -> None:
    first = synthetic.START_NS
    fill(stalled, writer, first)
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


def test_a_refused_tick_counts_as_the_two_messages_that_it_is(
    stalled: Stalled, synthetic: Any, writer: EpisodeWriter
) -> None:
    first = synthetic.START_NS
    fill(stalled, writer, first)
    for later in (4, 5):
        with pytest.raises(EpisodeOverflow):
            writer.put(tick(first + later))
    stalled.release.set()
    episode = open_episode(writer.close(None).path)
    (gap,) = [one for one in episode.events if one.kind == "recording_gap"]
    assert gap.data == {"lost": 4, "first_ns": first + 4, "last_ns": first + 5}
    assert episode.closing.lost == writer.lost == 4


def test_a_tick_is_an_observation_and_an_action(synthetic: Any, writer: EpisodeWriter) -> None:
    first = synthetic.START_NS
    writer.put(event(first))
    for later in (1, 2):
        writer.put(tick(first + later))
    episode = open_episode(writer.close(None).path)
    assert episode.observations.t_ns.tolist() == episode.actions.t_ns.tolist() == [first + 1, first + 2]


def test_the_mark_of_a_gap_comes_before_what_follows_it(
    stalled: Stalled, synthetic: Any, writer: EpisodeWriter
) -> None:
    first = synthetic.START_NS
    fill(stalled, writer, first)
    with pytest.raises(EpisodeOverflow):
        writer.put(event(first + 4))
    stalled.release.set()
    while writer.waiting:
        threading.Event().wait(0.01)
    writer.put(event(first + 5))
    kinds = [one.kind for one in open_episode(writer.close(None).path).events]
    assert kinds == ["tick"] * 4 + ["recording_gap", "tick"]


@pytest.mark.parametrize("call", ["write", "fdatasync"])
def test_a_full_disk_stops_the_writer_loudly(
    call: str, synthetic: Any, monkeypatch: pytest.MonkeyPatch, writer: EpisodeWriter, episodes: Path
) -> None:
    refused = threading.Event()
    writer.put(event(synthetic.START_NS))
    while writer.waiting:
        threading.Event().wait(0.01)

    def full(*_: Any) -> int:
        refused.set()
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, call, full)
        writer.put(event(synthetic.START_NS + 1))
        assert refused.wait(30)
    writer._thread.join(30)
    assert writer.failed
    with pytest.raises(EpisodeFailed, match="ep-1.journal is incomplete.*No space left"):
        writer.put(event(synthetic.START_NS))
    with pytest.raises(EpisodeFailed, match="No space left"):
        writer.close(None)
    assert [path.name for path in episodes.iterdir()] == ["ep-1.journal"]


def test_a_full_disk_at_the_end_leaves_the_journal(
    writer: EpisodeWriter, monkeypatch: pytest.MonkeyPatch, episodes: Path
) -> None:
    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "rename", full)
    with pytest.raises(EpisodeFailed, match="ep-1.journal waits for recovery.*No space left"):
        writer.close(None)
    assert "ep-1.journal" in [path.name for path in episodes.iterdir()]


def test_an_episode_that_cannot_be_begun_says_so_at_the_next_message(tmp_path: Path, synthetic: Any) -> None:
    (tmp_path / "no_folder").write_text("")
    path = episode_path(tmp_path / "no_folder", "ep-1")
    writer = EpisodeWriter(path, synthetic.header(synthetic.Script()))
    writer._thread.join(30)
    with pytest.raises(EpisodeFailed, match="ep-1.journal is incomplete"):
        writer.put(event(1))


def test_what_is_no_episode_in_the_end_is_a_failure(writer: EpisodeWriter, episodes: Path) -> None:
    while not (episodes / "ep-1.journal").exists():
        threading.Event().wait(0.01)
    (episodes / "ep-1.mcap").write_bytes(b"another")
    with pytest.raises(EpisodeFailed, match="ep-1.journal is no episode"):
        writer.close(None)
    assert (episodes / "ep-1.mcap").read_bytes() == b"another"


def test_a_closed_writer_takes_nothing(synthetic: Any, writer: EpisodeWriter) -> None:
    writer.close(None)
    with pytest.raises(EpisodeFailed, match="closed"):
        writer.put(event(synthetic.START_NS))


def test_a_stranger_camera_is_refused_where_it_is_put(writer: EpisodeWriter) -> None:
    with pytest.raises(UnknownCamera):
        writer.put(Picture("ceiling", 1, 2, 3, True, b"x"))
    writer.close(None)


def test_a_lone_message_is_in_the_file_without_a_successor(
    synthetic: Any, writer: EpisodeWriter, episodes: Path
) -> None:
    message = event(synthetic.START_NS + 1)
    writer.put(message)
    journal = episodes / "ep-1.journal"
    while not journal.exists():
        threading.Event().wait(0.01)

    def kept() -> list[Any]:
        return [decode(one.payload) for one in read([journal.read_bytes()]) if isinstance(one, Record)]

    while message not in kept():
        threading.Event().wait(0.01)
    writer.close(None)


def test_the_disk_is_asked_again_and_again(writer: EpisodeWriter, monkeypatch: pytest.MonkeyPatch) -> None:
    asked, fdatasync = threading.Semaphore(0), os.fdatasync

    def ask(handle: int) -> None:
        fdatasync(handle)
        asked.release()

    monkeypatch.setattr(os, "fdatasync", ask)
    assert all(asked.acquire(timeout=30) for _ in range(3))
    writer.close(None)


def test_finishing_twice_is_finishing_once(writer: EpisodeWriter, episodes: Path, synthetic: Any) -> None:
    verdict = synthetic.verdict(synthetic.Script())
    assert writer.finish(verdict) == writer.finish(None) == episodes / "ep-1.journal"
    assert open_episode(writer.close(None).path).verdict == verdict


def test_an_existing_episode_is_refused_at_once(record: Any, episodes: Path, synthetic: Any) -> None:
    record()
    with pytest.raises(FileExistsError):
        EpisodeWriter(episode_path(episodes, "ep-1"), synthetic.header(synthetic.Script()))
