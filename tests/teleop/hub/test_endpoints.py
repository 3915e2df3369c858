"""Every endpoint against every role, origin and kind of bad input."""

import json
import re

import msgspec
import pytest
from litestar import get
from litestar.testing import AsyncTestClient
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from teleop.hub.access import Access
from teleop.hub.api.guard import access_of
from teleop.hub.app import build_routes
from teleop.hub.keeping import Kept
from teleop.wire.cell_to_hub import MAX_CELL_MESSAGE_BYTES, Answer, OrderDone, Register
from teleop.wire.hub_to_cell import Offer, Registered

NOBODY, PLAYER, OPERATOR, RESEARCHER = "nobody", "player", "operator", "researcher"
EVERYONE = {NOBODY, PLAYER, OPERATOR, RESEARCHER}
KNOWN = {PLAYER, OPERATOR, RESEARCHER}
WHO_MAY = {
    "GET /api/me": EVERYONE,
    "POST /api/sign-in": EVERYONE,
    "POST /api/sign-out": EVERYONE,
    "POST /api/role": EVERYONE,
    "GET /api/consent": EVERYONE,
    "POST /api/consent": {PLAYER},
    "POST /api/withdrawal": {PLAYER},
    "GET /api/cells": EVERYONE,
    "GET /api/cells/home/thumbnail.jpg": EVERYONE,
    "GET /api/puzzles": EVERYONE,
    "POST /api/queue": {PLAYER},
    "DELETE /api/queue": {PLAYER},
    "POST /api/turn/leave": {PLAYER},
    "POST /api/cells/home/view": KNOWN,
    "GET /api/ice": KNOWN,
    "POST /api/cells/home/stop": {OPERATOR},
    "POST /api/cells/home/reset": {OPERATOR},
    "POST /api/cells/home/rest": {OPERATOR},
    "GET /api/results/t1": EVERYONE,
    "GET /api/leaderboard": EVERYONE,
    "GET /api/episodes": {RESEARCHER},
    "POST /api/search": {RESEARCHER},
    "GET /api/episodes/e1": {RESEARCHER},
    "GET /api/episodes/e1/series": {RESEARCHER},
    "GET /api/episodes/e1/video/overview.mp4": {RESEARCHER},
    "GET /api/episodes/e1/download": {RESEARCHER},
    "GET /api/episodes/e1/annotations": {RESEARCHER},
    "POST /api/episodes/e1/annotations": {RESEARCHER},
    "GET /api/episodes/e1/tracks": {RESEARCHER},
    "GET /api/annotations": {RESEARCHER},
    "GET /api/exports": {RESEARCHER},
    "POST /api/exports": {RESEARCHER},
    "DELETE /api/exports/x1": {RESEARCHER},
    "POST /api/exports/x1/resume": {RESEARCHER},
    "GET /healthz": EVERYONE,
    "GET /metrics": EVERYONE,
    "GET /schema/openapi.json": EVERYONE,
    "GET /": EVERYONE,
}
BODIES = {
    "POST /api/sign-in": {"pseudonym": "Ann", "language": "en"},
    "POST /api/role": {"token": "x" * 20},
    "POST /api/withdrawal": {"language": "en"},
    "POST /api/consent": {"text_version": "recording-2", "language": "en", "agreed": True},
    "POST /api/queue": {"cell_id": "home", "puzzle_id": "tower"},
    "POST /api/search": {"facets": [], "text": "e-"},
    "POST /api/exports": {"search": {"facets": []}, "recipe": "version = 1\nname = 'x'", "form": "mcap"},
    "POST /api/cells/home/stop": {"reason": "smoke"},
    "POST /api/cells/home/reset": {"stop_id": "boot-1"},
    "POST /api/cells/home/rest": {"stop_generation": 1},
}
CHANGES = sorted(name for name in WHO_MAY if not name.startswith("GET "))
DENIALS = {"not_signed_in", "role_missing", "no_access_level", "origin_missing", "origin_wrong", "cross_site"}


class NothingToKeep:
    """In place of the process that erases, which takes its time."""

    async def work(self, withdraw, answer):
        return Kept((), 0, ())


def pattern_of(method, path):
    """A route as a regular expression for the names above."""
    return re.compile("^" + method + " " + re.sub(r"\{[^}]+\}", r"[^/]+", path) + "$")


async def browser_as(place, role):
    """A browser that holds exactly one role."""
    browser = await place.browser()
    if role == PLAYER:
        await browser.sign_in()
    if role in (OPERATOR, RESEARCHER):
        token = place.hub.keys.operator_token if role == OPERATOR else place.hub.keys.researcher_token
        assert (await browser.take_role(token)).json()["roles"] == [role]
    return browser


async def call(browser, name, **more):
    """Calls an endpoint by its name in the tables above."""
    method, path = name.split(" ")
    body = {} if method == "GET" or name not in BODIES else {"json": BODIES[name]}
    return await browser.http.request(method, path, **{**body, **more})


async def test_the_table_names_every_route_and_each_has_an_access_level(place):
    named = dict.fromkeys(WHO_MAY, False)
    for route in build_routes(place.hub).routes:
        if route.scope_type.value == "websocket":
            assert access_of(route.route_handler) in (Access.ANYONE, Access.CELL)
            continue
        for handler in route.route_handlers:
            for method in handler.http_methods - {"OPTIONS", "HEAD"}:
                assert access_of(handler) is not None, route.path
                found = [name for name in WHO_MAY if pattern_of(method, route.path).match(name)]
                assert found or route.path in ("/{path:path}", "/schema", "/schema/{path:str}"), route.path
                named.update(dict.fromkeys(found, True))
    assert all(named.values()), named


@pytest.mark.parametrize("role", sorted(EVERYONE))
async def test_roles_open_exactly_their_endpoints(place, role):
    await place.cell()
    place.hub.orders.confirm_s = 0.02
    place.hub.keeping = NothingToKeep()
    browser = await browser_as(place, role)
    changing_the_session = {"POST /api/sign-in", "POST /api/sign-out", "POST /api/role"}
    for name in sorted(WHO_MAY, key=lambda name: name in changing_the_session):
        allowed = WHO_MAY[name]
        answer = await call(browser, name)
        denied = answer.status_code in (401, 403) and answer.json()["reason"] in DENIALS
        assert denied == (role not in allowed), (name, answer.status_code, answer.text[:200])
        assert answer.status_code < 500 or name == "GET /"
        if denied:
            assert answer.status_code == (401 if role == NOBODY else 403)


async def test_a_route_without_access_level_is_closed_to_all(place, config):
    @get("/forgotten")
    async def forgotten() -> str:
        return "secret"

    app = build_routes(place.hub)
    app.register(forgotten)
    async with AsyncTestClient(app) as client:
        answer = await client.get("/forgotten")
        assert (answer.status_code, answer.json()["reason"]) == (403, "no_access_level")


async def test_changes_are_refused_from_other_origins(place):
    place.hub.orders.confirm_s = 0.02
    browser = await browser_as(place, OPERATOR)
    await browser.sign_in()
    encrypted = place.base.replace("http:", "https:")
    wrong = ["null", "https://evil.example", place.base + ".evil.example", encrypted, ""]
    for name in CHANGES:
        for origin in wrong:
            answer = await call(browser, name, headers={"Origin": origin})
            assert (answer.status_code, answer.json()["reason"]) == (403, "origin_wrong"), (name, origin)
        for site in ("cross-site", "same-site", "none"):
            answer = await call(browser, name, headers={"Sec-Fetch-Site": site})
            assert (answer.status_code, answer.json()["reason"]) == (403, "cross_site"), (name, site)
    refused = len(CHANGES) * len(wrong)
    assert place.count("armcade_hub_refused_total", wire="http", reason="origin_wrong") == refused
    del browser.http.headers["Origin"]
    for name in CHANGES:
        answer = await call(browser, name)
        assert (answer.status_code, answer.json()["reason"]) == (403, "origin_missing"), name
    assert place.count("armcade_hub_refused_total", wire="http", reason="origin_missing") == len(CHANGES)
    ours = {"Origin": place.base, "Sec-Fetch-Site": "same-origin"}
    assert (await call(browser, "POST /api/sign-in", headers=ours)).status_code == 200


@pytest.mark.parametrize("origin", [None, "null", "https://evil.example"])
async def test_pages_sockets_open_only_from_our_origin(place, origin):
    headers = {} if origin is None else {"Origin": origin}
    with pytest.raises(InvalidStatus) as refused:
        await connect(place.base.replace("http", "ws", 1) + "/api/live", additional_headers=headers)
    assert refused.value.response.status_code == 403
    reason = "origin_missing" if origin is None else "origin_wrong"
    assert place.count("armcade_hub_refused_total", wire="socket", reason=reason) == 1


@pytest.mark.parametrize("token", ["", "wrong" * 8, "é" * 20])
async def test_a_cell_needs_its_token(place, token):
    headers = {"Authorization": b"Bearer ".decode() + token.encode().decode("latin-1")} if token else {}
    with pytest.raises(InvalidStatus) as refused:
        await connect(place.base.replace("http", "ws", 1) + "/api/cell", additional_headers=headers)
    assert refused.value.response.status_code == 403
    assert place.count("armcade_hub_refused_total", wire="socket", reason="wrong_token") == 1


def first_field(body, value):
    """A body of one field, its value as it stands."""
    return f'{{"{next(iter(body))}": {value}}}'.encode()


def with_body(**changes):
    return lambda body: json.dumps({**body, **changes}).encode()


BAD_BODIES = {
    "malformed": (lambda body: first_field(body, "")[:-1], {"malformed"}),
    "empty": (lambda body: b"", {"bad_request"}),
    "not UTF-8": (
        lambda body: first_field(body, '"?"').replace(b"?", b"\xff\xfe"),
        {"malformed", "out_of_bounds"},
    ),
    "lone surrogate": (
        lambda body: first_field(body, '"\\ud800"'),
        {"malformed", "missing_field", "out_of_bounds"},
    ),
    "NaN": (lambda body: first_field(body, "NaN"), {"malformed"}),
    "infinity": (lambda body: first_field(body, "1e999"), {"malformed", "out_of_bounds"}),
    "deep": (lambda body: b"[" * 8000 + b"]" * 8000, {"malformed", "out_of_bounds"}),
    "a list": (lambda body: b"[]", {"out_of_bounds"}),
    "null": (lambda body: b"null", {"out_of_bounds"}),
    "unknown field": (with_body(surprise=1), {"unknown_field"}),
    "missing field": (lambda body: b"{}", {"missing_field"}),
    "a fraction for a text": (lambda body: json.dumps(dict.fromkeys(body, 7.5)).encode(), {"out_of_bounds"}),
    "a text for all": (lambda body: json.dumps(dict.fromkeys(body, "x" * 700)).encode(), {"out_of_bounds"}),
    "oversized": (with_body(filler="x" * 20_000), {"too_long"}),
}


@pytest.mark.parametrize("name", BODIES)
async def test_bad_bodies_are_refused_for_a_counted_reason(place, name):
    await place.cell()
    browser = await browser_as(place, OPERATOR)
    await browser.take_role(place.hub.keys.researcher_token)
    await browser.sign_in()
    kind_of = {"Content-Type": "application/json"}
    for kind, (make_body, reasons) in BAD_BODIES.items():
        before = sum(place.count("armcade_hub_refused_total", wire="http", reason=one) for one in reasons)
        answer = await call(browser, name, json=None, content=make_body(BODIES[name]), headers=kind_of)
        reason = answer.json()["reason"]
        assert reason in reasons and answer.status_code in (400, 413), (kind, answer.text[:300])
        assert answer.json()["text"]["zh"]
        after = sum(place.count("armcade_hub_refused_total", wire="http", reason=one) for one in reasons)
        assert after == before + 1
    assert (await browser.http.get("/healthz")).text == "ok\n"


async def test_a_failure_inside_says_nothing_about_the_inside(place, monkeypatch):
    async def broken(_puzzle_id):
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr(place.hub.results.turns, "results_of", broken)
    answer = await (await place.browser()).http.get("/api/leaderboard")
    assert (answer.status_code, answer.json()["reason"]) == (500, "failed")
    assert "secret" not in answer.text


async def test_only_json_is_read(place):
    browser = await place.browser()
    body = json.dumps(BODIES["POST /api/sign-in"])
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""):
        answer = await browser.http.post("/api/sign-in", content=body, headers={"Content-Type": kind})
        assert (answer.status_code, answer.json()["reason"]) == (415, "not_json"), kind


async def test_wrong_values_have_their_reasons(place):
    await place.cell()
    browser = await place.browser()
    named = await browser.http.post("/api/sign-in", json={"pseudonym": "\u202eevil", "language": "en"})
    assert (named.status_code, named.json()["reason"]) == (400, "wrong_pseudonym")
    await browser.sign_in("", consent=False)
    assert len((await browser.http.get("/api/me")).json()["pseudonym"]) > 5
    old = {"text_version": "recording-0", "language": "en", "agreed": True}
    assert (await browser.http.post("/api/consent", json=old)).json()["reason"] == "wrong_consent_version"
    assert (await browser.join("nowhere")).json()["reason"] == "unknown_cell"
    assert (await browser.join("home", "chess")).json()["reason"] == "unknown_puzzle"
    assert (await browser.http.post("/api/cells/nowhere/view")).json()["reason"] == "unknown_cell"
    assert (await browser.http.put("/api/queue")).json()["reason"] == "wrong_method"
    assert (await browser.http.get("/api/nothing")).json()["reason"] == "not_found"


OFFER = {"type": "offer", "version": 1, "request": 1, "cell_id": "home", "sdp": ""}
PAGE_MESSAGES = [
    (b"\x00\x01", "not_text"),
    ("{", "malformed"),
    ("[]", "out_of_bounds"),
    ('{"type":"reset","version":1}', "out_of_bounds"),
    ('{"type":"still_here","version":2}', "out_of_bounds"),
    ('{"type":"still_here","version":1,"x":1}', "unknown_field"),
    ('{"type":"offer","version":1,"request":1,"cell_id":"home"}', "missing_field"),
    ('{"type":"offer","version":1,"request":NaN,"cell_id":"home","sdp":""}', "malformed"),
    (json.dumps({**OFFER, "request": -1}), "out_of_bounds"),
    (json.dumps({**OFFER, "request": 1.5}), "out_of_bounds"),
    (json.dumps({**OFFER, "cell_id": "../x"}), "out_of_bounds"),
    (json.dumps({**OFFER, "sdp": "x" * 17_000}), "out_of_bounds"),
    ("[" * 5_000, "out_of_bounds"),
    ('"' + "x" * 21_000 + '"', "too_long"),
]


async def test_bad_messages_of_a_page_are_answered_and_counted(place):
    player = await place.player()
    for message, reason in PAGE_MESSAGES:
        before = place.count("armcade_hub_refused_total", wire="page", reason=reason)
        await player.page.send(message)
        assert (await player.hear("failure"))["reason"] == reason, message[:80]
        assert place.count("armcade_hub_refused_total", wire="page", reason=reason) == before + 1
    await player.say({"type": "still_here", "version": 1})
    await player.hear("lobby")


async def test_a_page_that_only_sends_rubbish_is_cut_off(place):
    player = await place.player()
    with pytest.raises(ConnectionClosed, match="4400"):
        for _ in range(40):
            await player.page.send("rubbish")
        while True:
            await player.page.recv()


async def test_offers_fail_for_a_reason(place, make):
    await place.cell("home")
    player, visitor = await place.player(), await (await place.browser()).open_page()
    offer = {"type": "offer", "version": 1, "cell_id": "home", "sdp": make.sdp}
    await visitor.say({**offer, "request": 1})
    assert (await visitor.hear("failure"))["reason"] == "not_signed_in"
    await player.say({**offer, "request": 2, "sdp": "rubbish"})
    failure = await player.hear("failure")
    assert (failure["reason"], failure["request"]) == ("bad_offer", 2)
    await player.say({**offer, "request": 3, "cell_id": "nowhere"})
    assert (await player.hear("failure"))["reason"] == "cell_offline"
    for request in range(4, 9):
        await player.say({**offer, "request": request})
    failure = await player.hear("failure")
    assert (failure["reason"], failure["request"]) == ("too_many_offers", 8)


async def test_a_cell_can_refuse_an_offer_and_only_answer_its_own(place, make):
    home, other = await place.cell("home"), await place.cell("other")
    player = await place.player()
    await player.say({"type": "offer", "version": 1, "request": 4, "cell_id": "home", "sdp": make.sdp})
    offer = await home.next(Offer)
    await other.send(Answer(version=1, session=offer.session, sdp="v=0 stolen", refused=""))
    await make.until(lambda: refused_of_cell(place, "unknown_session") == 1)
    await home.send(Answer(version=1, session=offer.session, sdp="", refused="full"))
    failure = await player.hear("failure")
    assert (failure["reason"], failure["request"]) == ("cell_refused", 4) and "full" in failure["text"]["en"]
    for reason in ("cell_full", "too_many_connections"):
        await player.say({"type": "offer", "version": 1, "request": 5, "cell_id": "home", "sdp": make.sdp})
        offer = await home.next(Offer)
        await home.send(Answer(version=1, session=offer.session, sdp="", refused=reason))
        assert (await player.hear("failure"))["reason"] == reason


def refused_of_cell(place, reason):
    return place.count("armcade_hub_refused_total", wire="cell", reason=reason)


def cell_messages(make):
    """Bad frames of a registered cell, each with its reason."""
    status = msgspec.to_builtins(make.status())
    encode = msgspec.msgpack.encode
    return [
        ("text", "not_binary"),
        (b"", "malformed"),
        (b"\xc1", "malformed"),
        (b"\xdf\xff\xff\xff\xff", "malformed"),
        (b"\x91" * 200_000, "out_of_bounds"),
        (b"\x81\xa4type\xa2\xff\xfe", "malformed"),
        (encode({**status, "type": "status", "surprise": 1}), "unknown_field"),
        (encode({"type": "status", "version": 1}), "missing_field"),
        (encode({**status, "type": "status", "positions_rad": [float("nan")]}), "out_of_bounds"),
        (encode({**status, "type": "status", "temperatures_c": [float("inf")]}), "out_of_bounds"),
        (encode({**status, "type": "status", "mode": "fly"}), "out_of_bounds"),
        (encode({"type": "lease", "version": 1}), "out_of_bounds"),
        (encode({"type": "thumbnail", "version": 1, "jpeg": b"GIF89a"}), "no_jpeg"),
        (encode({"type": "thumbnail", "version": 1, "jpeg": b"\xff\xd8" + b"x" * 100_000}), "out_of_bounds"),
        (encode(make.register("home")), "registered_twice"),
        (encode(OrderDone(version=1, order_id="order-1", done=True, reason="")), "unknown_order"),
    ]


async def test_bad_messages_of_a_cell_are_counted_and_change_nothing(place, make):
    cell = await place.cell()
    for frame, reason in cell_messages(make):
        before = refused_of_cell(place, reason)
        await cell.socket.send(frame)
        await make.until(lambda b=before, r=reason: refused_of_cell(place, r) == b + 1)
    (card,) = place.hub.cards()
    assert card.online and card.thumbnail_version == 0 and card.mode == "idle"


async def test_a_frame_that_is_too_long_ends_the_connection(place):
    cell = await place.cell()
    with pytest.raises(ConnectionClosed, match="1009"):
        await cell.socket.send(b"x" * (MAX_CELL_MESSAGE_BYTES + 1))
        await cell.next(Register)


@pytest.mark.parametrize("first", ["status", "rubbish", "long id"])
async def test_a_cell_must_first_say_what_it_is(place, make, first):
    socket = await place.dial()
    frames = {
        "status": msgspec.msgpack.encode(make.status()),
        "rubbish": b"\xc1",
        "long id": msgspec.msgpack.encode(make.register("c" * 41)),
    }
    await socket.send(frames[first])
    with pytest.raises(ConnectionClosed, match="4401"):
        await socket.recv()
    assert place.hub.cards() == ()


async def test_a_newer_connection_of_a_cell_replaces_the_older(place, make):
    old = await place.cell()
    new = await place.cell()
    with pytest.raises(ConnectionClosed, match="4409"):
        await old.next(Registered)
    await new.send(make.status())
    assert place.hub.cards()[0].online


async def test_what_a_wrong_schema_says(place):
    browser = await place.browser()
    schema = (await browser.http.get("/schema/openapi.json")).json()
    assert schema["openapi"].startswith("3.1")
    body = schema["paths"]["/api/queue"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert body["$ref"].endswith("JoinQueue")
