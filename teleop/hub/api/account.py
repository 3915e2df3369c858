"""Sign-in, sign-out, consent and roles."""

import structlog
from litestar import Response, get, post
from litestar.datastructures import Cookie
from litestar.params import JSONBody

from teleop.hub import queue
from teleop.hub.access import Access
from teleop.hub.api.guard import COOKIE, SECURE_COOKIE
from teleop.hub.api.requests import HubRequest, Refusal, hub_of
from teleop.hub.hub import Hub
from teleop.hub.keeping import KeepingFailed
from teleop.hub.sessions import SESSION_NS, STRANGER, Visitor, WrongPseudonym, WrongToken, new_id
from teleop.hub.store.people import ConsentFacts
from teleop.wire.browser_in import GiveConsent, RoleToken, SignIn, Withdraw
from teleop.wire.browser_out import ConsentText, Me, Withdrawn
from teleop.wire.hub_to_cell import Consent

log = structlog.get_logger("teleop.hub.account")


@get("/api/me", opt={"access": Access.ANYONE})
async def who_am_i(request: HubRequest) -> Me:
    """Who this browser is."""
    return await _me(hub_of(request), request.user)


@post("/api/sign-in", status_code=200, opt={"access": Access.ANYONE, "rate": "sign_in"})
async def sign_in(request: HubRequest, data: JSONBody[SignIn]) -> Response[Me]:
    """Signs in as a guest, or changes the name of the guest who asks."""
    hub = hub_of(request)
    try:
        token, visitor = await hub.sessions.sign_in(request.user, data)
    except WrongPseudonym as error:
        raise Refusal(400, "wrong_pseudonym") from error
    _end_sockets(hub, request.user)
    if visitor.person is not None and visitor.person.account_id in hub.desk.names:
        hub.desk.names[visitor.person.account_id] = visitor.person.name
    return Response(await _me(hub, visitor), cookies=[_cookie(request, token)])


@post("/api/sign-out", status_code=200, opt={"access": Access.ANYONE, "rate": "sign_in"})
async def sign_out(request: HubRequest) -> Response[Me]:
    """Ends the session; a queue place is given up and a running turn ended."""
    hub, visitor = hub_of(request), request.user
    account_id = visitor.caller.account_id
    if account_id is not None:
        hub.desk.tell(queue.Leave(account_id))
        turn = queue.turn_of(hub.desk.line, account_id)
        if turn is not None:
            hub.leases.revoke(turn, "the player signed out")
    await hub.sessions.end(visitor)
    _end_sockets(hub, visitor)
    gone = [Cookie(key=name, value="", max_age=0, path="/", httponly=True, samesite="strict",
                   secure=name == SECURE_COOKIE) for name in (COOKIE, SECURE_COOKIE)]  # fmt: skip
    return Response(await _me(hub, STRANGER), cookies=gone)


@post("/api/role", status_code=200, opt={"access": Access.ANYONE, "rate": "role"})
async def take_role(request: HubRequest, data: JSONBody[RoleToken]) -> Response[Me]:
    """Trades a token that `armcade` printed for its role in this session."""
    hub = hub_of(request)
    try:
        token, visitor = await hub.sessions.take_role(request.user, data.token)
    except WrongToken as error:
        raise Refusal(403, "wrong_token") from error
    _end_sockets(hub, request.user)
    return Response(await _me(hub, visitor), cookies=[_cookie(request, token)])


@get("/api/consent", opt={"access": Access.ANYONE})
async def consent_text(request: HubRequest) -> ConsentText:
    """The consent text in force."""
    return hub_of(request).consent.text


@post("/api/consent", status_code=200, opt={"access": Access.PLAYER, "rate": "consent", "refuses": (409,)})
async def give_consent(request: HubRequest, data: JSONBody[GiveConsent]) -> Me:
    """Records that the player agrees, or withdraws, to exactly the text that was shown."""
    hub, person = hub_of(request), request.user.person
    if person is None:
        raise Refusal(401, "not_signed_in")
    if data.text_version != hub.consent.text.text_version:
        raise Refusal(409, "wrong_consent_version")
    record = ConsentFacts(
        new_id("c"),
        person.account_id,
        data.text_version,
        hub.consent.sha256[data.language],
        data.language,
        data.agreed,
        hub.clocks.utc_ns(),
    )
    await hub.people.add_consent(record)
    if not data.agreed:
        _end_turn(hub, person.account_id)
    return await _me(hub, request.user)


@post("/api/withdrawal", status_code=200, opt={"access": Access.PLAYER, "rate": "consent", "refuses": (503,)})
async def withdraw(request: HubRequest, data: JSONBody[Withdraw]) -> Withdrawn:
    """Withdraws the consent, and erases every recording of the player who asks.

    A turn that runs is ended; what was recorded of it is erased once it is sealed.
    """
    hub, person = hub_of(request), request.user.person
    if person is None:
        raise Refusal(401, "not_signed_in")
    text, language = hub.consent.text.text_version, data.language
    answer = Consent(new_id("c"), text, hub.consent.sha256[language], language, hub.clocks.utc_ns())
    said = (answer.record_id, person.account_id, text, answer.text_sha256, language)
    await hub.people.add_consent(ConsentFacts(*said, False, answer.given_utc_ns))
    _end_turn(hub, person.account_id)
    try:
        kept = await hub.keeping.work(person.account_id, answer)
    except KeepingFailed as error:
        log.error("withdrawal not finished", account=person.account_id, error=str(error))
        raise Refusal(503, "withdrawal_unfinished") from error
    return Withdrawn(episodes=kept.now)


def _end_turn(hub: Hub, account_id: str) -> None:
    hub.desk.tell(queue.Leave(account_id))
    turn = queue.turn_of(hub.desk.line, account_id)
    if turn is not None:
        hub.leases.revoke(turn, "consent was withdrawn")


async def _me(hub: Hub, visitor: Visitor) -> Me:
    person = visitor.person
    if person is None:
        return Me(
            signed_in=False, pseudonym="", language="en", roles=visitor.caller.roles, consent_version=None
        )
    consent = await hub.people.consent_in_force(person.account_id, hub.consent.text.text_version)
    return Me(
        signed_in=True,
        pseudonym=person.name,
        language="zh" if person.language == "zh" else "en",
        roles=visitor.caller.roles,
        consent_version=None if consent is None else consent.text_version,
    )


def _cookie(request: HubRequest, token: str) -> Cookie:
    """The session's cookie; bound to this host and to encryption where the page came encrypted."""
    secure = request.headers.get("origin", "").startswith("https://")
    return Cookie(
        key=SECURE_COOKIE if secure else COOKIE,
        value=token,
        max_age=SESSION_NS // 1_000_000_000,
        path="/",
        httponly=True,
        samesite="strict",
        secure=secure,
    )


def _end_sockets(hub: Hub, visitor: Visitor) -> None:
    """Closes the pages' WebSockets of a session that is no more; pages connect again by themselves."""
    for page in tuple(hub.links.pages.values()):
        if page.session_sha256 is not None and page.session_sha256 == visitor.session_sha256:
            page.outbox.close()
