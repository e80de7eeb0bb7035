"""What the register is searched and sorted by becomes columns; a change says why; files on their way in, and their headings."""

import json

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = '0008'
down_revision = '0006'
branch_labels = None
depends_on = None

TEXT = sqlmodel.sql.sqltypes.AutoString
UNPLACED = 2**31 - 1
SOME = 2000


def upgrade() -> None:
    for name in ('level', 'category', 'status'):
        op.add_column('filing', sa.Column(name, TEXT(), nullable=False, server_default=''))
    op.add_column('filing', sa.Column('position', sa.Integer(), nullable=False, server_default=str(UNPLACED)))
    _fill(op.get_bind())
    op.create_index('ix_filing_order', 'filing', ['school', 'position', 'id'])
    op.create_index('ix_filing_unit', 'filing', ['unit', 'school'])
    op.create_index('ix_filing_category', 'filing', ['category', 'school'])
    op.add_column('filing_change', sa.Column('reason', TEXT(), nullable=False, server_default=''))
    op.create_table('register_heading',
    sa.Column('school', TEXT(), nullable=False),
    sa.Column('heading', TEXT(), nullable=False),
    sa.Column('field', TEXT(), nullable=False),
    sa.PrimaryKeyConstraint('school', 'heading')
    )
    op.create_table('register_upload',
    sa.Column('id', TEXT(), nullable=False),
    sa.Column('school', TEXT(), nullable=False),
    sa.Column('user', TEXT(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('filename', TEXT(), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.Column('document', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('id')
    )


def downgrade() -> None:
    op.drop_table('register_upload')
    op.drop_table('register_heading')
    op.drop_column('filing_change', 'reason')
    for name in ('ix_filing_category', 'ix_filing_unit', 'ix_filing_order'):
        op.drop_index(name, table_name='filing')
    for name in ('position', 'status', 'category', 'level'):
        op.drop_column('filing', name)


def _fill(connection) -> None:
    change = sa.text(
        'UPDATE filing SET level = :level, category = :category, status = :status, position = :position '
        'WHERE school = :school AND id = :id'
    )
    last = ('', '')
    while True:
        rows = connection.execute(
            sa.text(
                'SELECT school, id, document FROM filing WHERE school > :school OR (school = :school AND id > :id) '
                f'ORDER BY school, id LIMIT {SOME}'
            ),
            {'school': last[0], 'id': last[1]},
        ).fetchall()
        if not rows:
            return
        last = (rows[-1].school, rows[-1].id)
        connection.execute(change, [_columns(row) for row in rows])


def _columns(row) -> dict[str, object]:
    document = json.loads(row.document)
    return {
        'school': row.school,
        'id': row.id,
        'level': document.get('level') or '',
        'category': document.get('category') or '',
        'status': document.get('status') or 'active',
        'position': document.get('position') or UNPLACED,
    }
