"""A whole turn over real sockets: sign-in, consent, queue, lease, signalling, orders, result, restart."""

import asyncio

import msgspec
import pytest
from sqlalchemy.exc import OperationalError
from websockets.exceptions import ConnectionClosed

from teleop.tickets import verify
from teleop.wire.cell_to_hub import Answer, OrderDone, Thumbnail
from teleop.wire.hub_to_cell import Lease, Offer, Order, ResultKept, Revoke


async def granted(place, make, cell, player):
    """Joins the queue and gives back the lease and the player's message."""
    assert (await player.join()).status_code == 200
    lease = await cell.next(Lease)
    turn = await player.hear("turn")
    await cell.send(make.status(turn_id=lease.turn_id))
    return lease, turn


async def test_a_turn_from_sign_in_to_leaderboard(place, make):
    cell = await place.cell(epoch=7)
    player = await place.player("小明")
    lobby = await player.hear("lobby", lambda m: m["cells"] and m["cells"][0]["online"])
    assert lobby["cells"][0]["name"]["zh"] == "本机机械臂"

    lease, turn = await granted(place, make, cell, player)
    assert lease.epoch == turn["lease_epoch"] == 8
    assert lease.pseudonym.startswith("p-") and "小明" not in lease.pseudonym
    assert (lease.puzzle_id, lease.puzzle_version, lease.duration_s) == ("tower", 3, 120.0)
    assert lease.consent.text_version == "recording-2" and len(lease.consent.text_sha256) == 64
    ticket = verify(place.hub.keys.ticket_public_pem, turn["ticket"], "home", 0)
    assert (ticket.role, ticket.turn_id, ticket.epoch) == ("player", lease.turn_id, 8)

    await player.say({"type": "offer", "version": 1, "request": 5, "cell_id": "home", "sdp": make.sdp})
    offer = await cell.next(Offer)
    assert offer.sdp == make.sdp
    await cell.send(Answer(version=1, session=offer.session, sdp="v=0 answer", refused=""))
    answer = await player.hear("answer")
    assert (answer["request"], answer["session"], answer["sdp"]) == (5, offer.session, "v=0 answer")

    driving = await player.hear("lobby", lambda m: m["cells"][0]["driver"] is not None)
    assert driving["cells"][0]["driver"] == "小明" and driving["place"]["position"] == 0
    assert driving["cells"][0]["positions_rad"] == []

    sent = make.result(lease.turn_id, "home", lease.epoch)
    for _ in range(2):
        await cell.send(sent)
        assert (await cell.next(ResultKept)).turn_id == lease.turn_id
    shown = await player.hear("result")
    assert (shown["score"], shown["rank"], shown["pseudonym"]) == (800, 1, "小明")
    board = (await player.http.get("/api/leaderboard", params={"puzzle_id": "tower"})).json()
    assert [row["turn_id"] for row in board] == [lease.turn_id]
    one = (await player.http.get(f"/api/results/{lease.turn_id}")).json()
    assert one["puzzle_title"]["zh"] == "高塔"
    assert place.count("armcade_hub_results_total", solved="true") == 1.0
    puzzles = (await player.http.get("/api/puzzles")).json()
    assert (puzzles[0]["best_score"], puzzles[0]["plays"], puzzles[0]["cell_ids"]) == (800, 1, ["home"])


async def test_a_seat_at_the_cell_is_kept_for_the_operator_and_for_who_has_the_turn(place, make):
    cell, player, waiting = await place.cell(), await place.player("first"), await place.player("second")
    operator = await (await place.operator()).open_page()
    await granted(place, make, cell, player)
    assert (await waiting.join()).status_code == 200
    kept = {}
    for name, page in (("player", player), ("waiting", waiting), ("operator", operator)):
        await page.say({"type": "offer", "version": 1, "request": 5, "cell_id": "home", "sdp": make.sdp})
        kept[name] = (await cell.next(Offer)).seat_kept
    assert kept == {"player": True, "waiting": False, "operator": True}


async def test_a_second_player_waits_and_follows(place, make):
    cell = await place.cell()
    first, second = await place.player("first"), await place.player("second")
    lease, _ = await granted(place, make, cell, first)
    joined = (await second.join()).json()
    assert (joined["position"], joined["length"]) == (1, 1) and joined["wait_s"] > 100
    await cell.send(make.result(lease.turn_id, "home", lease.epoch))
    await cell.send(make.status())
    following = await cell.next(Lease)
    assert following.epoch == lease.epoch + 1
    assert (await second.hear("turn"))["turn_id"] == following.turn_id


async def test_a_player_without_consent_gets_no_place(place):
    await place.cell()
    browser = await place.browser()
    await browser.sign_in(consent=False)
    refused = await browser.join()
    assert (refused.status_code, refused.json()["reason"]) == (403, "consent_missing")


async def test_consent_can_be_withdrawn_and_ends_the_turn(place, make):
    cell = await place.cell()
    player = await place.player()
    lease, _ = await granted(place, make, cell, player)
    body = {"text_version": "recording-2", "language": "en", "agreed": False}
    assert (await player.http.post("/api/consent", json=body)).json()["consent_version"] is None
    assert (await cell.next(Revoke)).turn_id == lease.turn_id


async def test_a_latched_cell_gives_no_turn_until_reset(place, make):
    cell = await place.cell(latched=True)
    player, operator = await place.player(), await place.operator()
    assert (await player.join()).json()["position"] == 1
    order = None

    async def obey():
        nonlocal order
        order = await cell.next(Order)
        await cell.send(OrderDone(version=1, order_id=order.order_id, done=True, reason=""))
        await cell.send(make.status())

    task = asyncio.create_task(obey())
    done = await operator.http.post("/api/cells/home/reset", json={"stop_id": "boot-1"})
    await task
    assert done.json() == {"done": True, "stop_id": "boot-1", "reason": ""}
    assert (order.kind, order.stop_id) == ("reset", "boot-1")
    await player.hear("turn")


async def test_an_operator_lowers_the_arm_and_a_lowered_arm_gives_no_turn(place, make):
    cell = await place.cell()
    player, operator = await place.player(), await place.operator()
    await cell.send(msgspec.structs.replace(make.status(), posture="released"))
    page = await (await place.operator()).open_page()
    await page.hear("lobby", lambda m: m["cells"] and m["cells"][0]["posture"] == "released")
    assert (await player.join()).json()["position"] == 1

    async def obey():
        order = await cell.next(Order)
        await cell.send(OrderDone(version=1, order_id=order.order_id, done=True, reason=""))
        return order

    task = asyncio.create_task(obey())
    done = (await operator.http.post("/api/cells/home/rest", json={"stop_generation": 3})).json()
    order = await task
    assert done["done"] and (order.kind, order.stop_generation) == ("rest", 3)
    await cell.send(make.status())
    await player.hear("turn")


async def test_a_stop_that_the_cell_does_not_confirm_says_so(place, make):
    await place.cell()
    operator = await place.operator()
    answer = (await operator.http.post("/api/cells/home/stop", json={"reason": "smoke"})).json()
    assert answer["done"] is False and answer["stop_id"].startswith("stop-")
    assert "in time" in answer["reason"]


async def test_operators_see_joints_and_temperatures(place):
    await place.cell()
    operator = await (await place.operator()).open_page()
    lobby = await operator.hear("lobby", lambda m: m["cells"] and m["cells"][0]["mode"] == "idle")
    assert lobby["cells"][0]["positions_rad"] == [0.5]
    assert lobby["place"] is None
    ticket = (await operator.http.post("/api/cells/home/view")).json()
    assert ticket["role"] == "operator"
    assert verify(place.hub.keys.ticket_public_pem, ticket["ticket"], "home", 0).role == "operator"


async def test_a_thumbnail_is_served_with_its_number(place, make):
    cell = await place.cell()
    await cell.send(Thumbnail(version=1, jpeg=make.jpeg))
    await cell.send(Thumbnail(version=1, jpeg=b"<script>"))
    browser = await place.browser()

    async def there():
        return (await browser.http.get("/api/cells/home/thumbnail.jpg?v=1")).status_code == 200

    await make.until(there)
    picture = await browser.http.get("/api/cells/home/thumbnail.jpg?v=1")
    assert picture.content == make.jpeg and picture.headers["content-type"] == "image/jpeg"
    assert picture.headers["x-content-type-options"] == "nosniff"


async def test_leaving_the_turn_asks_the_cell_to_end_it(place, make):
    cell = await place.cell()
    player = await place.player()
    assert (await player.http.post("/api/turn/leave")).json()["reason"] == "no_turn"
    lease, _ = await granted(place, make, cell, player)
    assert (await player.http.post("/api/turn/leave")).status_code == 202
    assert (await cell.next(Revoke)).turn_id == lease.turn_id


async def test_the_hub_restarts_during_a_turn(serve, make):
    async with serve() as before:
        cell = await before.cell()
        player = await before.player("阿明")
        lease, _ = await granted(before, make, cell, player)
        cookies = player.http.cookies
    async with serve() as after:
        cell = await after.cell(epoch=lease.epoch, running_turn=lease.turn_id)
        browser = await after.browser()
        browser.http.cookies = cookies
        assert (await browser.http.get("/api/me")).json()["pseudonym"] == "阿明"
        await browser.open_page()
        again = await browser.hear("turn")
        assert again["turn_id"] == lease.turn_id
        cells = (await browser.http.get("/api/cells")).json()
        assert (cells[0]["turn_id"], cells[0]["driver"]) == (lease.turn_id, "阿明")
        assert (await browser.join()).json()["reason"] == "turn_running"
        other = await after.player("other")
        assert (await other.join()).json()["position"] == 1
        await cell.send(make.result(lease.turn_id, "home", lease.epoch))
        assert (await browser.hear("result"))["turn_id"] == lease.turn_id
        await cell.send(make.status())
        assert (await cell.next(Lease)).epoch == lease.epoch + 1


async def test_a_turn_that_the_cell_forgot_is_over_and_its_late_result_still_counts(serve, make):
    async with serve() as before:
        cell = await before.cell()
        lease, _ = await granted(before, make, cell, await before.player())
    async with serve() as after:
        cell = await after.cell(epoch=lease.epoch)
        player = await after.player("next")
        assert (await player.join()).status_code == 200
        assert (await cell.next(Lease)).epoch == lease.epoch + 1
        await cell.send(make.result(lease.turn_id, "home", lease.epoch))
        assert (await cell.next(ResultKept)).turn_id == lease.turn_id


@pytest.mark.parametrize("wrong", [{"cell_id": "other"}, {"lease_epoch": 99}])
async def test_a_result_that_contradicts_its_turn_is_not_kept(place, make, wrong):
    cell = await place.cell()
    lease, _ = await granted(place, make, cell, await place.player())
    await cell.send(make.result(lease.turn_id, "home", lease.epoch, **wrong))
    await make.until(
        lambda: place.count("armcade_hub_refused_total", wire="cell", reason="wrong_result") == 1.0
    )
    browser = await place.browser()
    assert (await browser.http.get(f"/api/results/{lease.turn_id}")).status_code == 404


async def test_a_lease_that_never_arrives_gives_the_place_back(place, make):
    cell = await place.cell()
    player = await place.player()
    await player.join()
    lost = await cell.next(Lease)
    again = await place.cell(epoch=lost.epoch)
    assert (await again.next(Lease)).epoch == lost.epoch + 1
    assert (await player.hear("failure"))["reason"] == "turn_lost"
    with pytest.raises(ConnectionClosed, match="4409"):
        await cell.next(Lease)


async def test_a_cell_cannot_report_for_another(place, make):
    home, other = await place.cell("home"), await place.cell("other")
    lease, _ = await granted(place, make, home, await place.player())
    await other.send(make.result(lease.turn_id, "home", lease.epoch))
    await make.until(
        lambda: place.count("armcade_hub_refused_total", wire="cell", reason="wrong_result") == 1.0
    )
    assert (await place.hub.turns.result(lease.turn_id)) is None


async def test_a_turn_that_cannot_be_stored_is_not_granted_and_tried_again(place, make, monkeypatch):
    cell, player = await place.cell(), await place.player()
    stored = place.hub.turns.add_turn
    tries = []

    async def failing_once(turn):
        tries.append(turn.epoch)
        if len(tries) == 1:
            raise OperationalError("INSERT", {}, OSError("disk full"))
        await stored(turn)

    monkeypatch.setattr(place.hub.turns, "add_turn", failing_once)
    await player.join()
    assert (await player.hear("failure"))["reason"] == "turn_lost"
    await cell.send(make.status())
    assert (await cell.next(Lease)).epoch == tries[1] > tries[0]


async def test_a_puzzle_that_is_no_longer_offered_voids_the_turn(place, make):
    cell, player = await place.cell(latched=True), await place.player()
    await player.join()
    del cell
    again = await place.dial()
    await again.send(msgspec.msgpack.encode(msgspec.structs.replace(make.register("home"), puzzles=())))
    await again.send(msgspec.msgpack.encode(make.status()))
    assert (await player.hear("failure"))["reason"] == "turn_void"
    assert place.hub.desk.place("p-nobody") is None and place.hub.desk.line.places == ()


async def test_a_confirmed_stop_is_recorded(place, make):
    cell, operator = await place.cell(), await place.operator()

    async def obey():
        order = await cell.next(Order)
        await cell.send(OrderDone(version=1, order_id=order.order_id, done=True, reason=""))
        return order

    task = asyncio.create_task(obey())
    answer = (await operator.http.post("/api/cells/home/stop", json={"reason": "smoke"})).json()
    order = await task
    assert answer == {"done": True, "stop_id": order.stop_id, "reason": ""}
    assert (order.kind, order.reason) == ("stop", "smoke") and order.by.startswith("s-")
    assert place.count("armcade_hub_orders_total", kind="stop", outcome="done") == 1.0


async def test_signing_out_ends_the_turn(place, make):
    cell, player = await place.cell(), await place.player()
    lease, _ = await granted(place, make, cell, player)
    await player.http.post("/api/sign-out")
    assert (await cell.next(Revoke)).turn_id == lease.turn_id


async def test_the_driver_may_change_the_name(place, make):
    cell, player = await place.cell(), await place.player("before")
    await granted(place, make, cell, player)
    await player.sign_in("after")
    cells = (await player.http.get("/api/cells")).json()
    assert cells[0]["driver"] == "after"
    await player.open_page()
    assert (await player.hear("turn"))["cell_id"] == "home"
