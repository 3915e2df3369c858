"""Sub-task segments proposed from an episode's events. Pure.

Events are gathered into handlings: a grasp with what came of it until the next one. The referee often sees
only late what the gripper had hidden, so whatever it tells until then counts for the grasp before. Each
handling puts cuts on the time line, and from a cut to the next one label holds: the proposal tiles the whole
episode whatever the events are, and a person corrects it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from teleop.annotation.prompts import Names, prompt_of
from teleop.wire.annotation_in import Label, Segment

PROPOSAL_VERSION = "events-2"
SECOND_NS = 1_000_000_000
SHORTEST_NS = 100_000_000  # shorter stretches go to the one before: no person would set such borders
GRASPING_NS = 500_000_000  # how long closing the jaws lasts when nobody saw the piece rise
PLACING_NS = SECOND_NS  # how long putting down lasts when the referee never saw the piece in a slot
LATE_NS = 3 * SECOND_NS  # told later than this after a release, it is not what the release ended
RESTING_NS = 500_000_000  # an arm that is told to move sooner than this has not waited


@dataclass(frozen=True, slots=True)
class Happening:
    """An event that says something of sub-tasks, `at_ns` since the episode's start.

    Besides the episode's own kinds there is `risen`: the tool has gone up since it grasped.
    """

    at_ns: int
    kind: str
    piece: str = ""
    slot: str = ""
    lifted: bool = False


@dataclass(frozen=True, slots=True)
class Handling:
    """One grasp and what came of it; `carried_ns` is when the piece was seen, or the tool felt, to rise."""

    grasped_ns: int
    carried_ns: int | None = None
    released_ns: int | None = None
    settled_ns: int | None = None
    lifted: bool = False
    dropped: bool = False
    piece: str = ""
    slot: str = ""


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
    ordered = sorted(happenings, key=lambda happening: happening.at_ns)
    told = [replace(one, at_ns=max(0, one.at_ns)) for one in ordered]
    cuts = [Cut(0, "reach")]
    if motion_ns is not None and motion_ns >= RESTING_NS:
        cuts = [Cut(0, "wait"), Cut(motion_ns, "reach")]
    found = handlings(told)
    begins_ns = [one.grasped_ns for one in found]
    for one, next_ns in zip(found, [*begins_ns[1:], length_ns], strict=False):
        _add(cuts, one, next_ns)
    over_ns = [one.at_ns for one in told if one.kind in ("goal_reached", "time_up")]
    cuts += [Cut(at_ns, "retreat") for at_ns in over_ns[:1]]
    if cuts[-1].label == "reach":  # it leads to nothing
        cuts[-1] = replace(cuts[-1], label="retreat" if found else "other")
    return tuple(
        Segment(cut.at_ns, end_ns, cut.label, cut.piece, cut.slot,
                prompt_of(cut.label, cut.piece, cut.slot, names))
        for cut, end_ns in _tiled(cuts, length_ns)
    )  # fmt: skip


def handlings(happenings: Sequence[Happening]) -> list[Handling]:
    """Every grasp with what came of it; also what was lifted without that a grasp was noticed."""
    found: list[Handling] = []
    for one in happenings:
        if one.kind == "grasp":
            found.append(Handling(one.at_ns))
        elif found and _about(found[-1], one):
            found[-1] = _heard(found[-1], one)
        elif one.kind == "piece_lifted":
            found.append(Handling(one.at_ns, one.at_ns, lifted=True, piece=one.piece))
    return found


def _about(handling: Handling, one: Happening) -> bool:
    """Whether what is told may be about this handling: of a lifted piece it may come at any time."""
    if handling.settled_ns is not None:
        return False
    known = handling.released_ns
    if known is not None and not handling.lifted and one.at_ns > known + LATE_NS:
        return False
    return one.piece == handling.piece or not one.piece or not handling.piece


def _heard(handling: Handling, one: Happening) -> Handling:
    """A handling with one more thing told of it."""
    held = handling.released_ns is None
    match one.kind:
        case "risen" | "piece_lifted":
            carried_ns = one.at_ns if held and handling.carried_ns is None else handling.carried_ns
            return replace(handling, carried_ns=carried_ns, lifted=True, piece=handling.piece or one.piece)
        case "release" if held:
            return replace(handling, released_ns=one.at_ns, lifted=handling.lifted or one.lifted)
        case "piece_placed" | "piece_dropped":
            return replace(
                handling,
                settled_ns=one.at_ns,
                lifted=True,
                dropped=one.kind == "piece_dropped",
                piece=one.piece,
                slot=one.slot,
            )
    return handling


def _add(cuts: list[Cut], one: Handling, next_ns: int) -> None:
    """Adds the cuts of a handling to those before it; the next one begins at `next_ns`."""
    if cuts[-1].label == "reach":
        cuts[-1] = replace(cuts[-1], piece=one.piece)
    released_ns = one.released_ns
    if not one.lifted:
        cuts.append(Cut(one.grasped_ns, "miss"))
        cuts += [] if released_ns is None else [Cut(released_ns, "reach")]
        return
    ends = [at_ns for at_ns in (released_ns, one.settled_ns) if at_ns is not None]
    end_ns = min(ends, default=next_ns)
    usual_ns = one.grasped_ns + min(GRASPING_NS, (end_ns - one.grasped_ns) // 2)
    carried_ns = usual_ns if one.carried_ns is None else one.carried_ns
    cuts += [Cut(one.grasped_ns, "grasp", one.piece), Cut(carried_ns, "carry", one.piece, one.slot)]
    if one.dropped:
        cuts.append(Cut(end_ns, "recover", one.piece))
    elif ends:
        seen = one.settled_ns is not None and max(ends) <= end_ns + LATE_NS
        placed_ns = max(ends) if seen else min(end_ns + PLACING_NS, next_ns)
        cuts += [Cut(end_ns, "place", one.piece, one.slot), Cut(placed_ns, "reach")]


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
