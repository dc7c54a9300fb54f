"""Alembic's environment script: runs the migrations in the transaction of the connection that it is given."""

from alembic import context

from bot.journal.indexes import metadata  # with all tables

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
