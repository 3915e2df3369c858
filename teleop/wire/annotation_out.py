"""Hub to browser: an episode's annotation with its history, and what its player saw when (JSON)."""

from typing import Literal

import msgspec

from robot_bridge.wire.units import Count, Identifier, Nanoseconds, Seconds
from teleop.wire.annotation_in import Label, Origin, Segment
from teleop.wire.player_out import Bilingual

RevisionKind = Literal["edited", "accepted", "corrected"]


class Agreement(msgspec.Struct, frozen=True):
    """How far authors and reviewers agree: over 10 Hz samples, and in where the borders lie.

    `agreed` is the share of samples with the same label, `kappa` Cohen's, `border_s` the median distance of
    a border to the other's nearest one; `lonely_borders` have none to be compared with. None where nothing
    can be compared.
    """

    episodes: Count
    samples: Count
    agreed: float | None
    kappa: float | None
    border_s: Seconds | None
    lonely_borders: Count


class SavedRevision(msgspec.Struct, frozen=True):
    """One saved state; `accepted` and `corrected` review the revision before, `mine` is of who asks."""

    number: Count
    kind: RevisionKind
    author: str
    mine: bool
    saved_utc_ns: Nanoseconds
    begun_from: Origin
    proposal_version: str
    prompt_version: str
    segments: tuple[Segment, ...]


class LabelInfo(msgspec.Struct, frozen=True):
    """A label that segments can have; `{piece}` and `{slot}` in its prompt stand for phrases."""

    label: Label
    name: Bilingual
    prompt: Bilingual


class Thing(msgspec.Struct, frozen=True):
    """A piece or a slot of the puzzle; an empty id stands for one that is not named."""

    id: str
    phrase: Bilingual


class Annotations(msgspec.Struct, frozen=True):
    """GET /api/episodes/{episode_id}/annotations: proposal, saved revisions, and what editing needs.

    `frames_ns` are the capture times of the first camera's pictures since the episode's start. `agreement`
    is of the newest review, None without one. `can_save` is False for who has no name yet.
    """

    episode_id: Identifier
    length_ns: Nanoseconds
    proposal_version: str
    prompt_version: str
    proposal: tuple[Segment, ...]
    revisions: tuple[SavedRevision, ...]
    labels: tuple[LabelInfo, ...]
    pieces: tuple[Thing, ...]
    slots: tuple[Thing, ...]
    frames_ns: tuple[int, ...]
    agreement: Agreement | None
    can_save: bool


class AnnotationSet(msgspec.Struct, frozen=True):
    """GET /api/annotations: how much of all episodes, or of one puzzle's, is annotated and reviewed.

    `blind` counts only reviews that began from the proposal.
    """

    episodes: Count
    annotated: Count
    reviewed: Count
    all: Agreement
    blind: Agreement


class LimitSpan(msgspec.Struct, frozen=True):
    """A stretch in which a limit acted, in seconds since the start."""

    name: str
    from_s: float
    to_s: float


class Tracks(msgspec.Struct, frozen=True):
    """GET /api/episodes/{episode_id}/tracks: what the player saw when, and which limits acted.

    At `t_s` (cell time) the player saw a picture that was taken at `seen_s`, known to `error_s`; all three of
    one length. `motion_s` is when the arm was first told to move, `grasp_s` the first grasp.
    """

    t_s: tuple[float, ...]
    seen_s: tuple[float, ...]
    error_s: tuple[float, ...]
    unseen: Count
    limits: tuple[LimitSpan, ...]
    motion_s: float | None
    grasp_s: float | None
