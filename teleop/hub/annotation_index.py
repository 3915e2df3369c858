"""What is saved beside the episodes of a folder, each file read once per state; blocking, for threads."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from teleop.annotation.agreement import Comparison, compare
from teleop.annotation.revisions import Revision, reviewed
from teleop.annotation.standing import DAMAGED, standing
from teleop.annotation.store import SUFFIX, AnnotationsBroken, read_revisions
from teleop.hub.catalogue import NOT_NOTED, Noted

State = tuple[int, int]


class AnnotationIndex:
    """Standings by episode id; only those that are saved."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._found: dict[str, tuple[State, Noted]] = {}

    def refresh(self, there: Mapping[str, State]) -> bool:
        """Reads files whose state is new, forgets those that are gone; True when anything changed."""
        before = {name: state for name, (state, _) in self._found.items()}
        if before == there:
            return False
        self._found = {
            name: self._found[name] if before.get(name) == state else (state, self._read(name))
            for name, state in there.items()
        }
        return True

    def noted(self) -> dict[str, Noted]:
        """What is saved of each episode."""
        return {name.removesuffix(SUFFIX): noted for name, (_, noted) in self._found.items()}

    def _read(self, name: str) -> Noted:
        try:
            history = read_revisions(self._folder / f"{name.removesuffix(SUFFIX)}.mcap")
        except AnnotationsBroken:
            return Noted(DAMAGED.state)
        except OSError:
            return NOT_NOTED
        return noted_of(history)


def noted_of(history: tuple[Revision, ...]) -> Noted:
    """What a search asks of a history."""
    saved = standing(history)
    labels = tuple(dict.fromkeys(one.label for one in saved.segments))
    return Noted(saved.state, saved.kappa, labels, _comparison(history))


def _comparison(history: tuple[Revision, ...]) -> Comparison | None:
    pair = reviewed(history)
    return None if pair is None else compare(pair[0].segments, pair[1].segments)


def states_in(names: Iterable[tuple[str, State]]) -> dict[str, State]:
    """Those of a folder's files that hold annotations."""
    return {name: state for name, state in names if name.endswith(SUFFIX)}
