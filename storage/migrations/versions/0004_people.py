"""People: accounts, sessions, failed sign-ins, one-time tokens, the audit log."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None

TEXT = sqlmodel.sql.sqltypes.AutoString()
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table('user_account',
    sa.Column('name', TEXT, nullable=False),
    sa.Column('password', TEXT, nullable=False),
    sa.Column('totp_secret', TEXT, nullable=False),
    sa.Column('totp_counter', sa.Integer(), nullable=False),
    sa.Column('created_at', TIME, nullable=False),
    sa.Column('signed_in_at', TIME, nullable=True),
    sa.Column('body', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('name')
    )
    op.create_table('user_session',
    sa.Column('token', TEXT, nullable=False),
    sa.Column('user', TEXT, nullable=False),
    sa.Column('created_at', TIME, nullable=False),
    sa.Column('seen_at', TIME, nullable=False),
    sa.Column('expires_at', TIME, nullable=False),
    sa.Column('address', TEXT, nullable=False),
    sa.Column('agent', TEXT, nullable=False),
    sa.Column('method', TEXT, nullable=False),
    sa.Column('external', TEXT, nullable=False),
    sa.Column('hint', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('token')
    )
    op.create_index('ix_user_session_user', 'user_session', ['user'])
    op.create_index('ix_user_session_external', 'user_session', ['external'])
    op.create_table('sign_in_failure',
    sa.Column('subject', TEXT, nullable=False),
    sa.Column('count', sa.Integer(), nullable=False),
    sa.Column('failed_at', TIME, nullable=False),
    sa.Column('locked_until', TIME, nullable=True),
    sa.PrimaryKeyConstraint('subject')
    )
    op.create_table('one_time_token',
    sa.Column('token', TEXT, nullable=False),
    sa.Column('purpose', TEXT, nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('expires_at', TIME, nullable=False),
    sa.PrimaryKeyConstraint('token')
    )
    op.create_table('audit_entry',
    sa.Column('seq', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('at', TIME, nullable=False),
    sa.Column('user', TEXT, nullable=False),
    sa.Column('action', TEXT, nullable=False),
    sa.Column('subject', TEXT, nullable=False),
    sa.Column('school', TEXT, nullable=False),
    sa.Column('address', TEXT, nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('hash', TEXT, nullable=False),
    sa.PrimaryKeyConstraint('seq')
    )
    op.create_index('ix_audit_user', 'audit_entry', ['user', 'seq'])
    op.create_index('ix_audit_subject', 'audit_entry', ['subject', 'seq'])
    op.create_index('ix_audit_entry_at', 'audit_entry', ['at'])
    _refuse_changes()


def _refuse_changes() -> None:
    """Whoever holds the program's own connection cannot rewrite the log by an ordinary statement."""
    if op.get_bind().dialect.name == 'sqlite':
        for event in ('UPDATE', 'DELETE'):
            op.execute(
                f"CREATE TRIGGER audit_entry_no_{event.lower()} BEFORE {event} ON audit_entry "
                "BEGIN SELECT RAISE(ABORT, 'audit_entry is append-only'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION audit_entry_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'audit_entry is append-only'; END $$"
    )
    op.execute(
        "CREATE TRIGGER audit_entry_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entry "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_entry_append_only()"
    )


def downgrade() -> None:
    for name in ('audit_entry', 'one_time_token', 'sign_in_failure', 'user_session', 'user_account'):
        op.drop_table(name)
    if op.get_bind().dialect.name != 'sqlite':
        op.execute("DROP FUNCTION audit_entry_append_only()")
