"""Campaigns and the sheets of their units."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None

TEXT = sqlmodel.sql.sqltypes.AutoString()
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table('campaign',
    sa.Column('code', TEXT, nullable=False),
    sa.Column('school', TEXT, nullable=False),
    sa.Column('due', sa.Date(), nullable=False),
    sa.Column('opened_at', TIME, nullable=False),
    sa.Column('document', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('code')
    )
    op.create_index('ix_campaign_school', 'campaign', ['school'])
    op.create_table('campaign_sheet',
    sa.Column('campaign', TEXT, nullable=False),
    sa.Column('unit', TEXT, nullable=False),
    sa.Column('state', TEXT, nullable=False),
    sa.Column('changed_at', TIME, nullable=False),
    sa.Column('document', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('campaign', 'unit')
    )


def downgrade() -> None:
    op.drop_table('campaign_sheet')
    op.drop_table('campaign')
