"""Measures the readers: noise that must never raise or read as fact, and the verdict's time beside a plain lxml parse.

Run: ``.venv/bin/python -m bench.readers [--inputs 100000] [--seed 1]``. Prints one JSON object.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections import Counter
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import lxml.html

from crawler.observe.parse import PARSER_ERRORS, parse_page
from crawler.page.classify import match_block_page
from crawler.page.page import Page
from crawler.platforms import MODULES
from rules.model import Outcome, Platform
from tests.conftest import NOW
from tests.support.pages import CASES, Case

KEYS = sorted(set(MODULES) - {"website"})
LEAVES: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    1,
    -1,
    2**70,
    1.5,
    "",
    "x",
    "1795000000",
    "<b>置顶</b>",
    "\ud83d",
    [],
    {},
    [{}],
    [[]],
)


def noise(random_: random.Random) -> tuple[str, bytes]:
    """Random bytes, or random JSON: it names no account, so it is never a fact."""
    if random_.random() < 0.5:
        return "random bytes", random_.randbytes(random_.randrange(400))
    return "random json", json.dumps(tree(random_, 4)).encode()


def tree(random_: random.Random, depth: int) -> Any:
    """Random JSON with short random keys."""
    if depth == 0 or random_.random() < 0.3:
        return deepcopy(random_.choice(LEAVES))
    if random_.random() < 0.5:
        return [tree(random_, depth - 1) for _ in range(random_.randrange(4))]
    return {random_.choice("abcdefghij"): tree(random_, depth - 1) for _ in range(random_.randrange(5))}


def mutant(random_: random.Random, case: Case, body: bytes) -> tuple[str, bytes]:
    """A fixture cut, spliced, or with some of its JSON values replaced by values of another type."""
    at, end = sorted(random_.randrange(len(body) + 1) for _ in range(2))
    kind = random_.choice(("cut", "splice", "repeat", "json"))
    if kind == "json" and case.path.suffix == ".json":
        value = json.loads(body)
        for _ in range(random_.randrange(1, 4)):
            replace_one(random_, value)
        return kind, json.dumps(value).encode()
    if kind == "cut":
        return kind, body[:at]
    if kind == "splice":
        return kind, body[:at] + random_.randbytes(random_.randrange(20)) + body[at + random_.randrange(60) :]
    return "repeat", body[:end] + body[at:]


def replace_one(random_: random.Random, node: Any) -> None:
    """Put a leaf somewhere in a JSON tree."""
    while isinstance(node, dict | list) and node:
        key = random_.choice(list(node) if isinstance(node, dict) else range(len(node)))
        if not isinstance(node[key], dict | list) or not node[key] or random_.random() < 0.3:
            node[key] = deepcopy(random_.choice(LEAVES))
            return
        node = node[key]


def fuzz(inputs: int, seed: int) -> dict[str, Any]:
    """Counts by kind and outcome; ``escaped``, ``fact_from_noise`` and ``ok_without_identity`` must be zero."""
    random_ = random.Random(seed)
    bodies = [(case, case.path.read_bytes()) for case in CASES]
    counts: Counter[str] = Counter()
    for _ in range(inputs):
        if random_.random() < 0.4:
            kind, body = noise(random_)
            page, key = Page("", body, NOW), random_.choice(KEYS)
        else:
            case, whole = random_.choice(bodies)
            kind, body = mutant(random_, case, whole) if whole else ("random bytes", b"")
            page, key = case.page(body), case.platform if random_.random() < 0.9 else random_.choice(KEYS)
        try:
            seen = parse_page(page, key)
        except Exception as error:  # what is being counted
            counts[f"escaped {type(error).__name__}"] += 1
            continue
        counts[f"{kind} {seen.outcome.value}"] += 1
        counts["fact_from_noise"] += kind.startswith("random") and seen.outcome.is_fact
        named = seen.name or seen.account_id or seen.posts or seen.results
        counts["ok_without_identity"] += seen.outcome is Outcome.OK and not named
    return dict(sorted(counts.items())) | {"inputs": inputs, "reader_errors": dict(PARSER_ERRORS)}


def ordinary_page() -> bytes:
    """A page of about 200 KB: scripts, navigation, a long list, a footer. Nothing matches, so every check is made."""
    script = "<script>" + "var a=function(){return document.cookie};" * 1200 + "</script>"
    rows = "".join(
        f'<li><a href="/info/1/{n}.htm" title="通知公告第{n}号">关于开展第{n}次检查的通知</a></li>' for n in range(1500)
    )
    return f"<html><head><title>示例大学</title>{script}</head><body><ul>{rows}</ul></body></html>".encode()[:204_800]


def silent_page() -> bytes:
    """The worst ordinary case: 200 KB of script and little text, so that markers are looked for too."""
    script = "<script>" + "var a=function(){return document.cookie};" * 4900 + "</script>"
    return f"<html><head><title>示例大学</title>{script}</head><body><p>正文</p></body></html>".encode()[:204_800]


WORDS = ("function", "return", "window", "document", "common", "session", "safe", "cookie", "var", "config", "action")


def mixed_page() -> bytes:
    """The same with a script of ever different words, so that more of what is looked for begins to match."""
    random_ = random.Random(3)
    script = "".join(random_.choice(WORDS) + random_.choice('.;({}=+_$- ,"0123456789') for _ in range(40_000))
    return f"<html><head><title>示例大学</title><script>{script[:200_000]}</script></head><p>正文</p></html>".encode()


def timed(run: Callable[[], object], rounds: int) -> dict[str, float]:
    """Milliseconds of processor time (the machine is shared): median and 99th percentile."""
    spent = []
    for _ in range(rounds):
        start = time.process_time()
        run()
        spent.append((time.process_time() - start) * 1000)
    spent.sort()
    return {"p50_ms": round(spent[rounds // 2], 4), "p99_ms": round(spent[int(rounds * 0.99)], 4)}


def speed(body: bytes, rounds: int = 400) -> dict[str, Any]:
    """The verdict, decoding included, on every platform in turn; and a plain lxml parse of the same bytes."""
    platforms = [platform for platform in Platform if platform not in (Platform.GROUP, Platform.OTHER)]
    turn = iter(platforms * rounds)
    for platform in platforms:  # the signatures are read and compiled once per process
        match_block_page(Page("", body, NOW), platform)
    judged = timed(lambda: match_block_page(Page("https://www.example.edu.cn/", body, NOW), next(turn)), rounds)
    parsed = timed(lambda: lxml.html.document_fromstring(body), rounds // 4)
    return {
        "bytes": len(body),
        "verdict": judged,
        "lxml": parsed,
        "ratio": round(judged["p50_ms"] / parsed["p50_ms"], 4),
    }


def main() -> None:
    """Print both measurements."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inputs", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    pages = {"ordinary": ordinary_page(), "little text": silent_page(), "little text, mixed script": mixed_page()}
    result = {"speed": {name: speed(body) for name, body in pages.items()}}
    print(json.dumps(result | {"fuzz": fuzz(asked.inputs, asked.seed)}, ensure_ascii=False, indent=2))


if __name__ == "__main__":
    main()
