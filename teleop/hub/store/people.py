"""Accounts, sessions and consents in the database."""

from dataclasses import dataclass

from sqlalchemy import delete, func, or_, select
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker

from teleop.hub.store.tables import Account, ConsentRecord, Session


@dataclass(frozen=True, slots=True)
class Person:
    """An account as the rest of the hub sees it."""

    account_id: str
    name: str
    language: str


@dataclass(frozen=True, slots=True)
class SessionFacts:
    """A session that has not ended; roles are those still in force."""

    token_sha256: str
    person: Person | None
    granted_roles: tuple[str, ...]
    roles_end_utc_ns: int


@dataclass(frozen=True, slots=True)
class ConsentFacts:
    """One recorded answer to a consent text."""

    record_id: str
    account_id: str
    text_version: str
    text_sha256: str
    language: str
    agreed: bool
    given_utc_ns: int


class PeopleStore:
    """Reads and writes people; every method is one transaction."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._open = async_sessionmaker(engine, expire_on_commit=False)

    async def add_account(self, person: Person, now_utc_ns: int) -> None:
        """Adds a guest."""
        async with self._open.begin() as db:
            db.add(Account(account_id=person.account_id, name=person.name, language=person.language,
                           created_utc_ns=now_utc_ns))  # fmt: skip

    async def rename(self, person: Person) -> None:
        """Changes the display name and language of an account."""
        async with self._open.begin() as db:
            row = await db.get_one(Account, person.account_id)
            row.name, row.language = person.name, person.language

    async def names_like(self, name: str, stem: str, but_of: str) -> frozenset[str]:
        """The names of others that are this one, or this stem with more words, in any case (of a to z)."""
        same = func.lower(Account.name) == func.lower(name)
        alike = or_(same, Account.name.istartswith(f"{stem} ", autoescape=True))
        async with self._open() as db:
            found = await db.scalars(select(Account.name).where(alike, Account.account_id != but_of))
            return frozenset(found)

    async def person(self, account_id: str) -> Person | None:
        """The account with this id."""
        async with self._open() as db:
            row = await db.get(Account, account_id)
        return None if row is None else Person(row.account_id, row.name, row.language)

    async def replace_session(
        self, old_sha256: str | None, facts: SessionFacts, span_utc_ns: tuple[int, int]
    ) -> None:
        """Adds a session (created, ends), removing the one it replaces."""
        async with self._open.begin() as db:
            if old_sha256 is not None:
                await db.execute(delete(Session).where(Session.token_sha256 == old_sha256))
            db.add(
                Session(
                    token_sha256=facts.token_sha256,
                    account_id=None if facts.person is None else facts.person.account_id,
                    roles=",".join(facts.granted_roles),
                    roles_end_utc_ns=facts.roles_end_utc_ns,
                    created_utc_ns=span_utc_ns[0],
                    ends_utc_ns=span_utc_ns[1],
                )
            )

    async def session(self, token_sha256: str, now_utc_ns: int) -> SessionFacts | None:
        """The session with this token hash, when it has not ended."""
        query = (
            select(Session, Account)
            .join(Account, Session.account_id == Account.account_id, isouter=True)
            .where(Session.token_sha256 == token_sha256, Session.ends_utc_ns > now_utc_ns)
        )
        async with self._open() as db:
            found = (await db.execute(query)).first()
        if found is None:
            return None
        row, account = found
        # an outer join: there is no account behind a session that only carries a role
        person = Person(account.account_id, account.name, account.language) if row.account_id else None
        roles = tuple(role for role in row.roles.split(",") if role and row.roles_end_utc_ns > now_utc_ns)
        return SessionFacts(row.token_sha256, person, roles, row.roles_end_utc_ns)

    async def end_session(self, token_sha256: str) -> None:
        """Removes a session."""
        async with self._open.begin() as db:
            await db.execute(delete(Session).where(Session.token_sha256 == token_sha256))

    async def end_old_sessions(self, now_utc_ns: int) -> None:
        """Removes sessions whose time is up."""
        async with self._open.begin() as db:
            await db.execute(delete(Session).where(Session.ends_utc_ns <= now_utc_ns))

    async def add_consent(self, facts: ConsentFacts) -> None:
        """Records one answer; it can never be changed."""
        async with self._open.begin() as db:
            db.add(
                ConsentRecord(
                    record_id=facts.record_id,
                    account_id=facts.account_id,
                    text_version=facts.text_version,
                    text_sha256=facts.text_sha256,
                    language=facts.language,
                    agreed=facts.agreed,
                    given_utc_ns=facts.given_utc_ns,
                )
            )

    async def consent_in_force(self, account_id: str, text_version: str) -> ConsentFacts | None:
        """The newest answer to this text version when it agrees, else None."""
        query = (
            select(ConsentRecord)
            .where(ConsentRecord.account_id == account_id, ConsentRecord.text_version == text_version)
            .order_by(ConsentRecord.given_utc_ns.desc())
            .limit(1)
        )
        async with self._open() as db:
            row = (await db.scalars(query)).first()
        if row is None or not row.agreed:
            return None
        return ConsentFacts(
            row.record_id,
            row.account_id,
            row.text_version,
            row.text_sha256,
            row.language,
            row.agreed,
            row.given_utc_ns,
        )
