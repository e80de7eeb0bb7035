"""Run many seeded histories, in several processes, for so many minutes; the first that breaks the law ends it. And the
crashes that happen in them."""

from __future__ import annotations

import argparse
import logging
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from multiprocessing import Pool
from pathlib import Path
from typing import Any
from unittest.mock import patch

import structlog

MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None
"""Where databases are that outlive nothing."""


class Crash(BaseException):
    """The process dies between two writes."""


@contextmanager
def dying(at_write: int, writes: Sequence[tuple[type, str]], *, after: bool = False) -> Iterator[None]:
    """The process dies before, or right after, that one of the writes (methods of classes); raises Crash."""
    count = 0

    def mortal(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: object, **given: object) -> object:
            nonlocal count
            count += 1
            mine = count == at_write
            if mine and not after:
                raise Crash
            done = real(*args, **given)
            if mine:
                raise Crash
            return done

        return call

    with ExitStack() as stack:
        for owner, name in writes:
            stack.enter_context(patch.object(owner, name, mortal(getattr(owner, name))))
        yield


def unsafe_and_fast(connection: Any, _record: object) -> None:
    """No history outlives its process: nothing waits for the disk."""
    connection.execute("PRAGMA synchronous=OFF")


def _silent() -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))


def _outcome(seed: int, counted: Callable[[int, int], Counter[str]], length: int) -> tuple[int, Counter[str], str]:
    try:
        return seed, counted(seed, length), ""
    except Exception as error:
        return seed, Counter(), repr(error)


def run_many(counted: Callable[[int, int], Counter[str]], described: str) -> None:
    """The command line of a module of histories; ``counted`` runs one of a seed and a length and says what happened."""
    parser = argparse.ArgumentParser(description=described)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--length", type=int, default=40, help="steps of each")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=60, help="stop after so long")
    options = parser.parse_args()
    began, kinds, done = time.perf_counter(), Counter[str](), 0
    seeds = range(options.seed, options.seed + options.count)
    with Pool(options.jobs, _silent) as pool:
        for seed, happened, wrong in pool.imap_unordered(
            partial(_outcome, counted=counted, length=options.length), seeds
        ):
            if wrong:
                sys.exit(f"history {seed}: {wrong} (after {done} that held)")
            kinds, done = kinds + happened, done + 1
            if time.perf_counter() - began > options.minutes * 60:
                break
    took = time.perf_counter() - began
    print(f"{done} histories of {options.length} steps in {took:.0f} s, no invariant broken")
    print("happened:", dict(kinds.most_common()))
