"""Killing any process while the arm moves: it is held at once, and nothing moves again by itself."""

import asyncio
import itertools
import signal
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from armcade_process import Armcade, start, wait_for
from evidence import rows, wait_for_file
from goals import HELD_AFTER_S, goal_age_s, held_after_s
from msgspec.structs import replace
from wire_player import WirePlayer, player_at

from teleop.play.operator import HubRefusedError, Operator
from teleop.wire import player_in, player_out

pytestmark = [pytest.mark.system, pytest.mark.alone, pytest.mark.timeout(240)]


@pytest.fixture
def armcade(tmp_path: Path) -> Iterator[Armcade]:
    running = start(tmp_path / "home")
    yield running
    running.stop()


@pytest.fixture
async def moving(armcade: Armcade) -> AsyncIterator[WirePlayer]:
    """A player whose arm is sweeping from side to side."""
    async with player_at(armcade.url) as player:
        await player.ready()
        player.stick = True
        sweep = asyncio.create_task(sweep_sideways(player))
        await player.until(lambda: goal_age_s(armcade) < 0.1, 10, "the goals change")
        await asyncio.sleep(1.0)
        yield player
        sweep.cancel()


async def sweep_sideways(player: WirePlayer) -> None:
    """Moves the ghost along y at 0.1 m/s, to and fro."""
    start_pose = player.ghost
    assert start_pose is not None
    for step in itertools.count():
        phase = (step * 0.1 / 60) % 0.32
        player.ghost = replace(start_pose, y_m=0.08 - abs(phase - 0.16))
        await asyncio.sleep(1 / 60)


def operator_of(armcade: Armcade) -> Operator:
    operator = Operator(armcade.url)
    operator.sign_in(armcade.operator_token)
    return operator


async def test_cell_killed(armcade: Armcade, moving: WirePlayer) -> None:
    killed_at = time.monotonic()
    armcade.kill("cell")
    assert await asyncio.to_thread(held_after_s, armcade, killed_at) <= HELD_AFTER_S
    operator = operator_of(armcade)
    await asyncio.to_thread(wait_for, lambda: operator.cells()[0].online, 20, "the cell is back")
    await asyncio.sleep(2)
    assert goal_age_s(armcade) > 2, "something moved after the restart"
    assert operator.cells()[0].mode in ("hold", "latched", "idle")
    (episode,) = await asyncio.to_thread(wait_for_file, armcade.home / "episodes", 1)
    assert len(rows(episode, "/action")) > 50, "what was recorded before the kill is kept"
    assert rows(episode, "/verdict") == []


async def test_cell_stopped_by_a_signal(armcade: Armcade, moving: WirePlayer) -> None:
    killed_at = time.monotonic()
    armcade.kill("cell", signal.SIGSTOP)
    try:
        assert await asyncio.to_thread(held_after_s, armcade, killed_at) <= HELD_AFTER_S
    finally:
        armcade.kill("cell", signal.SIGCONT)


async def test_bridge_killed_comes_back_latched(armcade: Armcade, moving: WirePlayer) -> None:
    killed_at = time.monotonic()
    armcade.kill("bridge")
    assert await asyncio.to_thread(held_after_s, armcade, killed_at) <= HELD_AFTER_S
    operator = operator_of(armcade)

    def latched_again() -> bool:
        card = operator.cells()[0]
        return card.mode == "latched" and card.bus_ok

    await asyncio.to_thread(wait_for, latched_again, 20, "the bridge is back, latched")
    await asyncio.sleep(1)
    assert goal_age_s(armcade) > 1, "something moved before a reset"
    stop_id = operator.cells()[0].stop_id
    assert stop_id is not None
    assert not operator.reset("home", "another-stop").done
    assert operator.reset("home", stop_id).done
    assert operator.cells()[0].cell_id == "home"


async def test_hub_killed_turn_goes_on_and_is_reported(armcade: Armcade, moving: WirePlayer) -> None:
    armcade.kill("hub")
    await asyncio.sleep(1.5)
    assert goal_age_s(armcade) < 0.5, "the turn did not go on"
    moving.send(player_in.StopPressed(version=1, stop_id="stop-without-hub", reason="test"))
    await moving.until(lambda: moving.state and moving.state.mode == "latched", 2, "stop works")
    assert moving.state is not None
    assert moving.state.stop_id == "stop-without-hub"
    moving.send(player_in.EndTurn(version=1, lease_epoch=moving.turn.lease_epoch))
    await moving.until(lambda: any(isinstance(n, player_out.TurnOver) for n in moving.news), 15, "verdict")
    (episode,) = await asyncio.to_thread(wait_for_file, armcade.home / "episodes", 1)
    assert rows(episode, "/verdict")[0]["solved"] is False
    operator = Operator(armcade.url)

    def reported() -> bool:
        try:
            operator.sign_in(armcade.operator_token)
            return not operator.result(moving.turn.turn_id).solved
        except HubRefusedError:
            return False

    await asyncio.to_thread(wait_for, reported, 30, "the hub has the result")


async def test_stop_latches_until_a_named_reset(armcade: Armcade, moving: WirePlayer) -> None:
    moving.send(player_in.StopPressed(version=1, stop_id="stop-1", reason="test"))
    pressed_at = time.monotonic()
    await moving.until(lambda: moving.state and moving.state.mode == "latched", 2, "latched")
    assert await asyncio.to_thread(held_after_s, armcade, pressed_at) <= HELD_AFTER_S
    operator = operator_of(armcade)
    assert operator.reset("home", "stop-1").done
    await asyncio.sleep(1.0)
    assert moving.state is not None
    # The sweeping player still asks for motion; only letting go and starting anew brings it back.
    assert moving.state.mode != "play"
    moving.stick = False
    await moving.until(lambda: moving.state and moving.state.mode == "play", 5, "play after neutral")
