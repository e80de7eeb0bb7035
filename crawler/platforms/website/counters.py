"""Leaves out the year-less tokens of items that have a date with its year as well: readers, scores, an event's day."""

from __future__ import annotations

from itertools import pairwise

from selectolax.lexbor import LexborNode

from crawler.platforms.website.document import ParsedPage
from crawler.platforms.website.stamps import DateStamp

NEAR = 6
"""How many tags above its date the link of an item may hang."""


def without_counters(
    document: ParsedPage, found: list[DateStamp], chains: list[list[LexborNode]]
) -> tuple[list[DateStamp], list[list[LexborNode]]]:
    """Without the year-less tokens (readers, scores, an event's day) of items that have a date with its year as well."""
    if not any(stamp.shape == "bare" for stamp in found) or all(stamp.shape == "bare" for stamp in found):
        return found, chains
    dropped: set[int] = set()
    for place, (one, other) in enumerate(pairwise(zip(found, chains, strict=True))):
        bare = [at for at, (stamp, _) in ((place, one), (place + 1, other)) if stamp.shape == "bare"]
        if len(bare) == 1 and _one_item(document, one[1], other[1]):
            dropped.add(bare[0])
    kept = [place for place in range(len(found)) if place not in dropped]
    return [found[place] for place in kept], [chains[place] for place in kept]


def _one_item(document: ParsedPage, one: list[LexborNode], other: list[LexborNode]) -> bool:
    """True where the smallest block around two dates leads to one address only."""
    theirs = {node.mem_id for node in other[:NEAR]}
    block = next((node for node in one[:NEAR] if node.mem_id in theirs), None)
    if block is None or block.tag in ("body", "form"):
        return False
    hrefs = {
        href for anchor in block.css("a[href]") if (href := document.absolute(anchor.attributes.get("href") or ""))
    }
    return len(hrefs) == 1
