"""Whether a site still is about what it is filed for: title, language and subject changed wholly mean another owner."""

from __future__ import annotations

import re

from crawler.page.page import Page, PageError
from crawler.platforms.website.kinds import PageKind
from crawler.platforms.website.reading import reading

CHANGED = "hijacked: 网站的标题、语言和内容都与备案的网站无关，域名可能已失效被他人使用，请立即核实"
CAMPUS = re.compile(
    r"大学|学院|学校|校园|高校|中学|小学|教学|教师|教授|老师|教务|教育|学生|同学|科研|招生|就业|研究|实验|图书|党[委建员支总]|团委|工会|学术|学科|课程|专业|毕业|院系|校友|校长|论文|期刊|学会|培训"
    r"|universit|college|school|campus|student|facult|research|institut|laborator|librar|academ|course|professor|educat|department|scien"
    r"|\.edu\b",
    re.I,
)
ENOUGH = 20
"""Texts below which a page says too little to be about something else."""
HAN_PAIR = re.compile(r"(?=([\u4e00-\u9fff]{2}))")


def is_another_subject(page: Page, name: str) -> bool:
    """True for a home page that says much, not one word of a campus, and nothing of the name the site is filed under."""
    try:
        look = reading(page)
        if look.kind is not PageKind.HOME or len(look.document.texts) < ENOUGH:
            return False
    except PageError:
        return False
    said = f"{look.document.title}\n{look.document.meta.get('keywords', '')}\n{look.document.said}"
    if not name or CAMPUS.search(said):
        return False
    words = {match[1] for match in HAN_PAIR.finditer(name)} or {name.casefold()}
    return not any(word in said.casefold() for word in words)
