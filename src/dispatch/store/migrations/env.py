"""Alembic's entry: runs the migrations inside the transaction that `Database.upgrade` opened."""

from __future__ import annotations

from alembic import context

from dispatch.store import schema

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=schema.metadata,
    render_as_batch=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
