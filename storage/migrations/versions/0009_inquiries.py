"""Inquiries to owners, coverage as last counted, keys that links are signed with."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None

TEXT = sqlmodel.sql.sqltypes.AutoString()
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table('inquiry',
    sa.Column('number', TEXT, nullable=False),
    sa.Column('school', TEXT, nullable=False),
    sa.Column('account', TEXT, nullable=False),
    sa.Column('unit', TEXT, nullable=False),
    sa.Column('owner', TEXT, nullable=False),
    sa.Column('state', TEXT, nullable=False),
    sa.Column('asked_at', TIME, nullable=False),
    sa.Column('document', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('number')
    )
    op.create_index('ix_inquiry_account', 'inquiry', ['account'])
    op.create_index('ix_inquiry_school_state', 'inquiry', ['school', 'state'])
    op.create_table('coverage',
    sa.Column('school', TEXT, nullable=False),
    sa.Column('platform', TEXT, nullable=False),
    sa.Column('at', TIME, nullable=False),
    sa.Column('document', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('school', 'platform')
    )
    op.create_table('signing_key',
    sa.Column('purpose', TEXT, nullable=False),
    sa.Column('key', TEXT, nullable=False),
    sa.Column('created_at', TIME, nullable=False),
    sa.PrimaryKeyConstraint('purpose')
    )


def downgrade() -> None:
    op.drop_table('signing_key')
    op.drop_table('coverage')
    op.drop_table('inquiry')
