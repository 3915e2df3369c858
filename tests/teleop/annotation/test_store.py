"""Saved revisions beside their episode: read back, chained, and gone where the episode is."""

import msgspec
import pytest

from teleop.annotation.revisions import Revision
from teleop.annotation.store import (
    AnnotationsBroken,
    annotations_path,
    forget_authors,
    read_revisions,
    write_revisions,
)
from teleop.lineage.erasure import EPISODE_SUFFIXES
from teleop.wire.annotation_in import Prompt, Segment

SEGMENTS = (Segment(0, 9, "other", "", "", Prompt("go", "走")),)


def revision(number: int) -> Revision:
    return Revision(number, "edited", "p-a", 5, 9, "proposal", "events-1", "prompts-1", SEGMENTS)


@pytest.fixture
def episode(tmp_path):
    path = tmp_path / "e-1.mcap"
    path.write_bytes(b"episode")
    return path


def test_what_was_written_is_read(episode):
    assert read_revisions(episode) == ()
    both = (revision(1), revision(2))
    write_revisions(episode, both)
    assert read_revisions(episode) == both
    assert [path.name for path in episode.parent.iterdir() if path != episode] == ["e-1.annotations.jsonl"]


def test_a_change_of_an_old_line_shows(episode):
    write_revisions(episode, (revision(1), revision(2)))
    path = annotations_path(episode)
    whole = path.read_bytes()
    for old, new, said in (
        (b'"p-a"', b'"p-b"', "line 1 was changed"),
        (b'"other"', b'"dance"', "line 1 cannot be read"),
        (b'"number":1', b'"number":3', "line 1 does not follow"),
    ):
        path.write_bytes(whole.replace(old, new, 1))
        with pytest.raises(AnnotationsBroken, match=said):
            read_revisions(episode)


def test_nothing_is_left_of_an_episode_that_was_erased_meanwhile(episode):
    episode.unlink()
    with pytest.raises(FileNotFoundError):
        write_revisions(episode, (revision(1),))
    assert list(episode.parent.iterdir()) == []


def test_an_erasure_takes_the_annotations_along(episode):
    assert annotations_path(episode).name.removeprefix("e-1") in EPISODE_SUFFIXES


def test_who_withdrew_is_taken_out_of_what_was_said_of_others(episode):
    other = episode.with_name("e-2.mcap")
    other.write_bytes(b"episode")
    by_another = msgspec.structs.replace(revision(2), author="p-b")
    write_revisions(episode, (revision(1), by_another))
    write_revisions(other, (msgspec.structs.replace(revision(1), author="p-b"),))
    before = annotations_path(other).read_bytes()
    assert forget_authors(episode.parent, {}) == forget_authors(episode.parent, {"p-c": 9}) == 0
    assert forget_authors(episode.parent, {"p-a": 5}) == 1
    assert read_revisions(episode) == (msgspec.structs.replace(revision(1), author="withdrawn"), by_another)
    assert annotations_path(other).read_bytes() == before
    assert forget_authors(episode.parent, {"p-a": 5}) == 0


def test_annotations_that_are_broken_or_alone_name_nobody_who_withdrew_either(episode):
    write_revisions(episode, (revision(1), revision(2)))
    path = annotations_path(episode)
    path.write_bytes(path.read_bytes().replace(b'"other"', b'"dance"', 1))
    assert forget_authors(episode.parent, {"p-b": 9}) == 0
    assert forget_authors(episode.parent, {"p-a": 9}) == 1
    assert b"p-a" not in path.read_bytes() and path.read_bytes().count(b'"author":"withdrawn"') == 2
    write_revisions(episode, (revision(1),))
    episode.unlink()
    assert forget_authors(episode.parent, {"p-a": 9}) == 1
    assert list(episode.parent.iterdir()) == []
