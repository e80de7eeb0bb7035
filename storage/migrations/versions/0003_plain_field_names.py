"""A closed case's reason is called what it is: `outcome` is a page's word."""

import json

import sqlalchemy as sa
from alembic import op

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    _rename('outcome', 'closing_reason')


def downgrade() -> None:
    _rename('closing_reason', 'outcome')


def _rename(old: str, new: str) -> None:
    connection = op.get_bind()
    for table, key in (('case_record', 'number'), ('case_event', 'id')):
        rows = connection.execute(sa.text(f"SELECT {key} AS id, body FROM {table} WHERE body LIKE '%\"{old}\"%'"))
        change = sa.text(f'UPDATE {table} SET body = :body WHERE {key} = :id')
        for row in rows.fetchall():
            document = json.loads(row.body)
            cases = [document] if table == 'case_record' else [document.get('data', {}).get('case') or {}]
            for case in cases:
                if old in case:
                    case[new] = case.pop(old)
            body = json.dumps(document, ensure_ascii=False, separators=(',', ':'))
            connection.execute(change, {'id': row.id, 'body': body})
