"""Requests per host, turns and rests per platform and egress, robots.txt for all, and runs that say that they live.

A host's count of its newest day moves into its lease; a platform's rest into that of the egress "default".
"""

from datetime import date

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = '0014'
down_revision = '0013'
branch_labels = None
depends_on = None

TEXT = sqlmodel.sql.sqltypes.AutoString()
TIME = sa.DateTime(timezone=True)
EPOCH_ORDINAL = 719_163
"""1970-01-01 as Python counts days."""


def upgrade() -> None:
    op.create_table('host_lease',
    sa.Column('host', TEXT, nullable=False),
    sa.Column('egress', TEXT, nullable=False),
    sa.Column('day', sa.Integer(), nullable=False),
    sa.Column('requests', sa.Integer(), nullable=False),
    sa.Column('next_at', sa.Float(), nullable=False),
    sa.Column('busy_until', sa.Float(), nullable=False),
    sa.Column('holder', TEXT, nullable=False),
    sa.Column('walled_at', sa.Float(), nullable=False),
    sa.PrimaryKeyConstraint('host', 'egress')
    )
    op.create_table('platform_lease',
    sa.Column('platform', TEXT, nullable=False),
    sa.Column('egress', TEXT, nullable=False),
    sa.Column('holder', TEXT, nullable=False),
    sa.Column('expires_at', sa.Float(), nullable=False),
    sa.Column('consecutive_blocks', sa.Integer(), nullable=False),
    sa.Column('paused_until', TIME, nullable=True),
    sa.PrimaryKeyConstraint('platform', 'egress')
    )
    op.create_table('robots_answer',
    sa.Column('netloc', TEXT, nullable=False),
    sa.Column('day', sa.Integer(), nullable=False),
    sa.Column('holder', TEXT, nullable=False),
    sa.Column('claimed_until', sa.Float(), nullable=False),
    sa.Column('body', sa.LargeBinary(), nullable=True),
    sa.PrimaryKeyConstraint('netloc')
    )
    op.execute("INSERT INTO platform_lease (platform, egress, holder, expires_at, consecutive_blocks, paused_until) "
               "SELECT platform, 'default', '', 0, consecutive_blocks, paused_until FROM platform_state "
               "WHERE consecutive_blocks > 0 OR paused_until IS NOT NULL")
    move_counts()
    op.drop_table('request_count')
    op.drop_column('platform_state', 'consecutive_blocks')
    op.drop_column('platform_state', 'paused_until')
    op.add_column('crawl_run', sa.Column('holder', TEXT, nullable=False, server_default=''))
    op.add_column('crawl_run', sa.Column('attempt', sa.Integer(), nullable=False, server_default='1'))
    op.add_column('crawl_run', sa.Column('heartbeat_at', sa.Float(), nullable=False, server_default='0'))


def move_counts() -> None:
    """Which egress asked was not kept: a count stands for the websites' common one and for the default alike."""
    day = sa.column('day', sa.Date())
    counts = sa.table('request_count', sa.column('host', TEXT), day, sa.column('requests', sa.Integer()))
    newest = sa.select(counts.c.host, sa.func.max(counts.c.day).label('day')).group_by(counts.c.host).subquery()
    joined = counts.join(newest, (counts.c.host == newest.c.host) & (counts.c.day == newest.c.day))
    rows = op.get_bind().execute(sa.select(counts.c.host, counts.c.day, counts.c.requests).select_from(joined)).all()
    names = ('host', 'egress', 'holder')
    lease = sa.table('host_lease', *(sa.column(name, TEXT) for name in names), *(sa.column(name, sa.Integer()) for name in
                     ('day', 'requests')), *(sa.column(name, sa.Float()) for name in ('next_at', 'busy_until', 'walled_at')))
    kept = [
        {'host': host, 'egress': egress, 'holder': '', 'day': on.toordinal() - EPOCH_ORDINAL, 'requests': requests,
         'next_at': 0.0, 'busy_until': 0.0, 'walled_at': 0.0}
        for host, on, requests in rows for egress in ('', 'default')
    ]
    if kept:
        op.bulk_insert(lease, kept)


def downgrade() -> None:
    op.drop_column('crawl_run', 'heartbeat_at')
    op.drop_column('crawl_run', 'attempt')
    op.drop_column('crawl_run', 'holder')
    op.add_column('platform_state', sa.Column('paused_until', TIME, nullable=True))
    op.add_column('platform_state', sa.Column('consecutive_blocks', sa.Integer(), nullable=False, server_default='0'))
    op.create_table('request_count',
    sa.Column('host', TEXT, nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('requests', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('host', 'day')
    )
    give_back()
    op.drop_table('robots_answer')
    op.drop_table('platform_lease')
    op.drop_table('host_lease')


def give_back() -> None:
    """A host's count is that of its busiest egress, a platform's rest its longest."""
    lease = sa.table('host_lease', sa.column('host', TEXT), sa.column('day', sa.Integer()), sa.column('requests', sa.Integer()))
    most = sa.select(lease.c.host, lease.c.day, sa.func.max(lease.c.requests)).group_by(lease.c.host, lease.c.day)
    counts = sa.table('request_count', sa.column('host', TEXT), sa.column('day', sa.Date()), sa.column('requests', sa.Integer()))
    kept = [{'host': host, 'day': date.fromordinal(day + EPOCH_ORDINAL), 'requests': requests}
            for host, day, requests in op.get_bind().execute(most)]
    if kept:
        op.bulk_insert(counts, kept)
    for column in ('consecutive_blocks', 'paused_until'):
        longest = f"(SELECT max({column}) FROM platform_lease WHERE platform_lease.platform = platform_state.platform)"
        op.execute(f"UPDATE platform_state SET {column} = {longest} WHERE platform IN (SELECT platform FROM platform_lease)")
