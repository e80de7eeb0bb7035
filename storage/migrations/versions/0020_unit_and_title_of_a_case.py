"""Unit and title of a case in columns of their own: a unit's cases, and a word, are found without reading documents."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = '0020'
down_revision = '0019'
branch_labels = None
depends_on = None

FIELD = {
    'sqlite': "json_extract(document, '$.{}')",
    'postgresql': "document::json ->> '{}'",
}


def upgrade() -> None:
    field = FIELD[op.get_bind().dialect.name]
    for name in ('unit', 'title'):
        column = sa.Column(name, sqlmodel.sql.sqltypes.AutoString(), nullable=False, server_default='')
        op.add_column('case_record', column)
        op.execute(f"UPDATE case_record SET {name} = coalesce(trim({field.format(name)}), '')")
    op.create_index('ix_case_unit', 'case_record', ['unit', 'school'])


def downgrade() -> None:
    op.drop_index('ix_case_unit', 'case_record')
    op.drop_column('case_record', 'title')
    op.drop_column('case_record', 'unit')
