"""What the clauses said of each filed account is kept, and the database itself notes which accounts changed since."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = '0016'
down_revision = "0015"
branch_labels = None
depends_on = None

TEXT = sqlmodel.sql.sqltypes.AutoString
ID = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
INDEXES = (
    # name, table, columns: what is counted of all accounts is read off these alone, the documents unread
    ('ix_filing_platform', 'filing', 'platform', 'key'),
    ('ix_filing_shown', 'filing', 'school', 'platform', 'key'),
    ('ix_state_platform_fact', 'account_state', 'platform', 'last_fact_at'),
    ('ix_state_shown', 'account_state', 'key', 'obstacle', 'outcome', 'last_fact_at'),
)
KNOWN = """INSERT INTO changed_account (key) SELECT DISTINCT key FROM filing"""
NOTE = 'INSERT INTO changed_account (key) VALUES ({0});'
TRIGGERS = (
    # table, what happens to it, only when, the keys that are noted
    ('filing', 'INSERT', '', ('NEW.key',)),
    ('filing', 'UPDATE', '', ('OLD.key', 'NEW.key')),
    ('filing', 'DELETE', '', ('OLD.key',)),
    ('account_state', 'INSERT', '', ('NEW.key',)),
    ('account_state', 'UPDATE OF key, document, observed_days, observed_days_start', '', ('OLD.key', 'NEW.key')),
    ('account_state', 'DELETE', '', ('OLD.key',)),
    ('case_record', 'INSERT', '', ('NEW.account',)),
    ('case_record', 'UPDATE OF account, state', 'OLD.state <> NEW.state OR OLD.account <> NEW.account',
     ('OLD.account', 'NEW.account')),
    ('case_record', 'DELETE', '', ('OLD.account',)),
)  # fmt: skip


def upgrade() -> None:
    op.create_table('account_answers',
    sa.Column('school', TEXT(), nullable=False),
    sa.Column('filing', TEXT(), nullable=False),
    sa.Column('key', TEXT(), nullable=False),
    sa.Column('platform', TEXT(), nullable=False),
    sa.Column('unit', TEXT(), nullable=False),
    sa.Column('standing', TEXT(), nullable=False),
    sa.Column('revision', ID, nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('violated', sa.Integer(), nullable=False),
    sa.Column('undetermined', sa.Integer(), nullable=False),
    sa.Column('knowledge', TEXT(), nullable=False),
    sa.Column('document', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('school', 'filing')
    )
    op.create_table('evaluation',
    sa.Column('school', TEXT(), nullable=False),
    sa.Column('stamp', TEXT(), nullable=False),
    sa.Column('evaluated_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('school')
    )
    op.create_table('changed_account',
    sa.Column('seq', ID, nullable=False),
    sa.Column('key', TEXT(), nullable=False),
    sa.PrimaryKeyConstraint('seq')
    )
    for name, table, *columns in INDEXES:
        op.create_index(name, table, columns)
    op.create_index('ix_answers_due', 'account_answers', ['school', 'due_at'])
    op.create_index('ix_answers_key', 'account_answers', ['key'])
    op.create_index('ix_answers_unit', 'account_answers', ['school', 'unit'])
    op.create_index(
        'ix_answers_counts', 'account_answers', ['school', 'platform', 'knowledge', 'violated', 'undetermined']
    )
    op.create_index(
        'ix_answers_violated', 'account_answers', ['school', 'filing'],
        sqlite_where=sa.text('violated > 0'), postgresql_where=sa.text('violated > 0'),
    )  # fmt: skip
    op.execute(KNOWN)
    for number, trigger in enumerate(TRIGGERS):
        _create(op.get_bind().dialect.name, f'account_changed_{number}', *trigger)


def _create(dialect: str, name: str, table: str, event: str, when: str, keys: tuple[str, ...]) -> None:
    notes, only = ' '.join(NOTE.format(key) for key in keys), f' WHEN ({when})' if when else ''
    if dialect == 'sqlite':
        op.execute(f'CREATE TRIGGER {name} AFTER {event} ON {table} FOR EACH ROW{only} BEGIN {notes} END')
        return
    op.execute(f'CREATE FUNCTION {name}() RETURNS trigger AS $$ BEGIN {notes} RETURN NULL; END $$ LANGUAGE plpgsql')
    op.execute(f'CREATE TRIGGER {name} AFTER {event} ON {table} FOR EACH ROW{only} EXECUTE FUNCTION {name}()')


def downgrade() -> None:
    for number, (table, *_) in enumerate(TRIGGERS):
        on = '' if op.get_bind().dialect.name == 'sqlite' else f' ON {table}'
        op.execute(f'DROP TRIGGER account_changed_{number}{on}')
        if on:
            op.execute(f'DROP FUNCTION account_changed_{number}()')
    for name, table, *_ in INDEXES:
        op.drop_index(name, table)
    op.drop_table('changed_account')
    op.drop_table('evaluation')
    op.drop_table('account_answers')
