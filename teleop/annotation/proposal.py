"""Sub-task segments proposed from an episode's events. Pure.

Every event that begins something puts a cut on the time line; from a cut to the next, one label holds. The
proposal tiles the whole episode whatever the events are, and a person corrects it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from teleop.annotation.prompts import Names, prompt_of
from teleop.wire.annotation_in import Label, Segment

PROPOSAL_VERSION = "events-1"
SECOND_NS = 1_000_000_000
SHORTEST_NS = 100_000_000  # shorter stretches go to the one before: no person would set such borders
PLACING_NS = SECOND_NS  # how long putting down lasts when the referee never saw the piece in a slot
RESTING_NS = 500_000_000  # an arm that is told to move sooner than this has not waited
BEFORE: frozenset[Label] = frozenset({"reach", "grasp", "recover"})


@dataclass(frozen=True, slots=True)
class Happening:
    """An event that says something of sub-tasks, `at_ns` since the episode's start."""

    at_ns: int
    kind: str
    piece: str = ""
    slot: str = ""
    lifted: bool = False


@dataclass(frozen=True, slots=True)
class Cut:
    """From here on this label holds."""

    at_ns: int
    label: Label
    piece: str = ""
    slot: str = ""


def propose(
    happenings: Iterable[Happening], length_ns: int, motion_ns: int | None, names: Names
) -> tuple[Segment, ...]:
    """Segments from 0 to `length_ns`, each beginning where the one before ends.

    `motion_ns` is when the arm was first told to move; what comes before is waiting.
    """
    cuts = [Cut(0, "reach")]
    if motion_ns is not None and motion_ns >= RESTING_NS:
        cuts = [Cut(0, "wait"), Cut(motion_ns, "reach")]
    for one in sorted(happenings, key=lambda happening: happening.at_ns):
        _take(cuts, replace(one, at_ns=max(0, one.at_ns)))
    _put_down(cuts, length_ns)
    tiled = _tiled(_last_named(_named(cuts)), length_ns)
    return tuple(
        Segment(cut.at_ns, end_ns, cut.label, cut.piece, cut.slot,
                prompt_of(cut.label, cut.piece, cut.slot, names))
        for cut, end_ns in tiled
    )  # fmt: skip


def _take(cuts: list[Cut], one: Happening) -> None:
    """Adds the cuts that an event makes to those before it."""
    match one.kind:
        case "grasp":
            _put_down(cuts, one.at_ns)
            cuts.append(Cut(one.at_ns, "grasp"))
        case "piece_lifted":
            cuts.append(Cut(one.at_ns, "carry", one.piece))
        case "piece_dropped":
            cuts.append(Cut(one.at_ns, "recover", one.piece))
        case "piece_placed":
            _place(cuts, one)
        case "release":
            _release(cuts, one)
        case "goal_reached" | "time_up":
            cuts.append(Cut(one.at_ns, "retreat"))


def _release(cuts: list[Cut], one: Happening) -> None:
    """What was carried is put down; what was only held was missed, unless the referee saw it rise."""
    last = cuts[-1]
    if last.label == "carry":
        cuts.append(Cut(one.at_ns, "place", last.piece))
    elif last.label == "grasp":
        cuts[-1] = last if one.lifted else replace(last, label="miss")
        cuts.append(Cut(one.at_ns, "reach"))


def _put_down(cuts: list[Cut], by_ns: int) -> None:
    """Ends a putting down that the referee did not see ending."""
    if cuts[-1].label == "place":
        cuts.append(Cut(min(cuts[-1].at_ns + PLACING_NS, by_ns), "reach"))


def _place(cuts: list[Cut], one: Happening) -> None:
    """Tells the carrying and putting down of this piece where it led, and ends it."""
    index = len(cuts) - 1
    while index >= 0 and cuts[index].label in ("carry", "place") and cuts[index].piece == one.piece:
        cuts[index] = replace(cuts[index], slot=one.slot)
        index -= 1
    if index < len(cuts) - 1:
        cuts.append(Cut(one.at_ns, "reach"))


def _named(cuts: list[Cut]) -> list[Cut]:
    """Tells reaching and grasping which piece they were for, from what was carried then."""
    found: list[Cut] = []
    piece = ""
    for cut in reversed(cuts):
        if cut.label == "carry":
            piece = cut.piece
        elif cut.label not in BEFORE:
            piece = ""
        found.append(replace(cut, piece=cut.piece or piece) if cut.label in BEFORE else cut)
        if cut.label in ("reach", "recover"):
            piece = ""
    return found[::-1]


def _last_named(cuts: list[Cut]) -> list[Cut]:
    """A reach that leads to nothing is a retreat, or, where nothing was ever handled, something else."""
    if cuts[-1].label != "reach":
        return cuts
    handled = any(cut.label in ("grasp", "miss", "carry") for cut in cuts)
    return [*cuts[:-1], replace(cuts[-1], label="retreat" if handled else "other")]


def _tiled(cuts: Sequence[Cut], length_ns: int) -> list[tuple[Cut, int]]:
    """Cuts inside the episode and in order, each with its end; too short ones go to their neighbours."""
    if length_ns <= 0:
        return []
    ordered = sorted(cuts, key=lambda cut: cut.at_ns)
    kept: list[Cut] = []
    for cut, following in pairwise([*ordered, Cut(length_ns, "other")]):
        start_ns, end_ns = max(0, cut.at_ns), min(length_ns, following.at_ns)
        alike = bool(kept) and _says(kept[-1]) == _says(cut)
        if end_ns - start_ns >= SHORTEST_NS and not alike:
            kept.append(replace(cut, at_ns=start_ns))
    first = kept[0] if kept else ordered[0]
    kept[:1] = [replace(first, at_ns=0)]
    return list(zip(kept, [*(cut.at_ns for cut in kept[1:]), length_ns], strict=True))


def _says(cut: Cut) -> tuple[str, str, str]:
    return cut.label, cut.piece, cut.slot
