"""A turn's end: the next may begin at once, its result follows, and no disk stops play unseen."""

import asyncio
from pathlib import Path
from types import SimpleNamespace

import pytest
from cell_neighbours import lease, until

from game.puzzle import load_puzzles
from teleop.cell import texts, turn, turn_keeper
from teleop.cell.durable import Durable
from teleop.cell.episode_maker import Made
from teleop.cell.turn_keeper import Parts, TurnKeeper
from teleop.metrics import CellMetrics
from teleop.wire.player_out import Refused, TurnOver


class RecorderDouble:
    """Leaves a journal, or fails."""

    def __init__(self, journal: Path) -> None:
        self.journal: Path | None = journal
        self.status = "idle"

    def begin(self, header: object) -> bool:
        self.status = "recording"
        return True

    def note(self, *_: object, **__: object) -> None: ...

    def take_sighting(self, seen: object) -> None: ...

    async def finish(self, verdict: object) -> Path | None:
        return self.journal


class World:
    """A keeper among doubles; making an episode waits until it is let."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, unrecorded: str = "go_on") -> None:
        self.heard: list[object] = []
        self.player = SimpleNamespace(tell=self.heard.append, away=False, heard_ns=2**62)
        self.driving = SimpleNamespace(
            player=self.player, open_for=lambda *_: None, allow=lambda *_: None, hold=lambda *_: None
        )
        self.recorder = RecorderDouble(folder / "episodes" / "ep-1.journal")
        self.durable = Durable(folder)
        self.sent: list[object] = []
        self.making: asyncio.Future[Made | None] = asyncio.get_running_loop().create_future()
        self.asked: list[Path] = []
        monkeypatch.setattr(turn_keeper, "make_episode", self.make)
        self.referee = SimpleNamespace(begin=lambda *_: None, end=lambda: None, moves=3)
        parts = Parts(
            self.driving, self.recorder, self.referee, self.durable,
            SimpleNamespace(results_waiting=lambda: self.sent.extend(self.durable.unsent())),
            SimpleNamespace(cell_id="test", header=lambda *_: SimpleNamespace(episode_id="ep-1")),
            load_puzzles(), None, (), CellMetrics(), unrecorded,
        )  # fmt: skip
        self.keeper = TurnKeeper(parts)

    async def make(self, journal: Path) -> Made | None:
        self.asked.append(journal)
        return await self.making

    async def play(self) -> None:
        await self.keeper.take_lease(lease())
        for event in (turn.PlayerHere(), turn.ReadyToRun(), turn.Prepared()):
            self.keeper.tell(event)
        assert self.keeper.state.phase == "playing"


async def test_what_the_referee_sees_is_recorded(tmp_path, monkeypatch):
    world = World(tmp_path, monkeypatch)
    assert world.referee.on_sighting == world.recorder.take_sighting


async def test_the_next_turn_begins_before_the_episode_is_made(tmp_path, monkeypatch):
    world, freed = World(tmp_path, monkeypatch), []
    world.keeper.on_sealed = lambda: freed.append(world.keeper.turn_id)
    await world.play()
    world.keeper.tell(turn.GivenBack())
    await until(lambda: world.asked, "the episode is asked for")
    assert world.keeper.state.phase == "free" and freed == [None]
    (over,) = world.heard
    assert isinstance(over, TurnOver) and over.episode_id == "ep-1"
    assert world.sent == [] and [one.turn_id for one in Durable(tmp_path).pending()] == ["turn-1"]
    assert Durable(tmp_path).interrupted() is None
    world.making.set_result(Made("ep-1", "a" * 64, 77))
    await until(lambda: world.sent, "the result")
    (result,) = world.sent
    assert (result.episode_id, result.episode_sha256, result.episode_bytes) == ("ep-1", "a" * 64, 77)
    assert Durable(tmp_path).pending() == ()


async def test_a_result_whose_episode_was_being_made_is_completed_at_the_next_start(tmp_path, monkeypatch):
    first = World(tmp_path, monkeypatch)
    await first.play()
    first.keeper.tell(turn.GivenBack())
    await until(lambda: first.asked, "the episode is asked for")
    second = World(tmp_path, monkeypatch)
    await second.keeper.report_interrupted(tmp_path / "episodes")
    second.making.set_result(None)
    await until(lambda: second.sent, "the result")
    assert second.asked == [tmp_path / "episodes" / "ep-1.journal"]
    (result,) = second.sent
    assert (result.turn_id, result.episode_id, result.episode_sha256) == ("turn-1", None, "")
    first.making.cancel()


async def test_play_goes_on_unrecorded_and_the_player_is_told_once(tmp_path, monkeypatch):
    world = World(tmp_path, monkeypatch)
    await world.play()
    world.keeper.tick(0)
    assert world.heard == []
    world.recorder.status, world.recorder.journal = "failed", None
    world.keeper.tick(0)
    world.keeper.tick(0)
    assert world.heard == [Refused(1, "not_recorded", texts.UNRECORDED)]
    assert world.keeper.state.phase == "playing"
    world.keeper.tell(turn.GivenBack())
    await until(lambda: world.sent, "the result")
    assert world.sent[0].episode_id is None and world.asked == []


async def test_a_cell_may_end_a_turn_that_is_not_recorded(tmp_path, monkeypatch):
    world = World(tmp_path, monkeypatch, "end_turn")
    await world.play()
    world.recorder.status, world.recorder.journal = "failed", None
    world.keeper.tick(0)
    assert world.keeper.state.phase == "sealing"
    await until(lambda: world.sent, "the result")
    assert world.sent[0].reason == texts.NOT_RECORDED and not world.sent[0].solved
