"""Operators' orders are done only when the arm's own state shows it."""

import asyncio

import pytest
from cell_neighbours import BridgeDouble, until

from robot_bridge.wire.commands import Reset, Rest, Stop
from teleop.cell import orders
from teleop.cell.bridge_client import BridgeClient
from teleop.cell.orders import Orders
from teleop.metrics import CellMetrics
from teleop.wire.hub_to_cell import Order


@pytest.fixture
async def arm(tmp_path):
    bridge = BridgeDouble(tmp_path / "bridge.sock")
    client = BridgeClient(tmp_path / "bridge.sock", tmp_path / "cell.sock", CellMetrics())
    tasks = [asyncio.create_task(bridge.run()), asyncio.create_task(client.run())]
    await until(lambda: client.last_state, "arm state")
    yield Orders(client), bridge, tasks
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    bridge.close()


async def test_stop_then_only_its_own_reset(arm):
    made, bridge, _ = arm
    told = []
    made.on_order = lambda kind, stop_id: told.append((kind, stop_id))
    stopped = await made.carry_out(Order(1, "o1", "stop", "stop-1", "op", "test"))
    wrong = await made.carry_out(Order(1, "o2", "reset", "stop-0", "op", ""))
    assert (stopped.order_id, stopped.done, wrong.done) == ("o1", True, False)
    assert not bridge.of(Reset)
    assert (await made.carry_out(Order(1, "o3", "reset", "stop-1", "op", ""))).done
    assert bridge.of(Stop)[0].reason == "test"
    assert told == [("order_stop", "stop-1"), ("order_reset", "stop-1")]


async def test_rest_names_the_stop_generation_and_is_not_for_a_turn(arm):
    made, bridge, _ = arm
    bridge.mode = "play"
    await asyncio.sleep(0.1)
    playing = await made.carry_out(Order(1, "o1", "rest", "rest-1", "op", "", 0))
    assert not playing.done and "turn" in playing.reason
    bridge.mode = "idle"
    await asyncio.sleep(0.1)
    old = await made.carry_out(Order(1, "o2", "rest", "rest-2", "op", "", 7))
    assert not old.done and "another stop" in old.reason and not bridge.of(Rest)
    assert (await made.carry_out(Order(1, "o3", "rest", "rest-3", "op", "", 0))).done
    assert [(order.order_id, order.stop_generation) for order in bridge.of(Rest)] == [("o3", 0)]


async def test_an_arm_that_does_not_answer_confirms_nothing(arm, monkeypatch):
    made, bridge, tasks = arm
    monkeypatch.setattr(orders, "CONFIRM_S", 0.1)
    tasks[0].cancel()
    await asyncio.gather(tasks[0], return_exceptions=True)
    done = await made.carry_out(Order(1, "o1", "stop", "stop-1", "op", ""))
    assert not done.done and done.reason
    made._bridge._arrived_ns = -(10**12)
    silent = await made.carry_out(Order(1, "o2", "rest", "rest-1", "op", "", 0))
    assert not silent.done and "does not answer" in silent.reason
