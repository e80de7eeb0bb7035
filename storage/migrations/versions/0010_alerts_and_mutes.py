"""What was told at once, and who does not want to be told for a while."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None

TEXT = sqlmodel.sql.sqltypes.AutoString()
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table('alert',
    sa.Column('key', TEXT, nullable=False),
    sa.Column('audience', TEXT, nullable=False),
    sa.Column('school', TEXT, nullable=False),
    sa.Column('kind', TEXT, nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('path', TEXT, nullable=False),
    sa.Column('raised_at', TIME, nullable=False),
    sa.Column('told_at', TIME, nullable=True),
    sa.Column('ended_at', TIME, nullable=True),
    sa.PrimaryKeyConstraint('key', 'audience')
    )
    op.create_table('mute',
    sa.Column('address', TEXT, nullable=False),
    sa.Column('kind', TEXT, nullable=False),
    sa.Column('until', TIME, nullable=False),
    sa.Column('by', TEXT, nullable=False),
    sa.Column('made_at', TIME, nullable=False),
    sa.PrimaryKeyConstraint('address', 'kind')
    )


def downgrade() -> None:
    op.drop_table('mute')
    op.drop_table('alert')
