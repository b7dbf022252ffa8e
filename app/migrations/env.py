"""Where Alembic runs: on the writer's connection, started by the server or by hand."""

from __future__ import annotations

from alembic import context

from app.models import Table


def run() -> None:
    """Apply or draw revisions on the connection that `app.schema` hands over."""
    connection = context.config.attributes["connection"]
    context.configure(
        connection=connection,
        target_metadata=Table.metadata,
        render_as_batch=True,
        transactional_ddl=True,  # all or nothing: SQLite can as well, and `app.db` begins by itself
    )
    with context.begin_transaction():
        context.run_migrations()


run()
