"""Keep the files that belong to articles."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Expand."""
    op.add_column(
        "article", sa.Column("enclosures", sa.JSON(), nullable=False, server_default="[]")
    )


def downgrade() -> None:
    """Contract."""
    with op.batch_alter_table("article") as batch:
        batch.drop_column("enclosures")
