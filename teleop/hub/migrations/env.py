"""Runs the migrations on the connection that `teleop.hub.store.engine` opened."""

from alembic import context
from sqlalchemy import Connection

from teleop.hub.store.tables import Base


def run() -> None:
    """Runs what is asked on the given connection, in one transaction."""
    connection = context.config.attributes["connection"]
    if not isinstance(connection, Connection):
        raise TypeError("migrations run only at the hub's start, on its own connection")
    context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()


run()
