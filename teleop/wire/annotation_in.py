"""Browser to hub: the sub-task segments of an episode as a person leaves them (JSON)."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from robot_bridge.wire.units import Count, Nanoseconds

MAX_SEGMENTS = 500
Label = Literal["wait", "reach", "grasp", "miss", "carry", "place", "recover", "retreat", "other"]
Origin = Literal["proposal", "revision"]
PromptText = Annotated[str, Meta(max_length=240)]
ThingId = Annotated[str, Meta(max_length=64)]


class Prompt(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the arm does in a segment, as one would ask for it, in both languages."""

    en: PromptText
    zh: PromptText


class Segment(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A stretch of one sub-task; times are since the episode's start.

    `piece` and `slot` are the puzzle's own ids, empty where none is meant.
    """

    start_ns: Nanoseconds
    end_ns: Nanoseconds
    label: Label
    piece: ThingId
    slot: ThingId
    prompt: Prompt


class SaveAnnotation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """POST /api/episodes/{episode_id}/annotations: all segments anew.

    `based_on` is the number of the revision that was on the page, 0 for none. A review says of that very
    revision what its reader makes of it; `begun_from` tells whether the reader began from it, or from the
    proposal and so without having seen the other's work.
    """

    based_on: Count
    review: bool
    begun_from: Origin
    proposal_version: Annotated[str, Meta(max_length=64)]
    segments: Annotated[tuple[Segment, ...], Meta(min_length=1, max_length=MAX_SEGMENTS)]
