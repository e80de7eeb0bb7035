"""Which unit the words of a website's title name, with the school's names, template words, order and signs taken away."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

TEMPLATE = re.compile(
    r"(?:热烈)?欢迎(?:您|你)?(?:来到|访问|光临|进入|使用|登录)?|welcome(?: to)?|新建(?:网页|页面|文档|文本文档)?\s*\d*|未命名(?:文档)?|无标题(?:文档)?|untitled|new page|document\d*"
    r"|(?:网站|站点|系统)?(?:首页|主页|起始页|默认页)|\b(?:home ?page|home|index|default|main|portal|website|official site|login|the)\b|登[录陆](?:页面?|界面|系统)?"
    r"|(?:官方|门户|中文|英文|专题|学院|部门|二级|新版|旧版|手机|移动)?(?:网站|官网|网页|门户|站点|主站)|官方|中文版|英文版|新版|旧版|测试版|信息网|网$|\.\.\.|版权所有|技术支持|欢迎",
    re.I,
)
SCHOOL = re.compile(
    r"[\u4e00-\u9fff]{2,10}?(?:大学|职业技术大学|职业学院|职业技术学院|高等专科学校|师范学院|医学院(?=.))"
)
SEPARATORS = re.compile(r"[^\w\u4e00-\u9fff]+|_+")
UNIT = re.compile(
    r"(?:学院|书院|学部|处|部|系|所|中心|馆|办公室|办|团委|工会|党委|委员会|研究院|研究所|实验室|基地|医院|学校|中学|小学|幼儿园|协会|学会|学报|编辑部|集团|公司|后勤|院)$"
)
KIND = re.compile(r"(?:学院|书院|学部|研究院|研究所|实验室|委员会|办公室|中心|处|部|系|所|馆|办|院|会|室|站|网)$")
NO_NAME = re.compile(
    r"讣告|悼念|缅怀|逝世|关于|通知|公告|会议|召开|举行|举办|喜报|祝贺|热烈|庆祝|学习|贯彻|主题|活动|第.{1,4}届|周年"
)
"""What stands in a title for a day."""
HAN = re.compile(r"[\u4e00-\u9fff]")
SAME = 0.5
"""Share of the shorter one's characters found in the longer one from which two names may be one: 教务处 and 教务部."""


def names_another_unit(declared: str, unit: str, title: str, school: str) -> bool:
    """True only where some part of the title is called like a unit, and no part fits the filed name or the unit."""
    own = [words for name in (declared, unit) for words in _parts(name, school)]
    shown = _parts(title, school)
    if not own or not shown or any(_may_be_one(one, other) for one in own for other in shown):
        return False
    return any(UNIT.search(words) and not NO_NAME.search(words) for words in shown)


def _parts(name: str, school: str) -> list[str]:
    """The words between the signs of a name, each without template words and school names; empty ones left out."""
    text = unicodedata.normalize("NFKC", name).casefold()
    text = text.replace(school.casefold(), " ") if school else text
    pieces = (SCHOOL.sub("", TEMPLATE.sub(" ", piece)) for piece in SEPARATORS.split(text))
    return [word for piece in pieces for word in piece.split() if len(word) > 1]


def _may_be_one(one: str, other: str) -> bool:
    """True unless both name something, in one script, and the words before 学院 or 处 hardly share a character."""
    if bool(HAN.search(one)) != bool(HAN.search(other)):
        return True
    left, right = Counter(_stem(one)), Counter(_stem(other))
    return (left & right).total() >= SAME * min(left.total(), right.total())


def _stem(words: str) -> str:
    stem = KIND.sub("", words)
    return stem if len(stem) > 1 else words
