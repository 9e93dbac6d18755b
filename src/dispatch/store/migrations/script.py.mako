"""${message}."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from dispatch.store import schema

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Expand."""
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    """Contract."""
    ${downgrades if downgrades else "pass"}
