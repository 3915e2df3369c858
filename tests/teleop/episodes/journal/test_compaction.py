"""A journal becomes its episode, the same one whatever step a crash came at and however often it is tried."""

import fcntl
import hashlib
import itertools
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from teleop.episodes.container import EpisodeFile, checksum_path
from teleop.episodes.format import Closing, Event, Picture, Verdict
from teleop.episodes.journal.codec import frame
from teleop.episodes.journal.compaction import Recovered, compact
from teleop.episodes.journal.entries import Entry
from teleop.episodes.journal.file import JournalFile, journal_path
from teleop.episodes.loading import open_episode
from teleop.episodes.recovery import recover

STAMP = 9
MESSAGES = 40


class Killed(BaseException):
    """Stands for a process that ends here."""


def ticks(start_ns: int) -> list[Entry]:
    return [Event(start_ns + number * 10_000_000, "tick", {"n": number}) for number in range(MESSAGES)]


@pytest.fixture
def write(episodes: Path, synthetic: Any) -> Callable[..., Path]:
    """Writes a journal of ticks with what follows them."""

    def written(*last: Entry, name: str = "ep-1", closed: bool = True) -> Path:
        header = synthetic.header(synthetic.Script(episode_id=name))
        journal = JournalFile(episodes / f"{name}.journal", header, STAMP)
        journal.append(ticks(synthetic.START_NS))
        closing = Closing("unjudged", "as told", 0, 2, None)
        journal.append(last or ((closing,) if closed else ()))
        journal.close()
        return journal.path

    return written


def made(journal: Path, wait: bool = False) -> Recovered:
    found = compact(journal, journal.with_suffix(".mcap"), wait)
    assert found is not None
    return found


def numbers(path: Path) -> list[object]:
    return [event.data["n"] for event in open_episode(path).events if event.kind == "tick"]


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_closed_journal_becomes_a_whole_episode(write: Any, episodes: Path) -> None:
    found = made(write())
    assert found.sealed is not None and names(episodes) == ["ep-1.mcap", "ep-1.mcap.sha256"]
    assert hashlib.sha256(found.kept.read_bytes()).hexdigest() == found.sealed.sha256
    assert checksum_path(found.kept).read_text() == f"{found.sealed.sha256}  ep-1.mcap\n"
    closing = open_episode(found.kept).closing
    assert (closing.status, closing.note, closing.lost) == ("unjudged", "as told", 2)
    assert numbers(found.kept) == list(range(MESSAGES))


def test_a_journal_without_an_end_is_interrupted(write: Any) -> None:
    closing = open_episode(made(write(closed=False)).kept).closing
    assert (closing.status, closing.note) == ("interrupted", "recovered after its writer had stopped")


def test_a_verdict_without_a_closing_is_enough(write: Any, synthetic: Any) -> None:
    verdict: Verdict = synthetic.verdict(synthetic.Script())
    episode = open_episode(made(write(verdict)).kept)
    assert (episode.closing.status, episode.verdict) == ("complete", verdict)


def test_refused_messages_are_counted_from_their_marks(write: Any, synthetic: Any) -> None:
    marks = [Event(synthetic.START_NS, "recording_gap", {"lost": lost}) for lost in (2, 5, "some")]
    assert open_episode(made(write(*marks)).kept).closing.lost == 7


def test_a_hole_is_told_and_counted(write: Any) -> None:
    journal = write()
    data = bytearray(journal.read_bytes())
    at = [place for place in range(len(data)) if data.startswith(b"\xa7AJ1", place)]
    data[at[10] + 25] ^= 1
    journal.write_bytes(data)
    closing = open_episode(made(journal).kept).closing
    assert closing.lost == 3
    assert (
        closing.note
        == f"as told; {at[11] - at[10]} bytes could not be read; 1 messages in between are missing"
    )


@pytest.mark.parametrize("opening", [0, 1])
def test_one_damaged_opening_costs_nothing(write: Any, opening: int) -> None:
    journal = write()
    data = bytearray(journal.read_bytes())
    data[30 if opening == 0 else data.index(b"\xa7AJ1", 4) + 30] ^= 1
    journal.write_bytes(data)
    found = made(journal)
    assert numbers(found.kept) == list(range(MESSAGES))
    assert open_episode(found.kept).closing.lost == 2 and "missing" not in found.note


def test_both_openings_damaged_keeps_the_bytes(write: Any, episodes: Path) -> None:
    journal = write()
    data = bytearray(journal.read_bytes())
    for at in (30, data.index(b"\xa7AJ1", 4) + 30):
        data[at] ^= 1
    journal.write_bytes(data)
    found = made(journal)
    assert found.sealed is None and "no readable header" in found.note
    assert names(episodes) == ["ep-1.unreadable"] and found.kept.read_bytes() == data


@pytest.mark.parametrize(
    ("payload", "says"),
    [
        (msgspec.msgpack.encode(["song", {}]), "song"),
        (msgspec.msgpack.encode(["event", {"t_ns": -1}]), "does not fit"),
    ],
)
def test_another_version_s_journal_is_kept(write: Any, episodes: Path, payload: bytes, says: str) -> None:
    journal = write()
    with journal.open("ab") as stream:
        stream.write(frame(STAMP, 1000, payload))
    before = journal.read_bytes()
    found = made(journal)
    assert found.sealed is None and says in found.note
    assert names(episodes) == ["ep-1.unreadable"] and found.kept.read_bytes() == before


def test_a_camera_without_a_name_in_the_header_is_kept_aside(write: Any) -> None:
    found = made(write(Picture("ceiling", 1, 2, 3, True, b"x")))
    assert found.sealed is None and "ceiling" in found.note


def test_the_same_journal_made_again_is_no_second_episode(write: Any, episodes: Path) -> None:
    journal = write()
    again = journal.read_bytes()
    first = made(journal)
    journal.write_bytes(again)
    second = made(journal)
    assert second.sealed == first.sealed and names(episodes) == ["ep-1.mcap", "ep-1.mcap.sha256"]


def test_another_episode_of_that_name_is_never_overwritten(write: Any, episodes: Path) -> None:
    journal = write()
    (episodes / "ep-1.mcap").write_bytes(b"another")
    found = made(journal)
    assert found.sealed is None and "exists already" in found.note
    assert names(episodes) == ["ep-1.mcap", "ep-1.unreadable"]
    assert (episodes / "ep-1.mcap").read_bytes() == b"another"


def test_a_journal_in_other_hands_is_left_alone(write: Any, episodes: Path) -> None:
    journal = write()
    with journal.open("rb") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        assert compact(journal, journal.with_suffix(".mcap")) is None and recover(episodes) == ()
    assert made(journal).sealed is not None


def test_who_waits_finds_what_the_other_made(write: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = write()
    with journal.open("rb") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        kept, found = journal.read_bytes(), []
        waiting = threading.Thread(target=lambda: found.append(made(journal, wait=True)))
        flock, asked = fcntl.flock, threading.Event()

        def ask(*facts: Any) -> None:
            asked.set()
            flock(*facts)

        monkeypatch.setattr(fcntl, "flock", ask)
        waiting.start()
        assert asked.wait(30)
        other = journal.with_name("other.journal")
        other.write_bytes(kept)
        first = compact(other, journal.with_suffix(".mcap"))
        journal.unlink()
    waiting.join(30)
    assert first is not None and first.sealed is not None and found[0].sealed is not None
    assert found[0].sealed.sha256 == first.sealed.sha256


def test_a_journal_that_never_was_is_told(episodes: Path) -> None:
    with pytest.raises(FileNotFoundError):
        compact(episodes / "none.journal", episodes / "none.mcap")


STEPS = ("fsync", "fdatasync", "rename", "unlink", "open")


class Dying:
    """Ends the process at the nth change of the file system, before or after it is made.

    A dead process cleans nothing up: every later step is refused too.
    """

    def __init__(self, patch: pytest.MonkeyPatch, at: int = -1, before: bool = False) -> None:
        self.asked: list[str] = []
        self.done: list[str] = []
        self._at, self._before = at, before
        for name in STEPS:
            patch.setattr(os, name, self._wrapped(name, getattr(os, name)))
        patch.setattr(EpisodeFile, "add_encoded", self._wrapped("message", EpisodeFile.add_encoded))

    def _wrapped(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def step(*facts: Any, **more: Any) -> Any:
            self.asked.append(name)
            if 0 < self._at < len(self.asked) + self._before:
                raise Killed
            try:
                result = call(*facts, **more)
                self.done.append(name)
                return result
            finally:
                if len(self.asked) == self._at:
                    raise Killed

        return step


def points(write: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[int, bool]]:
    """Every step of a compaction, before and after it; only every eighth of the messages."""
    journal = write(name="ep-0")
    with monkeypatch.context() as patch:
        dying = Dying(patch)
        made(journal)
    chosen = [at for at, step in enumerate(dying.asked, 1) if step != "message" or at % 8 == 0]
    assert len(chosen) >= 10
    yield from itertools.product(chosen, (True, False))


def test_a_kill_at_any_step_changes_nothing_in_the_end(
    write: Any, episodes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = made(write()).kept
    expected = whole.read_bytes()
    for at, before in points(write, monkeypatch):
        for left in episodes.iterdir():
            left.unlink()
        journal = write()
        with monkeypatch.context() as patch:
            Dying(patch, at, before)
            with pytest.raises(Killed):
                made(journal)
        whole_already = whole.exists()
        if whole_already:
            assert whole.read_bytes() == expected, "a file with the final name is whole"
        recover(episodes)
        assert names(episodes) == ["ep-1.mcap", "ep-1.mcap.sha256"], (at, before)
        assert whole.read_bytes() == expected
        digest = hashlib.sha256(expected).hexdigest()
        assert checksum_path(whole).read_text() == f"{digest}  ep-1.mcap\n"


def test_the_disk_keeps_each_step_before_the_next_relies_on_it(
    write: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = write()
    with monkeypatch.context() as patch:
        dying = Dying(patch)
        made(journal)
    steps = [step for step in dying.done if step not in ("message", "open")]
    assert steps == [
        *("fsync", "fsync", "rename", "fsync"),  # the whole file; its checksum, that one's name, kept
        *("rename", "fsync"),  # its own name, kept
        *("unlink", "fsync"),  # the journal, gone for good
    ]


@pytest.mark.parametrize("call", ["fsync", "rename"])
def test_a_refusing_disk_leaves_the_journal_for_another_time(
    call: str, write: Any, episodes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = write()

    def refuse(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, call, refuse)
        with pytest.raises(OSError, match="No space left"):
            made(journal)
    assert "ep-1.journal" in names(episodes) and "ep-1.compacting" not in names(episodes)
    assert numbers(made(journal_path(journal)).kept) == list(range(MESSAGES))
    assert names(episodes) == ["ep-1.mcap", "ep-1.mcap.sha256"]
