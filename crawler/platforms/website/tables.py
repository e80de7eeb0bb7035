"""Reads the heading over a table cell: a column called 截止时间 or 活动时间 dates plans, not publications."""

from __future__ import annotations

import re

from selectolax.lexbor import LexborNode

PLANS = re.compile(
    r"截止|截至|举办|开标|讲座|报告|会议|活动|考试|面试|报名|开始|结束|起止|有效|出生|入职|毕业|成立|召开"
)
LONGEST_HEADING, COLUMNS = 12, 2
"""What can head a column: tables that lay out a page hold whole titles and blocks in their cells."""
BARE = re.compile(r"时\s*间|日\s*期")
PLACES = re.compile(r"地\s*点|场\s*地|教\s*室|考\s*点|主讲|报告人")
"""Beside a column that is called no more than 时间: what takes place somewhere was not published then."""


def under_a_plan(chain: list[LexborNode]) -> bool:
    """True where the date whose ancestors these are stands in a table column of plans."""
    near = [node.tag for node in chain[:4]]
    if "td" not in near:
        return False
    cell = chain[near.index("td")]
    table = next((node for node in chain if node.tag == "table"), None)
    if table is None:
        return False
    place, sibling = 0, cell.prev
    while sibling is not None:
        place += sibling.tag in ("td", "th")
        sibling = sibling.prev
    first = table.css_first("tr")
    cells = [node for node in first.iter() if node.tag in ("td", "th")] if first else []
    if len(cells) < COLUMNS or place >= len(cells):
        return False
    heading = cells[place].text().strip()
    if len(heading) > LONGEST_HEADING:
        return False
    held = BARE.fullmatch(heading) is not None and any(PLACES.search(other.text()) for other in cells)
    return held or PLANS.search(heading) is not None
