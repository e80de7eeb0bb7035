"""Drafts without a number, what each letter is about, who received it, the cases of one letter, and surveys (摸底).

`notice` is copied once: its constraint let a school have one letter without a number. Letters whose receipt a case had
noted are delivered. Those that lie only in a folder stay sent and wait for a receipt: somebody may have carried them.
"""

import json

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None

TEXT = sqlmodel.sql.sqltypes.AutoString()
TIME = sa.DateTime(timezone=True)
NAMING = {'uq': 'uq_%(table_name)s_%(column_0_name)s'}
NUMBERED = "number <> ''"


def upgrade() -> None:
    with op.batch_alter_table('notice', naming_convention=NAMING) as batch:
        for name in ('unit', 'title'):
            batch.add_column(sa.Column(name, TEXT, nullable=False, server_default=''))
        batch.add_column(sa.Column('since', TIME, nullable=True))
        batch.add_column(sa.Column('receipt', sa.Text(), nullable=False, server_default=''))
        batch.drop_constraint(_constraint(), type_='unique')
    op.create_index('ux_notice_number', 'notice', ['school', 'number'], unique=True,
                    sqlite_where=sa.text(NUMBERED), postgresql_where=sa.text(NUMBERED))
    op.create_table('notice_case',
    sa.Column('notice', TEXT, nullable=False),
    sa.Column('case_number', TEXT, nullable=False),
    sa.PrimaryKeyConstraint('notice', 'case_number')
    )
    op.create_index('ix_notice_case_case_number', 'notice_case', ['case_number'])
    op.create_table('survey',
    sa.Column('school', TEXT, nullable=False),
    sa.Column('opened_at', TIME, nullable=False),
    sa.Column('reason', TEXT, nullable=False),
    sa.Column('closed_at', TIME, nullable=True),
    sa.Column('closed_by', TEXT, nullable=False),
    sa.Column('drafts_from', sa.Date(), nullable=True),
    sa.PrimaryKeyConstraint('school', 'opened_at')
    )
    _fill()


def downgrade() -> None:
    op.drop_table('survey')
    op.drop_index('ix_notice_case_case_number', 'notice_case')
    op.drop_table('notice_case')
    op.drop_index('ux_notice_number', 'notice')
    connection = op.get_bind()
    connection.execute(sa.text("UPDATE notice SET number = id WHERE number = ''"))
    connection.execute(sa.text("UPDATE notice SET state = 'sent' WHERE state IN ('to_print', 'delivered')"))
    connection.execute(sa.text("UPDATE notice SET state = 'failed' WHERE state IN ('draft', 'stopped')"))
    with op.batch_alter_table('notice') as batch:
        for name in ('receipt', 'since', 'title', 'unit'):
            batch.drop_column(name)
        batch.create_unique_constraint('uq_notice_school', ['school', 'number'])


def _constraint() -> str:
    """PostgreSQL named the unnamed constraint by itself, SQLite did not."""
    if op.get_bind().dialect.name == 'sqlite':
        return 'uq_notice_school'
    return str(sa.inspect(op.get_bind()).get_unique_constraints('notice')[0]['name'])


def _fill() -> None:
    connection = op.get_bind()
    received = {}
    for row in connection.execute(sa.text('SELECT document FROM case_record')).fetchall():
        for step in json.loads(row.document).get('steps', []):
            if step.get('notice') and step.get('delivered_at'):
                received[step['notice']] = step['delivered_at']
    change = sa.text('UPDATE notice SET unit = :unit, title = :title, state = :state, receipt = :receipt, '
                     'since = COALESCE(sent_at, created_at) WHERE id = :id')
    link = sa.text('INSERT INTO notice_case (notice, case_number) VALUES (:id, :case_number)')
    for row in connection.execute(sa.text('SELECT id, state, case_number, document FROM notice')).fetchall():
        paper = json.loads(row.document) if row.case_number else {}
        at = received.get(row.id)
        state = 'delivered' if at and row.state == 'sent' and row.case_number else row.state
        receipt = json.dumps({'at': at, 'entered_at': at}) if state == 'delivered' else ''
        values = {'unit': paper.get('unit', ''), 'title': paper.get('account', '')}
        connection.execute(change, values | {'id': row.id, 'state': state, 'receipt': receipt})
        if row.case_number:
            connection.execute(link, {'id': row.id, 'case_number': row.case_number})
