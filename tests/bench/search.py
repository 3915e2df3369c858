"""What one search over the episodes of a hub costs: `python tests/bench/search.py [--episodes 10000]`.

The cards are invented: eight puzzles, five hundred contributors, four cells, a year of days. Times are of the
processor, for the whole answer with counts of every facet, figures of the set and a page of cards, as JSON.
"""

import argparse
import platform
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))

from episode_cards import card

from teleop.hub.catalogue import JUDGED, catalogue_of, found
from teleop.wire.browser_in import ChosenFacet, Search
from teleop.wire.browser_out import EpisodeCard

ROUNDS = 200


def invented(count: int) -> list[EpisodeCard]:
    """Cards of so many episodes, the same ones each time."""
    chance = random.Random(1)
    return [
        card(
            at % 28 + 1,
            episode_id=f"20260101T{at:06}-home-1",
            started_utc_ns=at * 10**12,
            pseudonym=f"p-{chance.randrange(500)}",
            puzzle_id=f"puzzle-{chance.randrange(8)}",
            judged=chance.choice(JUDGED),
            round_trip_s=chance.random() / 2,
            cell_id=f"cell-{chance.randrange(4)}",
            day=f"2026-{chance.randrange(1, 13):02}-{chance.randrange(1, 29):02}",
        )
        for at in range(count)
    ]


def told(name: str, work: Callable[[], object], rounds: int) -> None:
    """Prints median, p95 and p99 of the processor's time."""
    taken: list[float] = []
    for _ in range(rounds):
        begun = time.process_time()
        work()
        taken.append(1e3 * (time.process_time() - begun))
    taken.sort()
    median, p95, p99 = (taken[min(rounds - 1, int(share * rounds))] for share in (0.5, 0.95, 0.99))
    print(f"{name:34} median {median:6.1f} ms  p95 {p95:6.1f} ms  p99 {p99:6.1f} ms")


def main() -> None:
    """Prints set-up and figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--episodes", type=int, default=10_000)
    count = parser.parse_args().episodes
    print(
        f"{count} episodes, {platform.machine()}, Python {platform.python_version()}, {ROUNDS} searches each"
    )
    cards = invented(count)
    told("the catalogue, after a change", lambda: catalogue_of(cards), 10)
    catalogue = catalogue_of(cards)
    narrow = Search(
        (ChosenFacet("puzzle", ("puzzle-1", "puzzle-2")), ChosenFacet("verdict", ("solved",))),
        text="t0",
        since="2026-03-01",
        order="slowest",
    )
    for name, search in (("everything", Search(())), ("two facets, text, days, slowest", narrow)):

        def answer(search: Search = search) -> bytes:
            return msgspec.json.encode(found(catalogue, search, 0))

        told(name, answer, ROUNDS)


if __name__ == "__main__":
    main()
