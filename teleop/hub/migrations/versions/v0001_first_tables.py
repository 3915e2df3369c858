"""First tables: accounts, sessions, consents, turns, results, puzzles, orders, settings."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ADD_ONLY = ("consents", "orders")


def upgrade() -> None:
    """Creates all tables."""
    _people()
    _turns()
    _results()
    _rest()
    for table in ADD_ONLY:
        _forbid_changes(table)


def downgrade() -> None:
    """Drops all tables, the newest first."""
    for table in ("orders", "settings", "puzzles", "results", "turns", "consents", "sessions", "accounts"):
        op.drop_table(table)


def _name(column: str, *more: sa.ForeignKey, optional: bool = False) -> sa.Column[str]:
    return sa.Column(column, sa.String(64), *more, nullable=optional)


def _number(column: str, optional: bool = False) -> sa.Column[int]:
    return sa.Column(column, sa.BigInteger(), nullable=optional)


def _text(column: str) -> sa.Column[str]:
    return sa.Column(column, sa.Text(), nullable=False)


def _people() -> None:
    op.create_table(
        "accounts",
        _name("account_id"),
        _name("name"),
        sa.Column("language", sa.String(2), nullable=False),
        _number("created_utc_ns"),
        sa.PrimaryKeyConstraint("account_id"),
    )
    op.create_table(
        "sessions",
        _name("token_sha256"),
        _name("account_id", sa.ForeignKey("accounts.account_id"), optional=True),
        _name("roles"),
        _number("roles_end_utc_ns"),
        _number("created_utc_ns"),
        _number("ends_utc_ns"),
        sa.PrimaryKeyConstraint("token_sha256"),
    )
    op.create_table(
        "consents",
        _name("record_id"),
        _name("account_id", sa.ForeignKey("accounts.account_id")),
        _name("text_version"),
        _name("text_sha256"),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("agreed", sa.Boolean(), nullable=False),
        _number("given_utc_ns"),
        sa.PrimaryKeyConstraint("record_id"),
    )
    op.create_index("consents_by_account", "consents", ["account_id", "given_utc_ns"])


def _turns() -> None:
    op.create_table(
        "turns",
        _name("turn_id"),
        _name("cell_id"),
        _number("epoch"),
        _name("account_id", sa.ForeignKey("accounts.account_id")),
        _name("puzzle_id"),
        _number("puzzle_version"),
        sa.Column("duration_s", sa.Double(), nullable=False),
        _name("consent_id", sa.ForeignKey("consents.record_id")),
        _number("granted_utc_ns"),
        _number("over_utc_ns", optional=True),
        sa.PrimaryKeyConstraint("turn_id"),
        sa.UniqueConstraint("cell_id", "epoch", name="one_turn_per_epoch"),
    )


def _results() -> None:
    op.create_table(
        "results",
        _name("turn_id"),
        _name("account_id", sa.ForeignKey("accounts.account_id"), optional=True),
        _name("cell_id"),
        _number("epoch"),
        _name("puzzle_id"),
        _number("puzzle_version"),
        sa.Column("solved", sa.Boolean(), nullable=False),
        _text("reason_en"),
        _text("reason_zh"),
        _number("score"),
        _number("stars"),
        sa.Column("time_s", sa.Double(), nullable=False),
        _number("moves"),
        _number("ended_utc_ns"),
        _name("episode_id", optional=True),
        _name("episode_sha256"),
        _number("episode_bytes"),
        _number("received_utc_ns"),
        sa.PrimaryKeyConstraint("turn_id"),
    )
    op.create_index("results_by_puzzle", "results", ["puzzle_id", "solved"])
    op.create_index("results_by_episode", "results", ["episode_id"])


def _rest() -> None:
    op.create_table(
        "puzzles",
        _name("puzzle_id"),
        _text("title_en"),
        _text("title_zh"),
        sa.PrimaryKeyConstraint("puzzle_id"),
    )
    op.create_table("settings", _name("name"), _text("value"), sa.PrimaryKeyConstraint("name"))
    op.create_table(
        "orders",
        _name("order_id"),
        _name("cell_id"),
        sa.Column("kind", sa.String(8), nullable=False),
        _name("stop_id"),
        _name("given_by"),
        _text("reason"),
        _text("outcome"),
        sa.Column("done", sa.Boolean(), nullable=False),
        _number("given_utc_ns"),
        sa.PrimaryKeyConstraint("order_id"),
    )


def _forbid_changes(table: str) -> None:
    """Rows of this table can be added, never changed or removed."""
    for verb in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, 'rows of {table} are only ever added'); END"
        )
