"""Turns judged again: what the referee saw gives the verdict once more, and a change in either shows."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import episode_headers
import msgspec
import pytest
from episode_headers import START_NS
from typer.testing import CliRunner

from game import referee
from game.puzzle import Place, Puzzle, load_puzzles
from game.scoring import SCORING_VERSION, UNSOLVED, score
from game.table import resting_z_m
from teleop.episodes.commands import app
from teleop.episodes.container import EpisodeFile
from teleop.episodes.format import Bilingual, Closing, Event, Header, SeenPiece, Sighting, Verdict
from teleop.episodes.judging import CannotJudge, differences, judged_again, judgement, puzzle_sha256

PUZZLES = load_puzzles()
TOWER = PUZZLES["tower"]
LOOK_NS, LATE_NS = 100_000_000, 30_000_000
BEGUN_NS = START_NS + 1_000


@dataclass(frozen=True)
class Turn:
    """One turn, as the cell has it at the end."""

    header: Header
    closing: Closing
    events: tuple[Event, ...]
    sightings: tuple[Sighting, ...]

    def judged(self, puzzles: dict[str, Puzzle] | None = None) -> list[str]:
        """What comes out otherwise."""
        known = PUZZLES if puzzles is None else puzzles
        return differences(*judged_again(self.header, self.closing, self.events, self.sightings, known))


def piece(place: Place, places: tuple[Place, ...], x_m: float = 0.0) -> SeenPiece:
    slot = TOWER.slot(place.slot)
    return SeenPiece(place.piece, slot.x_m + x_m, slot.y_m, resting_z_m(TOWER, place, places), 0.1, 0.2)


def played(won: bool, looks: int = 30) -> Turn:
    """The pieces lie as they began and then, if it is won, as the goal wants; some looks show only some."""
    sightings, state = [], referee.start(TOWER, BEGUN_NS)
    time_s: float | None = None
    for number in range(looks):
        places = TOWER.goal if won and number >= 8 else TOWER.start
        shown = tuple(piece(one, places, number * 1e-5) for one in places if number % 7 or one.level)
        capture_ns = BEGUN_NS + (number + 1) * LOOK_NS
        seen = Sighting(capture_ns + LATE_NS, "overview", number, capture_ns, shown)
        sightings.append(seen)
        pieces = tuple(referee.PieceSighting(*msgspec.structs.astuple(one)) for one in shown)
        state, effects = referee.step(state, referee.Sighting(capture_ns, pieces), seen.t_ns)
        if any(isinstance(one, referee.GoalReached) for one in effects):
            time_s = referee.elapsed_s(state, capture_ns)
            break
    points = UNSOLVED if time_s is None else score(TOWER, time_s, state.moves)
    verdict = Verdict(
        sightings[-1].t_ns + 1,
        time_s is not None,
        Bilingual("All in place.", "完成。"),
        points.points,
        points.stars,
        4.5 if time_s is None else time_s,
        state.moves,
        referee.REFEREE_VERSION,
        "given_back" if time_s is None else "solved",
    )
    header = episode_headers.header(
        "ep-1",
        cameras=(),
        puzzle_id=TOWER.id,
        puzzle_version=TOWER.version,
        referee_version=referee.REFEREE_VERSION,
        puzzle_sha256=puzzle_sha256(TOWER),
        scoring_version=SCORING_VERSION,
    )
    begun = Event(BEGUN_NS, "turn_begun", {"puzzle": TOWER.id})
    return Turn(header, Closing("complete", "", 0, 0, verdict), (begun,), tuple(sightings))


WON, LOST = played(won=True), played(won=False)


def told(turn: Turn, **changes: Any) -> Turn:
    """The turn with another verdict."""
    assert turn.closing.verdict is not None
    verdict = msgspec.structs.replace(turn.closing.verdict, **changes)
    return replace(turn, closing=msgspec.structs.replace(turn.closing, verdict=verdict))


def headed(turn: Turn, **changes: Any) -> Turn:
    """The turn with another header."""
    return replace(turn, header=msgspec.structs.replace(turn.header, **changes))


def test_a_won_and_a_lost_turn_come_out_the_same() -> None:
    assert WON.closing.verdict is not None and WON.closing.verdict.solved and WON.closing.verdict.stars == 3
    assert LOST.closing.verdict is not None and not LOST.closing.verdict.solved
    assert WON.judged() == LOST.judged() == []


def test_a_changed_verdict_shows() -> None:
    assert told(WON, score=999).judged() == ["score: 999 then, 1000 now"]
    assert told(WON, moves=1, time_s=1.5).judged()[0].startswith("time_s: 1.5 then, ")
    solved = told(LOST, solved=True, score=900, stars=3).judged()
    assert solved[0] == "solved: True then, False now" and len(solved) == 4


def test_a_changed_sighting_shows() -> None:
    last = WON.sightings[-1]
    moved = msgspec.structs.replace(last, pieces=tuple(replace_x(one) for one in last.pieces))
    assert "solved: True then, False now" in replace(WON, sightings=(*WON.sightings[:-1], moved)).judged()
    assert replace(WON, sightings=WON.sightings[:-1]).judged()
    invented = replace(LOST, sightings=WON.sightings)
    assert invented.judged()[0] == "solved: False then, True now"


def replace_x(one: SeenPiece) -> SeenPiece:
    return msgspec.structs.replace(one, x_m=one.x_m + 0.05)


def test_a_sighting_after_the_time_limit_wins_nothing() -> None:
    late_ns = round(TOWER.time_limit_s * 1e9)
    late = [
        msgspec.structs.replace(one, t_ns=one.t_ns + late_ns, capture_ns=one.capture_ns + late_ns)
        for one in WON.sightings
    ]
    assert not judgement(TOWER, BEGUN_NS, late).solved


@pytest.mark.parametrize(
    ("turn", "why"),
    [
        (headed(WON, format_version=2), "format 2 does not tell what the referee saw"),
        (headed(WON, referee_version="referee-0"), "judged by referee-0 and scoring-1"),
        (headed(WON, scoring_version="scoring-9"), "referee-1 and scoring-9, this Armcade has"),
        (headed(WON, puzzle_sha256="0" * 64), "tower version 1, is not one that this Armcade has"),
        (headed(WON, puzzle_id="gone"), "gone version 1"),
        (replace(WON, closing=Closing("interrupted", "", 0, 0, None)), "it has no verdict"),
        (replace(WON, closing=msgspec.structs.replace(WON.closing, lost=3)), "3 of its messages were lost"),
        (replace(WON, events=()), "its turn began 0 times"),
        (replace(WON, events=WON.events * 2), "its turn began 2 times"),
    ],
)
def test_what_cannot_be_judged_says_why(turn: Turn, why: str) -> None:
    with pytest.raises(CannotJudge, match=why):
        turn.judged()


@pytest.fixture
def kept(episodes: Path) -> Callable[[str, Turn], Path]:
    """Writes a turn as an episode."""

    def written(episode_id: str, turn: Turn) -> Path:
        header = msgspec.structs.replace(turn.header, episode_id=episode_id)
        file = EpisodeFile(episodes / f"{episode_id}.mcap", header)
        for message in (*turn.events, *turn.sightings):
            file.add(message)
        return file.seal(turn.closing).path

    return written


def test_the_command_tells_what_stands_and_what_does_not(
    kept: Callable[[str, Turn], Path], episodes: Path
) -> None:
    kept("lost", LOST)
    path = kept("won", WON)
    for named in ([], ["lost", str(path)]):
        answer = CliRunner().invoke(app, ["judge", *named, "--dir", str(episodes)])
        assert (answer.exit_code, answer.stdout) == (0, "2 of 2 verdicts come out the same.\n")
    kept("forged", told(LOST, solved=True))
    kept("old", headed(WON, format_version=2))
    (episodes / "torn.mcap").write_bytes(path.read_bytes()[:200])
    answer = CliRunner().invoke(app, ["judge", "--dir", str(episodes)])
    assert answer.exit_code == 1 and answer.stdout == "2 of 5 verdicts come out the same.\n"
    assert (
        "forged comes out otherwise: solved: True then, False now; time_s: 4.5 then, None now."
        in answer.stderr
    )
    assert "old cannot be judged again: format 2" in answer.stderr and "torn.mcap" in answer.stderr
