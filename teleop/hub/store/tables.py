"""The hub's tables. Times are UTC nanoseconds."""

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    """All tables of the hub."""

    type_annotation_map = {int: BigInteger}


class Setting(Base):
    """Facts about this database itself, such as the series of its turn ids."""

    __tablename__ = "settings"
    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[str] = mapped_column(Text)


class Account(Base):
    """A guest: `account_id` is the pseudonymous id that cells and episodes carry, the name is for display."""

    __tablename__ = "accounts"
    account_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(String(64))
    language: Mapped[str] = mapped_column(String(2))
    created_utc_ns: Mapped[int]


class Session(Base):
    """A signed-in browser; only the hash of its token is kept."""

    __tablename__ = "sessions"
    token_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[str | None] = mapped_column(ForeignKey("accounts.account_id"))
    roles: Mapped[str] = mapped_column(String(64))
    roles_end_utc_ns: Mapped[int]
    created_utc_ns: Mapped[int]
    ends_utc_ns: Mapped[int]


class ConsentRecord(Base):
    """One answer to one consent text; rows are only ever added."""

    __tablename__ = "consents"
    record_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.account_id"))
    text_version: Mapped[str] = mapped_column(String(64))
    text_sha256: Mapped[str] = mapped_column(String(64))
    language: Mapped[str] = mapped_column(String(2))
    agreed: Mapped[bool]
    given_utc_ns: Mapped[int]
    __table_args__ = (Index("consents_by_account", "account_id", "given_utc_ns"),)


class TurnRow(Base):
    """A granted lease; written before the lease is sent, so that epochs never repeat."""

    __tablename__ = "turns"
    turn_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    cell_id: Mapped[str] = mapped_column(String(64))
    epoch: Mapped[int]
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.account_id"))
    puzzle_id: Mapped[str] = mapped_column(String(64))
    puzzle_version: Mapped[int]
    duration_s: Mapped[float]
    consent_id: Mapped[str] = mapped_column(ForeignKey("consents.record_id"))
    granted_utc_ns: Mapped[int]
    over_utc_ns: Mapped[int | None]
    __table_args__ = (UniqueConstraint("cell_id", "epoch", name="one_turn_per_epoch"),)


class ResultRow(Base):
    """How a turn ended, as its cell reported it once; without account when the turn is not known here."""

    __tablename__ = "results"
    turn_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[str | None] = mapped_column(ForeignKey("accounts.account_id"))
    cell_id: Mapped[str] = mapped_column(String(64))
    epoch: Mapped[int]
    puzzle_id: Mapped[str] = mapped_column(String(64))
    puzzle_version: Mapped[int]
    solved: Mapped[bool]
    reason_en: Mapped[str] = mapped_column(Text)
    reason_zh: Mapped[str] = mapped_column(Text)
    score: Mapped[int]
    stars: Mapped[int]
    time_s: Mapped[float]
    moves: Mapped[int]
    ended_utc_ns: Mapped[int]
    episode_id: Mapped[str | None] = mapped_column(String(64))
    episode_sha256: Mapped[str] = mapped_column(String(64))
    episode_bytes: Mapped[int]
    received_utc_ns: Mapped[int]
    __table_args__ = (
        Index("results_by_puzzle", "puzzle_id", "solved"),
        Index("results_by_episode", "episode_id"),
    )


class PuzzleRow(Base):
    """The titles of puzzles that were ever offered, for results shown while no cell offers them."""

    __tablename__ = "puzzles"
    puzzle_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    title_en: Mapped[str] = mapped_column(Text)
    title_zh: Mapped[str] = mapped_column(Text)


class OrderRow(Base):
    """An operator's stop, reset or rest and what came of it; rows are only ever added."""

    __tablename__ = "orders"
    order_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    cell_id: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(8))
    stop_id: Mapped[str] = mapped_column(String(64))
    given_by: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(Text)
    outcome: Mapped[str] = mapped_column(Text)
    done: Mapped[bool]
    given_utc_ns: Mapped[int]
