"""What was counted and how long a platform rests is still known after the tables became leases, and after going back."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from storage.database import MIGRATIONS, Database
from tests.conftest import NOW

DAY = NOW.date().toordinal() - 719_163
REST = "2026-12-01 10:00:00.000000"


def rows(tx: Connection, query: str) -> list[tuple[object, ...]]:
    return [tuple(row) for row in tx.execute(text(query))]


def test_counts_and_rests_move_with_the_tables(tmp_path: Path) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    scripts = ScriptDirectory.from_config(config).walk_revisions()
    lease = next(script for script in scripts if script.doc.startswith("Requests per host"))
    with Database(f"sqlite:///{tmp_path / 'x.db'}").engine.connect() as tx:
        config.attributes["connection"] = tx
        command.upgrade(config, str(lease.down_revision))
        tx.execute(text(f"INSERT INTO request_count VALUES ('a.cn', '{NOW.date()}', 7), ('a.cn', '2020-01-01', 9)"))
        tx.execute(
            text(
                "INSERT INTO platform_state (platform, consecutive_blocks, paused_until, breaker_reason, enabled, robots_waived)"
                f" VALUES ('weibo', 3, '{REST}', '', 1, 0), ('douyin', 0, NULL, '', 0, 0)"
            )
        )
        command.upgrade(config, lease.revision)
        counted = "SELECT host, egress, day, requests FROM host_lease ORDER BY egress"
        assert rows(tx, counted) == [("a.cn", "", DAY, 7), ("a.cn", "default", DAY, 7)]
        rests = "SELECT platform, egress, consecutive_blocks, paused_until FROM platform_lease"
        assert rows(tx, rests) == [("weibo", "default", 3, REST)]
        assert rows(tx, "SELECT platform, enabled FROM platform_state ORDER BY platform") == [
            ("douyin", 0),
            ("weibo", 1),
        ]
        command.downgrade(config, str(lease.down_revision))
        assert rows(tx, "SELECT * FROM request_count") == [("a.cn", str(NOW.date()), 7)]
        kept = rows(tx, "SELECT platform, consecutive_blocks, paused_until FROM platform_state ORDER BY platform")
        assert kept == [("douyin", 0, None), ("weibo", 3, REST)]
