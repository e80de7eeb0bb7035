"""A worker that is cut off from PostgreSQL: another takes its job up, nothing is lost or doubled, and it comes back by itself."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import make_url

from monitors import clock
from storage.filings import key_of
from storage.queue_schema import live_workers
from tests.support.queue_worker import (
    STALLED,
    campus_order,
    jobs,
    looked_at,
    open_context,
    put_sweep,
    until,
    worker,
)
from tests.support.relay import relay

SEEN = {"9000000001", "9000000002", "9000000003", "9000000004"}


def test_a_cut_network_costs_a_worker_its_job_and_nothing_else(fresh_postgres: str, tmp_path: Path) -> None:
    server = make_url(fresh_postgres)
    assert server.port
    with campus_order(fresh_postgres, tmp_path, SEEN) as order, relay(server.port) as network:
        context, url = open_context(order), order["settings"]["database_url"]
        keys = {key_of(filing) for filing in context.store.filings.all()}
        through = server.set(drivername="postgresql", port=network.port).render_as_string(hide_password=False)
        cut_off = order | {"settings": order["settings"] | {"database_url": through}}
        with worker(cut_off, tmp_path / "far") as far:
            put_sweep(context)
            until(lambda: looked_at(context), 60, "the far worker looks")
            network.cut()
            with worker(order, tmp_path / "near"):
                until(lambda: jobs(url) == {"succeeded": 1}, 60, "the near worker has taken it up")
                assert looked_at(context) == dict.fromkeys(keys, 1), "nothing is lost and nothing is looked at twice"
                network.mend()
                until(lambda: live_workers(context.store.database, STALLED) == 2, 60, "the far one is back")
                assert looked_at(context) == dict.fromkeys(keys, 1), "it went on with nothing"
                assert jobs(url) == {"succeeded": 1}
            # Alone again, it does what is put.
            put_sweep(context)
            until(lambda: jobs(url) == {"succeeded": 2}, 60, "the far worker works again")
            assert far.poll() is None
        assert looked_at(context) == dict.fromkeys(keys, 2)
        looks = [
            (key, look.source, look.observed_at) for key, look, _ in context.store.observations.checked(clock.wall())
        ]
        assert {key for key, *_ in looks} == keys
        assert len(set(looks)) == len(looks), "no page was written down twice"
        context.store.close()
