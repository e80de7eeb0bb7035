"""Which roles an article names with somebody behind them: 来源, 编辑, 审核, as several schools' rules demand."""

from __future__ import annotations

import re

from crawler.platforms.website.layout import PageLayout

LONGEST = 4000
LONGEST_NAME = 30
ROLES = (
    "责任编辑", "责编", "编辑", "编辑人员", "来源", "文章来源", "稿件来源", "信息来源", "作者", "文章作者", "提供者",
    "撰稿", "撰稿人", "供稿", "供稿人", "供稿单位", "通讯员", "记者", "文案", "文案人员", "文字", "文", "图", "图片",
    "图文", "摄影", "审稿", "审稿人", "审核", "审核人", "审查", "审查人", "审校", "校对", "初审", "复审", "终审",
    "一审", "二审", "三审", "签发", "签发人", "发布人", "发布者", "发布单位", "发布部门", "发布时间", "发布日期",
    "发表时间",
)  # fmt: skip
ROLE = re.compile(
    r"(?:^|[\s|｜（(【\[，,;；/、])("
    + "|".join(sorted(ROLES, key=len, reverse=True))
    + r")\s{0,2}[:：/／]\s*(?=([^\s|）)】\]]?))"
)
"""A role at the start of a word, so that 资金来源： in the body names nobody, and the first letter of what follows."""


def bylines(layout: PageLayout) -> tuple[str, ...]:
    """The roles as the page spells them, in reading order, each once; 作者： with nothing behind it names nobody."""
    found: dict[str, None] = {}
    texts = layout.document.texts
    for place in range(layout.title_place or 0, len(texts)):
        text = texts[place].text
        if len(text) > LONGEST or not (":" in text or "：" in text or "/" in text):
            continue
        for match in ROLE.finditer(text):
            if match[2] or (place + 1 < len(texts) and _is_name(texts[place + 1].text)):
                found.setdefault(match[1])
    return tuple(found)


def _is_name(text: str) -> bool:
    """The next text is who is meant, not another label or the link to the next article."""
    return len(text) <= LONGEST_NAME and not (":" in text or "：" in text) and not text.startswith(("上一", "下一"))
