"""The cell's end of the bridge's socket: newest state, refusals counted, a bridge that comes and goes."""

import asyncio
import time

import pytest
from cell_neighbours import BridgeDouble, until

from robot_bridge.wire.commands import Heartbeat, Hold
from robot_bridge.wire.state import Notice, Report
from teleop.cell.bridge_client import SILENT_AFTER_NS, BridgeClient
from teleop.metrics import CellMetrics

HOLD = Hold(version=1, reason="operator")


@pytest.fixture
async def linked(tmp_path):
    """A client and a bridge that talk."""
    bridge = BridgeDouble(tmp_path / "bridge.sock")
    client = BridgeClient(tmp_path / "bridge.sock", tmp_path / "cell.sock", CellMetrics())
    tasks = [asyncio.create_task(bridge.run()), asyncio.create_task(client.run())]
    await until(lambda: client.last_state, "arm state")
    yield client, bridge, tasks
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    bridge.close()


async def test_states_arrive_in_order_and_heartbeats_go_out(linked):
    client, bridge, _ = linked
    seen = []
    client.listen(lambda state: seen.append(state.tick))
    await until(lambda: len(seen) > 5 and len(bridge.of(Heartbeat)) > 2, "states and heartbeats")
    assert seen == sorted(seen)
    assert client.send(HOLD)
    await until(lambda: bridge.of(Hold), "command")


async def test_a_silent_bridge_has_no_state(linked):
    client, _, tasks = linked
    now_ns = time.monotonic_ns()
    assert client.state(now_ns) is not None
    assert client.state(now_ns + 10 * SILENT_AFTER_NS) is None
    assert client.last_state is not None


async def test_a_bridge_that_died_loses_commands_and_one_that_came_back_gets_them(linked, tmp_path):
    client, bridge, tasks = linked
    tasks[0].cancel()
    bridge.close()
    assert not client.send(HOLD)
    again = BridgeDouble(tmp_path / "bridge.sock")
    running = asyncio.create_task(again.run())
    await until(lambda: again.of(Heartbeat), "heartbeat to the new bridge")
    assert client.send(HOLD)
    await until(lambda: again.of(Hold), "command to the new bridge")
    running.cancel()
    again.close()


async def test_reports_are_kept_and_bad_datagrams_and_notices_counted(linked):
    client, bridge, _ = linked
    metrics = client._metrics
    for message in (
        Report(1, {"ticks": 5.0}),
        Notice(1, "old_epoch", 3),
        b"\xc1",
        b"",
        b"\x81\xa4type\xa3bad",
    ):
        bridge.send(message)
    malformed = metrics.refusals.labels(wire="bridge", reason="malformed")
    await until(lambda: client.report == {"ticks": 5.0} and malformed._value.get() == 3, "all taken")
    assert metrics.refusals.labels(wire="bridge", reason="refused_there:old_epoch")._value.get() == 1


async def test_missed_ticks_are_counted(linked):
    client, bridge, _ = linked
    bridge._tick += 10
    await until(lambda: client._metrics.bridge_ticks_missed._value.get() >= 10, "gap counted")
