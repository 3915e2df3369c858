"""The link to the hub: registers, comes back for ever, and never forgets a result."""

import asyncio

import msgspec
import pytest
from cell_neighbours import TOKEN, HubDouble, lease, until

from teleop.cell.durable import Durable
from teleop.cell.hub_link import HubLink
from teleop.metrics import CellMetrics
from teleop.wire.cell_to_hub import Answer, CellStatus, Register, Thumbnail, TurnResult
from teleop.wire.hub_to_cell import Lease, ResultKept
from teleop.wire.player_out import Bilingual

STATUS = CellStatus(1, "idle", "none", None, 0, None, 0, (), (), True, True, "idle")
ANSWER = Answer(1, "session-1", "v=0", "")


def result(turn_id: str) -> TurnResult:
    reason = Bilingual(en="done", zh="完成")
    return TurnResult(1, turn_id, "test", 1, "tower", 1, True, reason, 900, 3, 1.0, 3, 1, None, "", 0)


@pytest.fixture
async def link(tmp_path):
    """A running link; nobody listens yet on the port that `hub` will take."""
    (tmp_path / "token").write_text(TOKEN)
    durable, metrics = Durable(tmp_path / "state"), CellMetrics()
    name = Bilingual(en="Test", zh="测试")
    register = Register(1, "test", name, "armcade", "so101", (), ("overview",), (), "sim", 0, None)
    hub = HubDouble()
    async with hub.serving():
        pass
    url = f"ws://127.0.0.1:{hub.port}/api/cell"
    made = HubLink(url, tmp_path / "token", durable, metrics, lambda: register)
    task = asyncio.create_task(made.run())
    yield made, hub, durable, metrics
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_it_registers_with_its_token_and_hands_messages_over(link):
    made, hub, _, _ = link
    heard = []
    made.on_message = heard.append
    async with hub.serving(hub.port):
        await until(lambda: made.connected, "registration")
        assert hub.headers[-1] == f"Bearer {TOKEN}" and made.ticket_key == hub.public
        await hub.tell(lease())
        await until(lambda: heard, "lease")
        assert isinstance(heard[0], Lease)
        made.reply(ANSWER)
        await until(lambda: hub.received == [ANSWER], "answer")


async def test_it_comes_back_after_the_hub_went(link):
    made, hub, _, _ = link
    for _ in range(3):
        async with hub.serving(hub.port):
            await until(lambda: made.connected, "registration")
        await until(lambda: not made.connected, "loss noticed")
    assert len(hub.registers) == 3


async def test_of_status_and_thumbnail_only_the_newest_is_sent(link):
    made, hub, _, _ = link
    for number in range(50):
        made.show(msgspec.structs.replace(STATUS, viewers=number))
        made.show(Thumbnail(1, bytes([number])))
    made.reply(ANSWER)
    async with hub.serving(hub.port):
        await until(lambda: len(hub.received) == 2, "newest two")
        assert [type(one).__name__ for one in hub.received] == ["CellStatus", "Thumbnail"]
        assert hub.received[0].viewers == 49 and hub.received[1].jpeg == bytes([49])


async def test_results_are_sent_again_until_they_are_acknowledged(link):
    made, hub, durable, metrics = link
    durable.keep(result("turn-1"))
    async with hub.serving(hub.port):
        await until(lambda: hub.of(TurnResult), "result")
        durable.keep(result("turn-2"))
        made.results_waiting()
        await until(lambda: {one.turn_id for one in hub.of(TurnResult)} == {"turn-1", "turn-2"}, "both")
        await hub.tell(ResultKept(1, "turn-1"))
        await until(lambda: len(durable.unsent()) == 1, "acknowledged")
    hub.received.clear()
    async with hub.serving(hub.port):
        await until(lambda: hub.of(TurnResult), "the other one again")
        assert {one.turn_id for one in hub.of(TurnResult)} == {"turn-2"}


async def test_malformed_messages_are_counted_and_the_link_stays(link):
    made, hub, _, metrics = link
    async with hub.serving(hub.port):
        await until(lambda: made.connected, "registration")
        for bad in (
            b"",
            b"\xc1",
            b"\x81\xa4type\xa3bad",
            msgspec.msgpack.encode({"type": "lease", "version": 2}),
        ):
            await hub.tell(bad)
        malformed = metrics.refusals.labels(wire="hub", reason="malformed")
        await until(lambda: malformed._value.get() == 4, "all refused")
        assert made.connected
