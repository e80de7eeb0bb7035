"""Which evidence files the shared store holds."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = '0015'
down_revision = '0014'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('evidence_upload',
    sa.Column('folder', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('file', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('bytes', sa.BigInteger(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('folder', 'file')
    )
    op.create_index(op.f('ix_evidence_upload_file'), 'evidence_upload', ['file'], unique=False)


def downgrade() -> None:
    op.drop_index(op.f('ix_evidence_upload_file'), table_name='evidence_upload')
    op.drop_table('evidence_upload')
