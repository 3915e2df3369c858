"""The built client, protecting headers, metrics, and the pages' WebSocket when it is slow or many."""

import gzip
from pathlib import Path

import msgspec
import pytest

from teleop.hub.buckets import Rate
from teleop.hub.clocks import Clocks
from teleop.hub.hub import RATES
from teleop.hub.links import MAX_WAITING_MESSAGES, TOO_SLOW, Outbox
from teleop.wire.hub_to_cell import Offer

SCRIPT = "export const greeting = 'hello';\n" * 100


@pytest.fixture
def client(config):
    """A built client."""
    folder = Path(config.client_dir)
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html><title>Armcade</title>")
    (folder / "assets" / "index-BvRXkZ5M.js").write_text(SCRIPT)
    (folder / "icon.svg").write_text("<svg/>")
    (folder.parent / "secret.txt").write_text("not for pages")
    return folder


async def test_without_a_client_the_page_says_what_to_run(place):
    answer = await (await place.browser()).http.get("/")
    assert answer.status_code == 503 and "make setup" in answer.text
    assert answer.headers["content-type"].startswith("text/html")


async def test_every_route_of_the_page_answers_with_the_page(client, place):
    browser = await place.browser()
    for path in ("/", "/play/t1-home-3", "/operate/home", "/episodes/e1", "/result/x", "/index.html"):
        answer = await browser.http.get(path)
        assert (answer.status_code, answer.text) == (200, "<!doctype html><title>Armcade</title>"), path
        assert answer.headers["cache-control"] == "no-cache"


async def test_hashed_files_are_kept_and_compressed(client, place):
    browser = await place.browser()
    answer = await browser.http.get("/assets/index-BvRXkZ5M.js")
    assert answer.text == SCRIPT and answer.headers["content-encoding"] == "gzip"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    plain = await browser.http.get("/assets/index-BvRXkZ5M.js", headers={"Accept-Encoding": "identity"})
    assert plain.text == SCRIPT and "content-encoding" not in plain.headers
    tag = {"If-None-Match": answer.headers["etag"]}
    assert (await browser.http.get("/assets/index-BvRXkZ5M.js", headers=tag)).status_code == 304
    icon = await browser.http.get("/icon.svg")
    assert icon.headers["content-type"] == "image/svg+xml" and icon.headers["cache-control"] == "no-cache"
    assert gzip.compress(b"<svg/>") and "content-encoding" not in icon.headers


@pytest.mark.parametrize(
    "path",
    [
        "/missing.js",
        "/assets/../../secret.txt",
        "/..%2fsecret.txt",
        "/%2e%2e/secret.txt",
        "/api/x",
        "/schema/y",
    ],
)
async def test_nothing_else_is_served(client, place, path):
    answer = await (await place.browser()).http.get(path)
    assert answer.status_code == 404 and "not for pages" not in answer.text


async def test_every_answer_protects_the_page(client, place):
    browser = await place.browser()
    ids = set()
    for path in ("/", "/api/me", "/api/nothing", "/assets/index-BvRXkZ5M.js"):
        headers = (await browser.http.get(path)).headers
        policy = headers["content-security-policy"]
        assert "default-src 'self'" in policy and "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy and f"ws://{place.base[7:]}" in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert "server" not in headers
        ids.add(headers["x-request-id"])
    assert len(ids) == 4


async def test_metrics_are_for_this_machine_or_the_operator(place):
    browser = await place.browser()
    assert "armcade_hub_pages 0.0" in (await browser.http.get("/metrics")).text
    for headers in ({"X-Forwarded-For": "9.9.9.9"}, {"Host": "rebound.example"}):
        answer = await browser.http.get("/metrics", headers=headers)
        assert (answer.status_code, answer.json()["reason"]) == (403, "not_local")
        token = {"Authorization": f"Bearer {place.hub.keys.operator_token}"}
        assert (await browser.http.get("/metrics", headers={**headers, **token})).status_code == 200


async def test_a_cell_that_goes_silent_is_shown_offline(serve):
    now = [0]
    async with serve(clocks=Clocks(now_ns=lambda: now[0])) as place:
        await place.cell()
        visitor = await (await place.browser()).open_page()
        await visitor.hear("lobby", lambda m: m["cells"] and m["cells"][0]["online"])
        now[0] += 3_000_000_001
        card = (await visitor.hear("lobby", lambda m: not m["cells"][0]["online"]))["cells"][0]
        assert card["mode"] == "idle" and card["status_age_s"] > 3


async def test_a_cell_that_does_not_answer_an_offer_is_named(serve, make):
    now = [0]
    async with serve(clocks=Clocks(now_ns=lambda: now[0])) as place:
        cell, player = await place.cell(), await place.player()
        await player.say({"type": "offer", "version": 1, "request": 9, "cell_id": "home", "sdp": make.sdp})
        await cell.next(Offer)
        now[0] += 10_000_000_000
        failure = await player.hear("failure")
        assert (failure["reason"], failure["request"]) == ("cell_silent", 9)


async def test_a_closed_page_loses_its_place_and_an_open_one_keeps_it(serve):
    now = [0]
    async with serve(clocks=Clocks(now_ns=lambda: now[0])) as place:
        await place.cell(latched=True)
        quiet, open_ = await place.player("quiet"), await place.player("open")
        await quiet.join()
        await open_.join()
        now[0] += 14_000_000_000
        await open_.say({"type": "still_here", "version": 1})
        await open_.hear("lobby", lambda m: m["place"] and m["place"]["position"] == 2)
        now[0] += 2_000_000_000
        assert (await quiet.hear("failure"))["reason"] == "place_expired"
        await open_.hear("lobby", lambda m: m["place"] and m["place"]["position"] == 1)


async def test_a_page_that_sends_too_often_is_slowed_then_cut_off(serve):
    tight = {**RATES, "page_message": Rate(5, 1)}
    async with serve(rates=tight) as place:
        player = await place.player()
        with pytest.raises(Exception, match="4400"):
            for _ in range(60):
                await player.say({"type": "still_here", "version": 1})
            while True:
                await player.page.recv()
        assert place.count("armcade_hub_refused_total", wire="page", reason="too_often") > 15


async def test_a_visitor_may_say_it_is_still_there(place):
    visitor = await (await place.browser()).open_page()
    for _ in range(25):
        await visitor.say({"type": "still_here", "version": 1})
    first = msgspec.json.decode(await visitor.page.recv())
    assert (await visitor.hear("lobby"))["type"] == first["type"] == "lobby"


async def test_an_outbox_is_bounded_and_keeps_only_the_newest_lobby():
    outbox, sent = Outbox(), []

    async def send(message):
        sent.append(message)

    assert all(outbox.put(b"%d" % n) for n in range(MAX_WAITING_MESSAGES))
    outbox.put_newest(b"old lobby")
    outbox.put_newest(b"new lobby")
    assert not outbox.put(b"one too many") and not outbox.put(b"closed")
    outbox.close(1000)
    await outbox.send_all(send)
    assert sent == [*(b"%d" % n for n in range(MAX_WAITING_MESSAGES)), b"new lobby"]
    assert outbox.close_code == TOO_SLOW
