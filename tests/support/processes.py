"""Other processes on the same database: forked from a server that has loaded the store once, not each from nothing."""

from __future__ import annotations

import multiprocessing

PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["storage.store"])
