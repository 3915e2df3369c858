"""What may be saved of an annotation, and what a saved revision is. Pure.

Revisions are never changed: each follows the one before, and a review says of exactly the one before what a
second person makes of it.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from robot_bridge.wire.units import Count, Identifier, Nanoseconds
from teleop.annotation.prompts import PROMPT_VERSION
from teleop.wire.annotation_in import Origin, SaveAnnotation, Segment
from teleop.wire.annotation_out import RevisionKind

WITHDRAWN = "withdrawn"
"""Stands for every author who has withdrawn."""
Reason = Literal["bad_segments", "annotation_conflict", "nothing_changed", "nothing_to_review", "own_review"]


class Revision(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One saved state of an episode's annotation; `author` is an account's id, or `withdrawn`."""

    number: Annotated[int, Meta(ge=1)]
    kind: RevisionKind
    author: Identifier
    saved_utc_ns: Nanoseconds
    length_ns: Count
    begun_from: Origin
    proposal_version: str
    prompt_version: str
    segments: tuple[Segment, ...]


class NotSaved(Exception):
    """A save that is refused: the reason, and what exactly stands against it."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(detail or reason)
        self.reason: Reason = reason
        self.detail = detail


def next_revision(
    history: Sequence[Revision], wish: SaveAnnotation, author: str, now_utc_ns: int, length_ns: int
) -> Revision:
    """The revision that a save makes; raises NotSaved."""
    wrong = complaint(wish.segments, length_ns)
    if wrong:
        raise NotSaved("bad_segments", wrong)
    if wish.based_on != len(history):
        raise NotSaved("annotation_conflict", f"{wish.based_on} < {len(history)}")
    return Revision(
        number=len(history) + 1,
        kind=_kind(history, wish, author),
        author=author,
        saved_utc_ns=now_utc_ns,
        length_ns=length_ns,
        begun_from=wish.begun_from,
        proposal_version=wish.proposal_version,
        prompt_version=PROMPT_VERSION,
        segments=wish.segments,
    )


def without_authors(history: Sequence[Revision], withdrawn_ns: Mapping[str, int]) -> tuple[Revision, ...]:
    """The revisions without the ids of authors who withdrew (UTC in ns) at or after they saved them."""
    return tuple(
        msgspec.structs.replace(one, author=WITHDRAWN)
        if one.saved_utc_ns <= withdrawn_ns.get(one.author, -1)
        else one
        for one in history
    )


def reviewed(history: Sequence[Revision]) -> tuple[Revision, Revision] | None:
    """What was reviewed last, and its review; None while there is no review."""
    pairs = [(old, new) for old, new in pairwise(history) if new.kind != "edited"]
    return pairs[-1] if pairs else None


def complaint(segments: Sequence[Segment], length_ns: int) -> str:
    """What is wrong with segments that should tile an episode; empty when nothing is."""
    if not segments:
        return "there is no segment"
    for number, one in enumerate(segments, 1):
        if one.end_ns <= one.start_ns:
            return f"segment {number} ends before it begins"
    for number, (one, following) in enumerate(pairwise(segments), 1):
        if one.end_ns != following.start_ns:
            return f"segment {number + 1} does not begin where segment {number} ends"
    if (segments[0].start_ns, segments[-1].end_ns) != (0, length_ns):
        return "the segments do not reach from the episode's start to its end"
    return ""


def _kind(history: Sequence[Revision], wish: SaveAnnotation, author: str) -> RevisionKind:
    last = history[-1] if history else None
    same = last is not None and last.segments == wish.segments
    if not wish.review:
        if same:
            raise NotSaved("nothing_changed")
        return "edited"
    if last is None:
        raise NotSaved("nothing_to_review")
    if last.author == author:
        raise NotSaved("own_review")
    return "accepted" if same else "corrected"
