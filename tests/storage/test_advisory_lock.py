"""One scheduler, one migration and one making of the queue's tables, however many processes begin at once."""

from __future__ import annotations

import os
import socket
import subprocess
import sys

import psycopg
import pytest
from procrastinate.schema import SchemaManager

from monitors.errors import InvalidInput
from monitors.service.service_lock import only_scheduler
from storage.advisory_lock import AdvisoryLock
from storage.database import Database
from storage.queue_schema import prepare_queue


def test_the_second_scheduler_is_told_who_holds_the_seat(fresh_postgres: str) -> None:
    first, second = Database(fresh_postgres), Database(fresh_postgres)
    with only_scheduler(first) as may_run:
        assert may_run()
        with (
            pytest.raises(InvalidInput, match=rf"主机 {socket.gethostname()[:36]} 上的进程 {os.getpid()}"),
            only_scheduler(second),
        ):
            pass
        another = AdvisoryLock(second, "rescue")
        assert another.acquire(), "another name is another lock"
        another.release()
    with only_scheduler(second) as may_run:
        assert may_run(), "it ends with its holder"
    first.close()
    second.close()


def test_a_seat_lost_with_its_connection_is_taken_again_or_is_anothers(fresh_postgres: str) -> None:
    first, second = Database(fresh_postgres), Database(fresh_postgres)
    mine, other = AdvisoryLock(first, "scheduler"), AdvisoryLock(second, "scheduler")
    assert mine.acquire()
    _cut_off(fresh_postgres)
    assert mine.held(), "nobody else wanted it"
    _cut_off(fresh_postgres)
    assert other.acquire()
    assert not mine.held(), "who was away has lost it"
    other.release()
    assert mine.held()
    mine.release()
    first.close()
    second.close()


def _cut_off(url: str) -> None:
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as admin:
        admin.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


BEGIN = "import sys; from storage.store import Store; from storage.queue_schema import prepare_queue; prepare_queue(Store(sys.argv[1]).database)"


def test_two_that_begin_at_once_make_the_tables_once(fresh_postgres: str) -> None:
    both = [subprocess.Popen([sys.executable, "-c", BEGIN, fresh_postgres], stderr=subprocess.PIPE) for _ in range(2)]
    for process in both:
        _, said = process.communicate(timeout=120)
        assert process.returncode == 0, said.decode()
    database = Database(fresh_postgres)
    assert database.is_current()
    with psycopg.connect(fresh_postgres.replace("+psycopg", "")) as admin:
        admin.execute("UPDATE alembic_version SET version_num = '9999'")
    assert not database.is_current(), "another version's"
    database.close()


def test_the_queues_tables_follow_the_installed_library(fresh_postgres: str) -> None:
    """Tables that an earlier release made take the steps since, and no more."""
    database = Database(fresh_postgres)
    with psycopg.connect(fresh_postgres.replace("+psycopg", "")) as admin:
        admin.execute(SchemaManager.get_schema())
        admin.execute("ALTER TYPE procrastinate_job_event_type RENAME VALUE 'retried' TO 'older'")  # as before 3.4
        admin.execute("DROP FUNCTION procrastinate_retry_job_v2")
        admin.execute("COMMENT ON TABLE procrastinate_jobs IS '3.3.0'")
    prepare_queue(database)
    prepare_queue(database)
    with psycopg.connect(fresh_postgres.replace("+psycopg", "")) as admin:
        found = admin.execute("SELECT count(*) FROM pg_proc WHERE proname = 'procrastinate_retry_job_v2'").fetchone()
    assert found == (1,)
    database.close()


def test_a_host_that_is_out_of_reach_is_noticed_at_both_ends(fresh_postgres: str) -> None:
    """Within a minute, so that its jobs and locks are taken up again; by default it takes a quarter of an hour, or two."""
    database = Database(fresh_postgres)
    with database.engine.connect() as connection:
        there = {
            name: connection.exec_driver_sql(f"SHOW {name}").scalar()
            for name in ("tcp_user_timeout", "tcp_keepalives_idle")
        }
        assert there == {"tcp_user_timeout": "40000", "tcp_keepalives_idle": "20"}
        driver = connection.connection.driver_connection
        assert driver is not None
        assert driver.info.get_parameters()["tcp_user_timeout"] == "40000"
    database.engine.dispose()
