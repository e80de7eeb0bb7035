"""Exact-day rate of our website reader beside htmldate's, on the same captured pages in one run.

    .venv/bin/python -m bench.website_dates [../shared/samples] [--wrong] [--htmldate CHECKOUT]

Gold is INDEX.tsv's ``last_post``; pages whose dates the index could not read are judged by the day a person read
(tests/support/website.py). htmldate is asked as its authors advise, once for the original and once for the update date,
and given the better of the two: it was made for articles. ``--htmldate`` adds the pages of a checkout of its
repository that its two gold tables name and our samples do not hold. "zone" counts a moment of which some time zone
shows the gold day: the tables hold the day as written in America or Europe, and we give Beijing time.
"""

from __future__ import annotations

import argparse
import json
import logging
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

from htmldate import find_date

from crawler.observe.parse import parse_page
from crawler.page.page import Page
from rules.model import BEIJING, Precision
from tests.support.website import SHARED_SAMPLES, Capture, captures

ZONES = [timezone(timedelta(hours=hours)) for hours in range(-12, 15)]
AS_OF = datetime(2026, 11, 21, 12, tzinfo=BEIJING)


def our_day(page: Page) -> tuple[str, set[str]]:
    """The day our reader gives, and the days that moment is called around the context."""
    seen = parse_page(page, "website")
    newest = max(
        (post for post in seen.posts if post.published_at), key=lambda post: str(post.published_at), default=None
    )
    if newest is None or newest.published_at is None:
        return "", {""}
    at = newest.published_at
    timed = newest.precision in (Precision.SECOND, Precision.MINUTE)
    return at.date().isoformat(), {at.astimezone(zone).date().isoformat() for zone in (ZONES if timed else [BEIJING])}


def htmldate_days(page: Page) -> set[str]:
    """What htmldate says: original date and last change, as of the day of capture."""
    latest = page.fetched_at.date().isoformat()
    answers = {find_date(page.text, original_date=original, max_date=latest) for original in (True, False)}
    return {answer or "" for answer in answers}


def unseen(samples: Path, checkout: Path) -> Iterator[Capture]:
    """The pages of htmldate's own evaluation that are no samples of ours."""
    ours = {capture.file.removeprefix("htmldate/") for capture in captures(samples, "htmldate")}
    stored = {path.name: path for folder in ("eval", "test_set") for path in (checkout / "tests" / folder).glob("*")}
    for table in sorted((samples / "htmldate").glob("gold_eval_*.json")):
        for gold in json.loads(table.read_text("utf-8")).values():
            name, day = gold["file"], gold["date"]
            if isinstance(day, str) and name in stored and name not in ours:
                yield Capture(f"htmldate/{name}", "unseen", day, Page("", stored[name].read_bytes(), AS_OF))


def measure(name: str, group: list[Capture], *, wrong: bool) -> None:
    """Print the row of one kind of page."""
    right, spent = Counter[str](), defaultdict[str, float](float)
    for capture in group:
        started = time.perf_counter()
        ours, around = our_day(capture.page)
        spent["ours"] += time.perf_counter() - started
        started = time.perf_counter()
        theirs = htmldate_days(capture.page)
        spent["htmldate"] += time.perf_counter() - started
        right["ours"] += ours == capture.day
        right["zone"] += capture.day in around
        right["none"] += not ours and bool(capture.day)
        right["htmldate"] += capture.day in theirs
        if wrong and capture.day not in around:
            print(f"  {capture.file}: {ours or 'no date'}, should be {capture.day or 'no date'}")
    n = len(group)
    rates = "".join(f"{right[key] / n:>9.1%}" for key in ("ours", "zone", "none", "htmldate"))
    print(f"{name:16}{n:>5}{rates}{spent['ours'] / n * 1e3:>9.2f}{spent['htmldate'] / n * 1e3:>13.2f}")


def main() -> None:
    """Print one table row per kind of page."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("samples", nargs="?", type=Path, default=SHARED_SAMPLES)
    parser.add_argument("--wrong", action="store_true", help="list the pages we get wrong")
    parser.add_argument("--htmldate", type=Path, help="a checkout of adbar/htmldate")
    options = parser.parse_args()
    logging.disable(logging.CRITICAL)
    groups: defaultdict[str, list[Capture]] = defaultdict(list)
    for language, platform in (("zh", "website"), ("foreign", "htmldate")):
        for capture in captures(options.samples, platform):
            groups[f"{language} {capture.kind}"].append(capture)
    if options.htmldate:
        groups["foreign unseen"] = list(unseen(options.samples, options.htmldate))
    print(f"{'pages':16}{'n':>5}{'ours':>9}{'zone':>9}{'no date':>9}{'htmldate':>9}{'ms ours':>9}{'ms htmldate':>13}")
    for name, group in groups.items():
        measure(name, group, wrong=options.wrong)


if __name__ == "__main__":
    main()
