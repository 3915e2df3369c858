"""Measures what delay, loss and jitter cost a scripted player, and writes docs/delay.md and its curves.

python tests/bench/delay.py [--parts reach,rest,stick,link,carry:10] [--seeds 20] [--dry]
Simulated time, seeded: the same numbers on every machine. Median and the middle four fifths of the seeds.
"""

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Generic, TypeVar

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))

from curves import Chart, Mark, svg
from delay.carrying import Carry, carry
from delay.page import Page, page_in
from delay.rig import Driving, Terms
from delay.trials import Reach, Rest, let_go, reach

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT, CURVES = ROOT / "docs" / "delay.md", ROOT / "docs" / "delay"
DRIVINGS: dict[Driving, str] = {"ghost": "ghost", "no_ghost": "no ghost", "naive": "naive rate control"}
FAR_S = 0.3
CLEAN = tuple(Terms("ghost", ms / 1e3) for ms in (0, 100, 200, 300, 400))
LOSSY = tuple(Terms("ghost", FAR_S, 0.0, loss) for loss in (0.0, 0.02, 0.05))
RELEASED = tuple(Terms("ghost", ms / 1e3) for ms in (0, 150, 300))
SHAKY = tuple(Terms("ghost", FAR_S, ms / 1e3) for ms in (0, 30, 60))
NEAR, FAR = Terms("ghost"), Terms("ghost", FAR_S)
COMPARED = (NEAR, FAR, replace(FAR, driving="no_ghost"))
MORE = 5
"""So many times the seeds for a reach's promises: the strokes it takes are a toss, and its median jumps."""
Row = tuple[str, ...]
Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Spread:
    """Median and the span of the middle four fifths."""

    median: float
    low: float
    high: float

    def told(self, digits: int) -> str:
        """For a table."""
        return f"{self.median:.{digits}f} ({self.low:.{digits}f}–{self.high:.{digits}f})"


def spread(values: Sequence[float]) -> Spread:
    """Of a sample that may hold infinities (never done)."""
    ordered = sorted(values)
    tenth = len(ordered) // 10
    return Spread(statistics.median(ordered), ordered[tenth], ordered[-1 - tenth])


class Sample(Generic[Found]):
    """What every seed did on each link and in each way of driving."""

    def __init__(
        self, trial: Callable[[Page, Terms, int], Found], page: Page, seeds: int, terms: Sequence[Terms]
    ) -> None:
        """Measures all; says how far it is on the error stream."""
        self.found: dict[Terms, list[Found]] = {}
        for one in terms:
            print(f"{one.driving}, {named(one)}", file=sys.stderr, flush=True)
            self.found[one] = [trial(page, one, seed) for seed in range(1, seeds + 1)]

    def of(self, terms: Terms, number: Callable[[Found], float]) -> Spread:
        """One number on one link."""
        return spread([number(one) for one in self.found[terms]])

    def curves(
        self, terms: Sequence[Terms], x: Callable[[Terms], float], number: Callable[[Found], float]
    ) -> dict[str, list[Mark]]:
        """A curve for each way of driving."""
        return {
            words: [self._mark(x(one), replace(one, driving=driving), number) for one in terms]
            for driving, words in DRIVINGS.items()
        }

    def _mark(self, x: float, terms: Terms, number: Callable[[Found], float]) -> Mark:
        found = self.of(terms, number)
        return Mark(x, found.median, found.low, found.high)


def every(*terms: Terms) -> list[Terms]:
    """Each link once, with every way of driving."""
    return [replace(one, driving=driving) for one in dict.fromkeys(terms) for driving in DRIVINGS]


def named(terms: Terms) -> str:
    """A link in words."""
    words = [f"{_ms(terms):.0f} ms"]
    words += [f"± {terms.jitter_s * 1e3:.0f} ms"] if terms.jitter_s else []
    words += [f"{terms.loss:.0%} lost each way"] if terms.loss else []
    return ", ".join(words)


def known_s(one: Reach | Carry) -> float:
    """Until the player knew that it was done."""
    return one.known_s


def there_s(one: Reach | Carry) -> float:
    """Until it was done."""
    return one.there_s


def times(of: Callable[[Terms, Callable[[Reach | Carry], float]], Spread], done: str) -> list[Row]:
    """The promises about time, and what came of them."""
    rows: list[Row] = []
    for words, number in (("the player knows", known_s), (done, there_s)):
        ghost, near = of(FAR, number).median, of(NEAR, number).median
        without = of(replace(FAR, driving="no_ghost"), number).median
        rows.append((f"time until {words}, ghost: 300 ms / 0 ms", "≤ 1.10", f"{ghost / near:.3f}"))
        saved = f"{1 - ghost / without:.1%} less"
        rows.append((f"time until {words}, 300 ms: ghost against none", "≥ 20 % less", saved))
    return rows


def reaches(page: Page, seeds: int) -> tuple[list[Row], str, dict[str, Chart]]:
    """Promises, table and curves of the reach."""
    sample = Sample(reached, page, seeds, every(*CLEAN))
    promised = Sample(reached, page, MORE * seeds, COMPARED)
    trip = "round trip, ms"
    charts = {
        "time": Chart("Time of a reach", trip, "s", sample.curves(CLEAN, _ms, known_s)),
        "overshoot": Chart("Overshoot of a reach", trip, "mm", sample.curves(CLEAN, _ms, _over_mm)),
    }
    return times(promised.of, "the arm is there"), reach_table(sample), charts


@cache
def reached(page: Page, terms: Terms, seed: int) -> Reach:
    """The reach by keys, each once."""
    return reach(page, terms, seed)


@cache
def with_stick(page: Page, terms: Terms, seed: int) -> Reach:
    """The reach with a gamepad's sticks in the place of keys."""
    return reach(page, terms, seed, "stick")


def sticks(page: Page, seeds: int) -> tuple[list[Row], str, dict[str, Chart]]:
    """Promises and table of the reach by stick."""
    blind = [replace(one, driving="no_ghost") for one in (NEAR, FAR)]
    sample = Sample(with_stick, page, seeds, [NEAR, blind[0], FAR, blind[1]])
    promised = Sample(with_stick, page, MORE * seeds, COMPARED)
    return times(promised.of, "the arm is there"), reach_table(sample), {}


def bad_links(page: Page, seeds: int) -> tuple[list[Row], str, dict[str, Chart]]:
    """Table and curves of the reach at 300 ms with loss and with jitter."""
    sample = Sample(reached, page, seeds, every(*LOSSY, *SHAKY))
    loss = sample.curves(LOSSY, lambda terms: 100 * terms.loss, known_s)
    jitter = sample.curves(SHAKY, lambda terms: 1e3 * terms.jitter_s, known_s)
    charts = {
        "loss": Chart("Time of a reach, 300 ms, with loss", "lost each way, %", "s", loss),
        "jitter": Chart("Time of a reach, 300 ms, with jitter", "± ms", "s", jitter),
    }
    return [], reach_table(sample), charts


def reach_table(sample: Sample[Reach]) -> str:
    """Reaches in Markdown."""
    rows: list[Row] = []
    for terms, found in sample.found.items():
        strokes = f"{statistics.mean(one.strokes for one in found):.1f}"
        took = [sample.of(terms, number).told(2) for number in (known_s, there_s)]
        rows.append(
            (named(terms), DRIVINGS[terms.driving], *took, sample.of(terms, _over_mm).told(1), strokes)
        )
    head = ("round trip", "driven by", "player knows, s", "arm is there, s", "overshoot, mm", "strokes")
    return _table(head, rows)


def rests(page: Page, seeds: int) -> tuple[list[Row], str, dict[str, Chart]]:
    """Promises, table and curve of the letting go."""
    sample = Sample(let_go, page, seeds, every(*RELEASED))
    rows: list[Row] = []
    for terms in sample.found:
        ghost = "–" if terms.driving == "naive" else sample.of(terms, _from_ghost_mm).told(2)
        rows.append((named(terms), DRIVINGS[terms.driving], sample.of(terms, _from_screen_mm).told(1), ghost))
    worst = max(_from_ghost_mm(one) for one in sample.found[FAR])
    near = f"{sample.of(FAR, _from_ghost_mm).told(2)} mm, worst {worst:.2f} mm"
    naive = f"{sample.of(replace(FAR, driving='naive'), _from_screen_mm).told(0)} mm"
    seen = f"{sample.of(FAR, _from_screen_mm).told(2)} mm"
    promised: list[Row] = [
        ("arm's rest from the ghost's, 300 ms", "≤ 2 mm", near),
        ("arm's rest from the ghost on the screen at letting go, 300 ms", "≤ 2 mm", seen),
        ("the same, naive: from what was on the screen at letting go", "30–75 mm", naive),
    ]
    curve = sample.curves(RELEASED, _ms, _from_screen_mm)
    title = "Arm's rest from what was on the screen at letting go"
    head = ("round trip", "driven by", "from the screen, mm", "from the ghost, mm")
    return promised, _table(head, rows), {"rest": Chart(title, "round trip, ms", "mm", curve)}


def carries(page: Page, seeds: int) -> tuple[list[Row], str, dict[str, Chart]]:
    """Promises and table of the piece that is carried."""
    sample = Sample(carry, page, seeds, COMPARED)
    rows: list[Row] = []
    for terms, found in sample.found.items():
        missed, dropped = sum(one.missed for one in found), sum(one.dropped for one in found)
        took = [sample.of(terms, number).told(1) for number in (known_s, there_s)]
        rows.append((named(terms), DRIVINGS[terms.driving], *took, f"{missed}", f"{dropped}"))
    head = ("round trip", "driven by", "player knows, s", "piece lies, s", "missed grasps", "drops")
    return times(sample.of, "the piece lies"), _table(head, rows), {}


TOSSED = {"reach", "stick"}
PARTS = {"reach": reaches, "rest": rests, "stick": sticks, "link": bad_links, "carry": carries}


def _ms(terms: Terms) -> float:
    return 1e3 * terms.round_trip_s


def _over_mm(one: Reach) -> float:
    return 1e3 * one.overshoot_m


def _from_screen_mm(one: Rest) -> float:
    return 1e3 * one.from_screen_m


def _from_ghost_mm(one: Rest) -> float:
    return 1e3 * one.from_ghost_m


def _table(head: Row, rows: Sequence[Row]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def write(part: str, text: str, charts: dict[str, Chart]) -> None:
    """Puts a part's text between its marks in the page, and its curves beside it."""
    begin, end = f"<!-- {part}: written by tests/bench/delay.py -->\n", f"<!-- end of {part} -->\n"
    before, rest = DOCUMENT.read_text().split(begin)
    pictures = "".join(f"![{chart.title}](delay/{name}.svg)\n" for name, chart in charts.items())
    DOCUMENT.write_text(before + begin + "\n".join([text, pictures, ""]) + end + rest.split(end)[1])
    CURVES.mkdir(exist_ok=True)
    for name, chart in charts.items():
        (CURVES / f"{name}.svg").write_text(svg(chart))


def main() -> int:
    """Measures, prints the promises, writes page and curves."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--parts", default=",".join(PARTS), help="which; `:N` gives one its own seeds")
    parser.add_argument("--seeds", type=int, default=20, help="per link and way of driving")
    parser.add_argument("--dry", action="store_true", help="write nothing")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="armcade-delay-") as folder, page_in(Path(folder)) as page:
        for wanted in arguments.parts.split(","):
            part, _, own = wanted.partition(":")
            seeds, began_s = int(own or arguments.seeds), time.process_time()
            promised, table, charts = PARTS[part](page, seeds)
            for what, bar, measured in promised:
                print(f"{what:<62}{bar:>14}   {measured}", flush=True)
            print(f"{part}: {time.process_time() - began_s:.0f} s of processor", file=sys.stderr)
            if not arguments.dry:
                more = f" ({MORE * seeds} for the promises)" if part in TOSSED else ""
                told = f"Medians of {seeds} seeds{more}; in brackets where the middle four fifths lie.\n\n"
                told += _table(("what", "promised", "measured"), promised) + "\n" if promised else ""
                write(part, told + table, charts)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
