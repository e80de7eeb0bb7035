"""Claims on letters end by the database's clock: a worker whose own clock is wrong takes no letter from one that sends it.
A scan says by the same clock that it lives.

A claim that stands now gets a whole term: whoever sends is done by then, and a letter that a dead process left goes out.
"""

import sqlalchemy as sa
from alembic import op

revision = '0019'
down_revision = '0018'
branch_labels = None
depends_on = None

CLOCK = {
    'sqlite': "(julianday('now') - 2440587.5) * 86400.0",
    'postgresql': 'extract(epoch from clock_timestamp())::double precision',
}
TERM = 1_800
"""Seconds of a claim when this was written."""


def upgrade() -> None:
    op.add_column('notice', sa.Column('claimed_until', sa.Float(), nullable=False, server_default='0'))
    clock = CLOCK[op.get_bind().dialect.name]
    op.execute(f"UPDATE notice SET claimed_until = {clock} + {TERM} WHERE state = 'claimed'")
    op.drop_column('notice', 'claimed_at')
    op.add_column('scan', sa.Column('heartbeat_at', sa.Float(), nullable=True))
    unfinished = "('reading', 'looking', 'judging', 'printing')"
    op.execute(f"UPDATE scan SET heartbeat_at = {clock} WHERE state IN {unfinished}")


def downgrade() -> None:
    op.add_column('notice', sa.Column('claimed_at', sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE notice SET claimed_at = CURRENT_TIMESTAMP WHERE state = 'claimed'")
    op.drop_column('notice', 'claimed_until')
    op.drop_column('scan', 'heartbeat_at')
