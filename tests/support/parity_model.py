"""What chance leaves of pictures that parity follows: how many pictures late is each of them whole?

Pure and quick, as only what is lost is followed. Which packets a parity packet covers is asked of the cell;
repair is as in a browser, one missing packet at a time until nothing more can be had.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

from teleop.cell.flexfec import MAX_SPAN
from teleop.cell.repairs import PICTURES, counted, rows

PICTURES_S = 30
SIZES = (5, 6, 6, 7)
KEYFRAME, KEYFRAME_EVERY = 18, 300
PATIENCE = 7


@dataclass
class Reader:
    """The packets that are missing, each with its picture, and what parity says about them."""

    missing: dict[int, int] = field(default_factory=dict)
    parities: list[set[int]] = field(default_factory=list)

    def parity(self, covered: Iterator[int]) -> None:
        """A parity packet came; one that covers nothing missing says nothing."""
        if of_use := {one for one in covered if one in self.missing}:
            self.parities.append(of_use)

    def repaired(self) -> Iterator[int]:
        """The pictures of the packets that can be had now."""
        while alone := next((one for one in self.parities if len(one) == 1), None):
            (packet,) = alone
            yield self.missing[packet]
            self.forget(packet)

    def forget(self, packet: int) -> None:
        """A packet is not missing any more."""
        del self.missing[packet]
        for one in self.parities:
            one.discard(packet)
        self.parities = [one for one in self.parities if one]


def lateness(
    parity: float, loss: float, seconds: float, seed: int, sizes: tuple[int, ...] = SIZES
) -> Counter[int]:
    """How many pictures that lost a packet were whole how many pictures late; PATIENCE is: only by asking."""
    random, reader, late = Random(seed), Reader(), dict[int, int]()
    pictures: list[range] = []
    first, owed = 0, 0.0
    for number in range(round(seconds * PICTURES_S)):
        size = random.choice(sizes) if number % KEYFRAME_EVERY else KEYFRAME
        pictures, first = [*pictures, range(first, first + size)][-PICTURES:], first + size
        while sum(map(len, pictures)) > MAX_SPAN:
            pictures = pictures[1:]
        reader.missing |= {packet: number for packet in pictures[-1] if random.random() < loss}
        owed += parity * counted(size)
        count, owed = int(owed), owed % 1
        covers = rows(tuple(map(len, pictures)), count) if reader.missing and count else ()
        for row in covers:
            if random.random() >= loss:
                reader.parity(pictures[0].start + place for place in row)
        late |= {picture: number - picture for picture in reader.repaired()}
        for packet, picture in list(reader.missing.items()):
            if number - picture >= PATIENCE:
                late[picture] = PATIENCE
                reader.forget(packet)
    return Counter(late.values())
