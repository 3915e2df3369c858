"""Sessions, roles and consent, over HTTP and in the database."""

import asyncio
import hashlib
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from teleop.hub.buckets import Rate
from teleop.hub.clocks import Clocks
from teleop.hub.hub import RATES
from teleop.hub.sessions import ROLE_NS, SESSION_NS
from teleop.hub.store.engine import open_engine


async def rows(place, query):
    """Runs SQL on the hub's database."""
    engine = await open_engine(Path(place.hub.config.database))
    try:
        async with engine.begin() as connection:
            found = await connection.execute(text(query))
            return found.all() if found.returns_rows else []
    finally:
        await engine.dispose()


def all_bytes(folder):
    """Everything in the files of a folder, write-ahead log included."""
    return b"".join(path.read_bytes() for path in folder.iterdir())


async def test_the_cookie_is_for_this_host_and_no_script(place):
    browser = await place.browser()
    answer = await browser.http.post("/api/sign-in", json={"pseudonym": "Ann", "language": "en"})
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie and "samesite=strict" in cookie and "path=/" in cookie
    assert cookie.startswith("armcade=") and "secure" not in cookie


async def test_an_encrypted_page_gets_a_cookie_that_stays_encrypted(place):
    browser = await place.browser()
    headers = {"Origin": "https://arcade.example"}
    body = {"pseudonym": "Ann", "language": "en"}
    answer = await browser.http.post("/api/sign-in", json=body, headers=headers)
    cookie = answer.headers["set-cookie"]
    assert (
        cookie.startswith("__Host-armcade=") and "secure" in cookie.lower() and "domain" not in cookie.lower()
    )
    token = cookie.split(";")[0]
    me = await browser.http.get("/api/me", headers={"Cookie": token})
    assert me.json()["pseudonym"] == "Ann"


async def test_the_database_holds_only_the_hash_of_a_token(place):
    browser = await place.browser()
    await browser.sign_in()
    token = browser.http.cookies["armcade"]
    assert len(token) >= 43
    ((kept,),) = await rows(place, "SELECT token_sha256 FROM sessions")
    assert kept == hashlib.sha256(token.encode()).hexdigest()
    assert token.encode() not in all_bytes(Path(place.hub.config.database).parent)


async def test_every_change_of_rights_gives_a_new_token_and_ends_the_old(place):
    browser = await place.browser()
    seen = []
    await browser.sign_in("Ann")
    seen.append(browser.http.cookies["armcade"])
    assert (await browser.take_role(place.hub.keys.operator_token)).json()["roles"] == ["player", "operator"]
    seen.append(browser.http.cookies["armcade"])
    renamed = await browser.sign_in("Bea")
    seen.append(browser.http.cookies["armcade"])
    assert (renamed["pseudonym"], renamed["roles"]) == ("Bea", ["player", "operator"])
    await browser.take_role(place.hub.keys.researcher_token)
    assert (await browser.http.get("/api/me")).json()["roles"] == ["player", "operator", "researcher"]
    assert len(set(seen)) == 3
    for old in seen:
        me = await browser.http.get("/api/me", headers={"Cookie": f"armcade={old}"})
        assert me.json()["signed_in"] is False
    assert len(await rows(place, "SELECT account_id FROM accounts")) == 1


async def test_signing_out_ends_session_page_and_place(place):
    await place.cell(latched=True)
    player = await place.player()
    await player.join()
    token = player.http.cookies["armcade"]
    assert (await player.http.post("/api/sign-out")).json()["signed_in"] is False
    assert "armcade" not in player.http.cookies
    me = await player.http.get("/api/me", headers={"Cookie": f"armcade={token}"})
    assert me.json() == {
        "signed_in": False, "pseudonym": "", "language": "en", "roles": [], "consent_version": None,
    }  # fmt: skip
    assert place.hub.desk.line.places == ()
    with pytest.raises(Exception, match="1000"):
        while True:
            await player.page.recv()


@pytest.mark.parametrize("token", ["x" * 43, "", "é" * 30])
async def test_a_wrong_role_token_gives_nothing(place, token):
    browser = await place.browser()
    answer = await browser.take_role(token or " " * 16)
    assert (answer.status_code, answer.json()["reason"]) == (403, "wrong_token")
    assert (await browser.http.get("/api/me")).json()["roles"] == []


async def test_roles_end_after_half_a_day_and_sessions_after_a_month(serve):
    utc = [1_800_000_000_000_000_000]
    async with serve(clocks=Clocks(utc_ns=lambda: utc[0])) as place:
        browser = await place.browser()
        await browser.sign_in(consent=False)
        await browser.take_role(place.hub.keys.operator_token)
        utc[0] += ROLE_NS - 1
        assert (await browser.http.get("/api/me")).json()["roles"] == ["player", "operator"]
        utc[0] += 1
        assert (await browser.http.get("/api/me")).json()["roles"] == ["player"]
        token = browser.http.cookies["armcade"]
        utc[0] += SESSION_NS
        me = await browser.http.get("/api/me", headers={"Cookie": f"armcade={token}"})
        assert me.json()["signed_in"] is False
    async with serve(clocks=Clocks(utc_ns=lambda: utc[0])) as place:
        assert await rows(place, "SELECT * FROM sessions") == []


async def test_consent_is_kept_word_for_word_and_for_good(place):
    browser = await place.browser()
    await browser.sign_in(consent=False)
    shown = (await browser.http.get("/api/consent")).json()
    body = {"text_version": shown["text_version"], "language": "zh", "agreed": True}
    await browser.http.post("/api/consent", json=body)
    ((version, sha256, language, agreed),) = await rows(
        place, "SELECT text_version, text_sha256, language, agreed FROM consents"
    )
    words = "\n".join((shown["text_version"], shown["title"]["zh"], shown["body"]["zh"]))
    assert (version, language, agreed) == (shown["text_version"], "zh", 1)
    assert sha256 == hashlib.sha256(words.encode()).hexdigest()
    for change in ("UPDATE consents SET agreed = 0", "DELETE FROM consents"):
        with pytest.raises(IntegrityError, match="only ever added"):
            await rows(place, change)


async def test_someone_else_can_not_be_guessed(place):
    one, other = await place.browser(), await place.browser()
    await one.sign_in("Ann")
    await other.sign_in("Ann")
    ids = [row[0] for row in await rows(place, "SELECT account_id FROM accounts")]
    assert len(set(ids)) == 2 and all(len(one_id) == 18 and one_id.startswith("p-") for one_id in ids)


async def test_too_many_sign_ins_and_role_tries_are_refused(serve):
    tight = {**{what: Rate(10_000, 1e6) for what in RATES}, "sign_in": Rate(2, 1), "role": Rate(3, 2)}
    async with serve(rates=tight) as place:
        browser = await place.browser()
        await browser.sign_in(consent=False)
        await browser.sign_in(consent=False)
        third = await browser.http.post("/api/sign-in", json={"pseudonym": "Ann", "language": "en"})
        assert (third.status_code, third.json()["reason"]) == (429, "too_often")
        assert third.headers["retry-after"] == "60"
        tries = [(await browser.take_role("wrong" * 5)).status_code for _ in range(4)]
        assert tries == [403, 403, 403, 429]
        right = await browser.take_role(place.hub.keys.operator_token)
        assert right.status_code == 429


async def test_guests_of_one_name_are_told_apart(place):
    names = []
    for wish in ("Ann", "ann", "Ann", "100%", "100% sure"):
        browser = await place.browser()
        names.append((await browser.sign_in(wish, consent=False))["pseudonym"])
    assert names == ["Ann", "ann 2", "Ann 3", "100%", "100% sure"]
    assert (await browser.sign_in("Ann", consent=False))["pseudonym"] == "Ann 4"
    assert (await browser.sign_in("ANN 4", consent=False))["pseudonym"] == "ANN 4", "one's own name is free"


async def test_guests_who_sign_in_at_once_are_told_apart(place):
    browsers = [await place.browser() for _ in range(4)]
    given = await asyncio.gather(*(browser.sign_in("Twin", consent=False) for browser in browsers))
    assert sorted(me["pseudonym"] for me in given) == ["Twin", "Twin 2", "Twin 3", "Twin 4"]
