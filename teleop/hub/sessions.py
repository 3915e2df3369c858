"""Sign-in, roles and sessions: random tokens in cookies, only their hashes in the database."""

import asyncio
import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass, replace

from teleop.hub.access import NOBODY, Caller
from teleop.hub.clocks import Clocks
from teleop.hub.pseudonym import INVENTED_NAMES, clean, distinct, invented, stem
from teleop.hub.secret_files import Secrets
from teleop.hub.store.people import PeopleStore, Person, SessionFacts
from teleop.wire.browser_in import SignIn
from teleop.wire.browser_out import Role

SECOND_NS = 1_000_000_000
SESSION_NS = 30 * 24 * 3600 * SECOND_NS
ROLE_NS = 12 * 3600 * SECOND_NS
ROLE_ORDER: tuple[Role, ...] = ("player", "operator", "researcher")


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who sends a request: the session when there is one, and what it may do."""

    caller: Caller = NOBODY
    session: SessionFacts | None = None

    @property
    def person(self) -> Person | None:
        """The account, when signed in."""
        return None if self.session is None else self.session.person

    @property
    def session_sha256(self) -> str | None:
        """The session's name in the database."""
        return None if self.session is None else self.session.token_sha256


STRANGER = Visitor()


class WrongPseudonym(Exception):
    """The name is not one that people could see and tell apart."""


class WrongToken(Exception):
    """The token is not one of this hub's."""


class Sessions:
    """Opens, finds and ends sessions; every change of what a session may do gives it a new token."""

    def __init__(self, people: PeopleStore, keys: Secrets, clocks: Clocks) -> None:
        self._people = people
        self._clocks = clocks
        self._naming = asyncio.Lock()
        self._role_tokens: tuple[tuple[Role, str], ...] = (
            ("operator", keys.operator_token),
            ("researcher", keys.researcher_token),
        )

    async def visitor(self, token: str | None) -> Visitor:
        """Who holds this cookie; a stranger when it is missing, wrong or too old."""
        if token is None:
            return STRANGER
        facts = await self._people.session(token_hash(token), self._clocks.utc_ns())
        return STRANGER if facts is None else _visitor(facts)

    async def sign_in(self, old: Visitor, wish: SignIn) -> tuple[str, Visitor]:
        """Makes a guest, or renames the one who asks; a name that another has gets a number.

        Raises WrongPseudonym.
        """
        name = clean(wish.pseudonym) if wish.pseudonym else invented(secrets.randbelow(INVENTED_NAMES))
        if name is None:
            raise WrongPseudonym(wish.pseudonym)
        async with self._naming:
            person = await self._named(old.person, name, wish.language)
        granted, ends = ((), 0) if old.session is None else _roles_of(old.session)
        return await self._open(old, SessionFacts("", person, granted, ends))

    async def take_role(self, old: Visitor, token: str) -> tuple[str, Visitor]:
        """Adds the role that a token stands for to the session; raises WrongToken."""
        role = self._role_of(token)
        before = () if old.session is None else old.session.granted_roles
        granted = tuple(sorted({*before, role}))
        return await self._open(old, SessionFacts("", old.person, granted, self._clocks.utc_ns() + ROLE_NS))

    async def end(self, visitor: Visitor) -> None:
        """Ends a session."""
        if visitor.session is not None:
            await self._people.end_session(visitor.session.token_sha256)

    def has_operator_token(self, token: str) -> bool:
        """True for the operator's own token, as monitoring programs send it."""
        return hmac.compare_digest(token.encode(), self._role_tokens[0][1].encode())

    async def _named(self, old: Person | None, wished: str, language: str) -> Person:
        """Writes an account whose name nobody else has."""
        own_id = new_id("p") if old is None else old.account_id
        taken = await self._people.names_like(wished, stem(wished), own_id)
        person = Person(own_id, distinct(wished, taken), language)
        if old is None:
            await self._people.add_account(person, self._clocks.utc_ns())
        else:
            await self._people.rename(person)
        return person

    def _role_of(self, token: str) -> Role:
        """Compares with every token, each in constant time."""
        matches: list[Role] = [
            role for role, known in self._role_tokens if hmac.compare_digest(token.encode(), known.encode())
        ]
        if not matches:
            raise WrongToken
        return matches[0]

    async def _open(self, old: Visitor, facts: SessionFacts) -> tuple[str, Visitor]:
        token = secrets.token_urlsafe(32)
        facts = replace(facts, token_sha256=token_hash(token))
        now = self._clocks.utc_ns()
        await self._people.replace_session(old.session_sha256, facts, (now, now + SESSION_NS))
        return token, _visitor(facts)


def token_hash(token: str) -> str:
    """What the database keeps of a token (SHA-256, hex)."""
    return hashlib.sha256(token.encode()).hexdigest()


def new_id(kind: str) -> str:
    """A random id of 80 bits that tells what it names, for instance `p-mz3k7q2xw4vbn6ta`."""
    return f"{kind}-{base64.b32encode(secrets.token_bytes(10)).decode().lower()}"


def _roles_of(session: SessionFacts) -> tuple[tuple[str, ...], int]:
    return session.granted_roles, session.roles_end_utc_ns


def _visitor(facts: SessionFacts) -> Visitor:
    held = {*facts.granted_roles, *(("player",) if facts.person is not None else ())}
    account_id = None if facts.person is None else facts.person.account_id
    return Visitor(Caller(account_id, tuple(role for role in ROLE_ORDER if role in held)), facts)
