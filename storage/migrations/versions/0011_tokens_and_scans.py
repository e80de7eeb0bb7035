"""Tokens of the JSON interface, and on-demand scans with their reports."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None

TEXT = sqlmodel.sql.sqltypes.AutoString()
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table('api_token',
    sa.Column('id', TEXT, nullable=False),
    sa.Column('token', TEXT, nullable=False),
    sa.Column('user', TEXT, nullable=False),
    sa.Column('label', TEXT, nullable=False),
    sa.Column('scopes', TEXT, nullable=False),
    sa.Column('created_at', TIME, nullable=False),
    sa.Column('expires_at', TIME, nullable=False),
    sa.Column('used_at', TIME, nullable=True),
    sa.Column('revoked_at', TIME, nullable=True),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('token')
    )
    op.create_index('ix_api_token_user', 'api_token', ['user'])
    op.create_table('scan',
    sa.Column('id', TEXT, nullable=False),
    sa.Column('target', sa.Text(), nullable=False),
    sa.Column('user', TEXT, nullable=False),
    sa.Column('display', TEXT, nullable=False),
    sa.Column('school', TEXT, nullable=False),
    sa.Column('started_at', TIME, nullable=False),
    sa.Column('finished_at', TIME, nullable=True),
    sa.Column('state', TEXT, nullable=False),
    sa.Column('said', sa.Text(), nullable=False),
    sa.Column('tone', TEXT, nullable=False),
    sa.Column('document', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('ix_scan_started_at', 'scan', ['started_at'])


def downgrade() -> None:
    op.drop_table('scan')
    op.drop_table('api_token')
