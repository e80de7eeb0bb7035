"""Tables, columns and stored words under their plain names.

A column is renamed by the database itself (SQLite 3.25, PostgreSQL): its table is not copied, its indexes and triggers
follow. The case's rule and the candidate's kind become columns, so that they are counted without reading documents.
"""

import json

import sqlalchemy as sa
from alembic import op

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None

TABLES = {
    'run': 'crawl_run',
    'run_account': 'crawl_run_account',
    'job': 'scheduled_job',
    'platform': 'platform_state',
    'budget': 'request_count',
    'series': 'number_sequence',
    'evidence_head': 'chain_head',
}
PLATFORM_COLUMNS = {
    'walls': 'consecutive_blocks',
    'rest_until': 'paused_until',
    'frozen_at': 'breaker_opened_at',
    'frozen_why': 'breaker_reason',
    'ignore_robots': 'robots_waived',
}
COLUMNS = {
    'observation': {'sign': 'fingerprint'},
    'account_state': {
        'next_look_at': 'next_visit_at',
        'next_look_why': 'next_visit_reason',
        'days': 'observed_days',
        'days_base': 'observed_days_start',
        'fact_at': 'last_fact_at',
    },
    'platform_state': PLATFORM_COLUMNS,
    # `document` was the kind of paper here, before the paper itself took the name
    'notice': {
        'document': 'document_type',
        'delivered': 'delivery_results',
        'next_try_at': 'next_attempt_at',
    },
    'finding': {'since': 'first_found_at'},
    'operator_event': {'what': 'action', 'why': 'reason'},
}
DOCUMENTS = (
    'filing', 'filing_change', 'observation', 'account_state', 'finding', 'case_record', 'case_event', 'notice',
    'candidate', 'user_account', 'one_time_token', 'audit_entry',
)
RUN_KINDS = {'witness': 'linked_post', 'discover': 'discovery'}
SUMMARY_KEYS = {'looks': 'visits', 'walled': 'blocked_hosts'}
REASONS = {
    '从未观察': 'never',
    '上次未能读取，稍后重试': 'retry',
    '文书即将发出，先取新证据': 'step',
    '有待整改的问题，定期复查': 'waiting',
    '有期限届满，届时查看': 'deadline',
    '证据不足，尽快复查': 'confirm',
    '例行巡检': 'routine',
}
"""The labels as they stood when they were stored."""


def upgrade() -> None:
    for old, new in TABLES.items():
        op.rename_table(old, new)
    for table, columns in COLUMNS.items():
        _rename_columns(table, columns)
    for table in DOCUMENTS:
        _rename_columns(table, {'body': 'document'})
    op.drop_index('ix_run_started_at', 'crawl_run')
    op.create_index('ix_crawl_run_started_at', 'crawl_run', ['started_at'])
    _column_from_document('case_record', 'rule', ('number',))
    _column_from_document('candidate', 'kind', ('school', 'key'))
    _replace_words('crawl_run', 'kind', RUN_KINDS)
    _replace_words('account_state', 'next_visit_reason', REASONS)
    _rename_keys(SUMMARY_KEYS, PLATFORM_COLUMNS)


def downgrade() -> None:
    _rename_keys(_turned(SUMMARY_KEYS), _turned(PLATFORM_COLUMNS))
    _replace_words('account_state', 'next_visit_reason', _turned(REASONS))
    _replace_words('crawl_run', 'kind', _turned(RUN_KINDS))
    op.drop_column('candidate', 'kind')
    op.drop_column('case_record', 'rule')
    op.drop_index('ix_crawl_run_started_at', 'crawl_run')
    op.create_index('ix_run_started_at', 'crawl_run', ['started_at'])
    for table in DOCUMENTS:
        _rename_columns(table, {'document': 'body'})
    for table, columns in COLUMNS.items():
        _rename_columns(table, _turned(columns))
    for old, new in TABLES.items():
        op.rename_table(new, old)


def _turned(names: dict[str, str]) -> dict[str, str]:
    return {new: old for old, new in names.items()}


def _rename_columns(table: str, columns: dict[str, str]) -> None:
    for old, new in columns.items():
        op.execute(f'ALTER TABLE {table} RENAME COLUMN {old} TO {new}')


def _column_from_document(table: str, name: str, keys: tuple[str, ...]) -> None:
    op.add_column(table, sa.Column(name, sa.String(), nullable=False, server_default=''))
    connection = op.get_bind()
    mine = ' AND '.join(f'{key} = :{key}' for key in keys)
    change = sa.text(f'UPDATE {table} SET {name} = :value WHERE {mine}')
    for row in connection.execute(sa.text(f"SELECT {', '.join(keys)}, document FROM {table}")).fetchall():
        connection.execute(change, {key: getattr(row, key) for key in keys} | {'value': json.loads(row.document)[name]})


def _replace_words(table: str, column: str, words: dict[str, str]) -> None:
    change = sa.text(f'UPDATE {table} SET {column} = :new WHERE {column} = :old')
    for old, new in words.items():
        op.get_bind().execute(change, {'old': old, 'new': new})


def _rename_keys(summary: dict[str, str], platform: dict[str, str]) -> None:
    """The keys of what runs said at their end, and of the switches that were thrown (``platform: {column: value}``)."""
    connection = op.get_bind()
    for row in connection.execute(sa.text('SELECT id, summary FROM crawl_run')).fetchall():
        text = json.dumps(_renamed(json.loads(row.summary), summary), ensure_ascii=False)
        connection.execute(sa.text('UPDATE crawl_run SET summary = :text WHERE id = :id'), {'text': text, 'id': row.id})
    for row in connection.execute(sa.text('SELECT seq, action FROM operator_event')).fetchall():
        code, _, values = row.action.partition(': ')
        text = f'{code}: {json.dumps(_renamed(json.loads(values), platform))}'
        connection.execute(sa.text('UPDATE operator_event SET action = :text WHERE seq = :seq'), {'text': text, 'seq': row.seq})


def _renamed(document: dict[str, object], names: dict[str, str]) -> dict[str, object]:
    return {names.get(key, key): value for key, value in document.items()}
