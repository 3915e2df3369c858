"""What an episode's saved revisions come to: the segments that count, and who agreed to them. Pure."""

from collections.abc import Sequence
from typing import Literal

import msgspec

from teleop.annotation.agreement import agreement, compare
from teleop.annotation.revisions import Revision, reviewed
from teleop.wire.annotation_in import Segment

State = Literal["none", "unreviewed", "accepted", "corrected", "damaged"]


class Standing(msgspec.Struct, frozen=True):
    """The segments that count, of which revision, and what became of it.

    `none` and `damaged` (the file was changed after it was written) have no segments and revision 0. `blind`,
    `kappa` and `border_s` are of the review; None where there is none, or nothing to be compared.
    """

    state: State = "none"
    revision: int = 0
    blind: bool = False
    kappa: float | None = None
    border_s: float | None = None
    proposal_version: str = ""
    prompt_version: str = ""
    segments: tuple[Segment, ...] = ()


NOTHING = Standing()
DAMAGED = Standing("damaged")


def standing(history: Sequence[Revision]) -> Standing:
    """What a history comes to: the newest review counts, without one the newest edit."""
    if not history:
        return NOTHING
    pair = reviewed(history)
    if pair is None:
        return _of("unreviewed", history[-1])
    first, review = pair
    found = agreement((compare(first.segments, review.segments),))
    state: State = "accepted" if review.kind == "accepted" else "corrected"
    return msgspec.structs.replace(
        _of(state, review),
        blind=review.begun_from == "proposal",
        kappa=found.kappa,
        border_s=found.border_s,
    )


def _of(state: State, one: Revision) -> Standing:
    return Standing(
        state=state,
        revision=one.number,
        proposal_version=one.proposal_version,
        prompt_version=one.prompt_version,
        segments=one.segments,
    )
