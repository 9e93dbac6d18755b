"""Split readers over appeals, and keep donors and donations apart."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from dispatch.rules import appeals
from dispatch.store import schema

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_TABLES = (
    schema.appeal_range,
    schema.donor,
    schema.donation,
    schema.appeal_total,
    schema.quiet_issue,
)
_BATCH = 10_000


def upgrade() -> None:
    """Expand."""
    for table in _TABLES:
        table.create(op.get_bind())
    # Not in batch mode, for the reason that is told in 0012.
    op.add_column("variant", sa.Column("appeal", sa.Text(), nullable=False, server_default=""))
    op.add_column("delivery", sa.Column("appeal", sa.Text(), nullable=False, server_default=""))
    op.add_column(
        "subscriber", sa.Column("draw", sa.BigInteger(), nullable=False, server_default="0")
    )
    _draw()


def downgrade() -> None:
    """Contract."""
    op.drop_column("subscriber", "draw")
    op.drop_column("delivery", "appeal")
    op.drop_column("variant", "appeal")
    for table in reversed(_TABLES):
        op.drop_table(table.name)


def _draw() -> None:
    """Give every reader their draw, a batch at a time."""
    subscriber = sa.table(
        "subscriber", sa.column("id"), sa.column("address_hash"), sa.column("draw")
    )
    after = 0
    while True:
        query = sa.select(subscriber.c.id, subscriber.c.address_hash).where(subscriber.c.id > after)
        rows = op.get_bind().execute(query.order_by(subscriber.c.id).limit(_BATCH)).all()
        if not rows:
            return
        after = rows[-1].id
        change = sa.update(subscriber).where(subscriber.c.id == sa.bindparam("reader"))
        op.get_bind().execute(
            change.values(draw=sa.bindparam("drawn")),
            [{"reader": row.id, "drawn": appeals.draw(row.address_hash)} for row in rows],
        )
