"""What the referee remembers of one piece, and when its sightings agree."""

from dataclasses import dataclass, replace
from math import hypot
from statistics import median

from game.puzzle import Place
from game.rules import LOOSE, PieceSighting, Spot

SETTLED_NS = 400_000_000
WINDOW_NS = 1_000_000_000
MIN_SIGHTINGS = 3
STILL_M = 0.005


@dataclass(frozen=True, slots=True)
class Look:
    """One sighting of one piece, and what it meant when it was made."""

    capture_ns: int
    seen: PieceSighting
    spot: Spot


@dataclass(frozen=True, slots=True)
class Track:
    """What is known of one piece; `place` is where it last came to rest, None for in no slot.

    `confirmed_ns` is when its place was last seen settled; `lifted` says that it has left the place.
    """

    piece: str
    place: Place | None
    pose: PieceSighting
    looks: tuple[Look, ...] = ()
    confirmed_ns: int | None = None
    lifted: bool = False

    @property
    def resting_place(self) -> Place | None:
        """The slot and level where the piece lies now, as far as is known."""
        return None if self.lifted else self.place

    def seen(self, capture_ns: int, sighting: PieceSighting, spot: Spot) -> "Track":
        """Returns the track after one more sighting; looks older than a second are forgotten."""
        recent = (look for look in self.looks if look.capture_ns > capture_ns - WINDOW_NS)
        return replace(self, pose=sighting, looks=(*recent, Look(capture_ns, sighting, spot)))

    def has_left(self) -> bool:
        """Tells whether two of the last three looks speak against where the piece is known to lie."""
        known = LOOSE if self.place is None else self.place
        return sum(look.spot != known for look in self.looks[-3:]) >= 2


def settled_spot(looks: tuple[Look, ...]) -> Spot | None:
    """Returns the spot on which most of the last 0.4 s of looks agree without moving, else None.

    The first of them and two of the last three must be among those that agree: the piece lay there for
    the whole time, and has not just left.
    """
    since_ns = looks[-1].capture_ns - SETTLED_NS
    before = [look for look in looks if look.capture_ns <= since_ns]
    recent = [*before[-1:], *(look for look in looks if look.capture_ns > since_ns)]
    if not before or len(recent) < MIN_SIGHTINGS:
        return None
    agreed = majority([look.spot for look in recent])
    agreeing = [look.seen for look in recent if look.spot == agreed]
    lasting = recent[0].spot == agreed and sum(look.spot == agreed for look in looks[-3:]) >= 2
    return agreed if agreeing and lasting and _still(agreeing) else None


def majority(spots: list[Spot]) -> Spot | None:
    """Returns the spot that more than half of these name, if there is one."""
    return next((spot for spot in spots if 2 * spots.count(spot) > len(spots)), None)


def _still(seen: list[PieceSighting]) -> bool:
    x_m, y_m = median(one.x_m for one in seen), median(one.y_m for one in seen)
    return all(hypot(one.x_m - x_m, one.y_m - y_m) <= STILL_M for one in seen)
