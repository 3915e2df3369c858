"""The page on the format is enough: a reader written from it alone reads what ours does."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from episode_headers import START_NS
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from second_reader import Episode, read_journal, read_mcap

from teleop.episodes.format import Picture, SeenPiece, Sighting
from teleop.episodes.journal.codec import Damage, Record, read
from teleop.episodes.journal.compaction import compact
from teleop.episodes.journal.entries import Opening, decode
from teleop.episodes.writer import EpisodeWriter, episode_path

SEEN = Sighting(START_NS + 5, "overview", 7, START_NS + 1, (SeenPiece("red", 0.2, -0.05, 0.015, 1.5, 0.25),))


@pytest.fixture
def finished(episodes: Path, synthetic: Any) -> Callable[[float], Path]:
    """The journal of a finished turn of this length, still there."""

    def made(seconds: float) -> Path:
        script = synthetic.Script(seconds=seconds, extra=[SEEN])
        writer = EpisodeWriter(episode_path(episodes, "ep-1"), synthetic.header(script))
        for message in synthetic.messages(script):
            writer.put(message)
        return writer.finish(synthetic.verdict(script))

    return made


def ours(data: bytes) -> Episode:
    """What our own reader makes of a journal, in the second reader's terms."""
    episode = Episode()
    last = -1
    for one in read([data]):
        if isinstance(one, Damage):
            episode.damaged_bytes += one.length
            continue
        assert isinstance(one, Record)
        episode.missing += max(0, one.sequence - max(last + 1, 2))
        last = one.sequence
        entry = decode(one.payload)
        if isinstance(entry, Opening):
            episode.header = msgspec.to_builtins(entry.header)
        elif isinstance(entry, Picture):
            episode.pictures.setdefault(entry.camera, []).append(entry.annex_b)
            fields = msgspec.structs.asdict(entry)
            del fields["annex_b"]
            episode.add("/picture", fields)
        elif type(entry).__name__ == "Closing":
            episode.closing = msgspec.to_builtins(entry)
        else:
            episode.add("/" + type(entry).__name__.lower(), msgspec.to_builtins(entry))
    return comparable(episode)


def comparable(episode: Episode) -> Episode:
    """With lists for tuples, as MessagePack and JSON have them."""
    episode.header, episode.rows = msgspec.to_builtins((episode.header, episode.rows))
    plain: Episode = Episode(**msgspec.msgpack.decode(msgspec.msgpack.encode(episode)))
    return plain


def test_journal_and_episode_say_the_same(finished: Callable[[float], Path]) -> None:
    journal = finished(1.0)
    first = read_journal(journal)
    assert ours(journal.read_bytes()) == comparable(first)
    made = compact(journal, journal.with_suffix(".mcap"))
    assert made is not None and made.sealed is not None
    second = read_mcap(made.kept)
    assert first.closing is not None and second.closing is not None
    assert second.closing.pop("messages") == made.sealed.messages and first.closing.pop("messages") == 0
    (seen,) = second.rows["/sighting"]
    assert (seen["camera"], seen["frame_id"], seen["pieces"][0]["z_m"]) == ("overview", 7, 0.015)
    joints, second.joints = second.joints, {}
    assert comparable(second) == comparable(first)
    assert_told_as_joints(second, joints)
    assert {topic: len(rows) for topic, rows in second.rows.items()}["/observation"] == 100
    assert len(second.pictures) == 2 and not first.missing and not first.damaged_bytes


def assert_told_as_joints(episode: Episode, joints: dict[str, list[dict[str, Any]]]) -> None:
    """`/joints` says what `/observation` does, and `/goals` what `/action` applied, message by message."""
    assert episode.header is not None
    names = list(episode.header["joint_names"])
    unknown = [None] * len(names)
    rest = {"names": names, "acceleration": unknown, "effort": unknown}
    assert joints == {
        "/joints": [
            {
                "t_ns": row["t_ns"],
                "position": list(row["positions_rad"]),
                "velocity": list(row["velocities_rad_s"]),
                **rest,
            }
            for row in episode.rows["/observation"]
        ],
        "/goals": [
            {"t_ns": row["t_ns"], "position": list(row["applied_rad"]), "velocity": unknown, **rest}
            for row in episode.rows["/action"]
        ],
    }


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_both_readers_save_the_same_of_a_damaged_journal(data: st.DataObject, short: Path) -> None:
    whole = bytearray(short.read_bytes())
    damaged = short.with_suffix(".damaged")
    for _ in range(data.draw(st.integers(0, 3))):
        whole[data.draw(st.integers(0, len(whole) - 1))] ^= data.draw(st.integers(1, 255))
    cut = data.draw(st.one_of(st.just(len(whole)), st.integers(0, len(whole))))
    damaged.write_bytes(whole[:cut])
    assert ours(bytes(whole[:cut])) == comparable(read_journal(damaged))


@pytest.fixture
def short(finished: Callable[[float], Path], tmp_path: Path) -> Path:
    """A journal of a very short turn."""
    return Path(shutil.copy(finished(0.1), tmp_path / "short.journal"))
