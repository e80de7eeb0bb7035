"""Evidence that expires by a retention rule: what, when, why."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = '0018'
down_revision = '0017'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('evidence_expiry',
    sa.Column('evidence', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('rule', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('cleared_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('expired_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('evidence')
    )
    op.create_index('ix_evidence_expiry_expired', 'evidence_expiry', ['expired_at'], unique=False)


def downgrade() -> None:
    op.drop_index('ix_evidence_expiry_expired', table_name='evidence_expiry')
    op.drop_table('evidence_expiry')
