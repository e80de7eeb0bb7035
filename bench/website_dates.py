"""Exact-day rate of our website reader beside htmldate's, on the same captured pages in one run.

    .venv/bin/python bench/website_dates.py [../shared/samples] [--wrong]

Gold is INDEX.tsv's ``last_post``; pages whose dates the index could not read are judged by the day a person read
(tests/website/pages.py). htmldate is asked as its authors advise, once for the original and once for the update date,
and given the better of the two on home and list pages: it was made for articles.
"""

from __future__ import annotations

import argparse
import logging
import time
from collections import Counter, defaultdict
from pathlib import Path

from htmldate import find_date

from crawler.page import Page
from tests.website.pages import SHARED_SAMPLES, Capture, captures, day_read


def htmldate_days(page: Page) -> set[str]:
    """What htmldate says: original date and last change, as of the day of capture."""
    latest = page.fetched_at.date().isoformat()
    answers = {find_date(page.text, original_date=original, max_date=latest) for original in (True, False)}
    return {answer or "" for answer in answers}


def main() -> None:
    """Print one table row per kind of page."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("samples", nargs="?", type=Path, default=SHARED_SAMPLES)
    parser.add_argument("--wrong", action="store_true", help="list the pages we get wrong")
    options = parser.parse_args()
    logging.disable(logging.CRITICAL)
    pages = [("zh", page) for page in captures(options.samples, "website")]
    pages += [("foreign", page) for page in captures(options.samples, "htmldate")]
    groups: defaultdict[str, list[Capture]] = defaultdict(list)
    for language, capture in pages:
        groups[f"{language} {capture.kind}"].append(capture)
    print(f"{'pages':18}{'n':>4}{'ours':>8}{'htmldate':>10}{'ms ours':>10}{'ms htmldate':>13}")
    for name, group in groups.items():
        right, spent = Counter[str](), Counter[str]()
        for capture in group:
            started = time.perf_counter()
            ours = day_read(capture.page)
            spent["ours"] += time.perf_counter() - started
            started = time.perf_counter()
            theirs = htmldate_days(capture.page)
            spent["htmldate"] += time.perf_counter() - started
            right["ours"] += ours == capture.day
            right["htmldate"] += capture.day in theirs
            if options.wrong and ours != capture.day:
                print(f"  {capture.file}: {ours or 'no date'}, should be {capture.day or 'no date'}")
        n = len(group)
        rates = f"{right['ours'] / n:>8.1%}{right['htmldate'] / n:>10.1%}"
        print(f"{name:18}{n:>4}{rates}{spent['ours'] / n * 1e3:>10.2f}{spent['htmldate'] / n * 1e3:>13.2f}")


if __name__ == "__main__":
    main()
