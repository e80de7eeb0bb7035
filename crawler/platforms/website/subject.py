"""Whether a site still is about what it is filed for: title, language and subject changed wholly mean another owner."""

from __future__ import annotations

import re

from crawler.page.page import Page, PageError
from crawler.platforms.spec import Target
from crawler.platforms.website.kinds import PageKind
from crawler.platforms.website.reading import PageAnalysis, reading

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
WORD = re.compile(r"[a-z]{4,}", re.I)
COMMON = frozenset(
    ("大学", "学院", "学校", "中心", "网站", "官网", "首页", "中国", "官方", "欢迎", "平台", "系统", "信息")
)
"""Pairs of characters that tell no site from another."""
ANYWHERE = re.compile(
    r"首页|主页|联系|关于|下载|新闻|动态|资讯|公告|公示|友情|链接|地图|更多|登录|注册|搜索|服务|产品|导航|留言|home|about|contact|news|more",
    re.I,
)
"""Columns that any site has."""
COLUMNS = 4
"""Columns of its own from which a site's earlier looks tell what it was about."""


SCHOOLS = (".edu.cn", ".edu", ".ac.cn")
"""Hosts that none but schools are given: a page there that speaks of no campus is a stranger's, whatever is on file."""


def is_no_school(look: PageAnalysis) -> bool:
    """True for a home page of a school's own host that says much and not one word of a campus."""
    document = look.document
    if look.kind is not PageKind.HOME or len(document.texts) < ENOUGH or not document.host.endswith(SCHOOLS):
        return False
    return CAMPUS.search(f"{document.title}\n{document.meta.get('keywords', '')}\n{document.said}") is None


def is_another_subject(page: Page, target: Target) -> bool:
    """True for a home page that says much and nothing of the site that is on file: not one word of a campus, or neither
    the names nor the columns that the same site was known by."""
    try:
        look = reading(page)
        if look.kind is not PageKind.HOME or len(look.document.texts) < ENOUGH:
            return False
    except PageError:
        return False
    title = f"{look.document.title}\n{look.document.meta.get('keywords', '')}"
    said = f"{title}\n{look.document.said}".casefold()
    if not target.name:
        return False
    if CAMPUS.search(said):
        return _changed_wholly(title, said, target)
    words = {match[1] for match in HAN_PAIR.finditer(target.name)} or {target.name.casefold()}
    return not any(word in said for word in words)


def _changed_wholly(title: str, said: str, target: Target) -> bool:
    """True where title, columns and text have nothing of what the site was known by."""
    names = (target.name, *target.earlier_names)
    own = [column.casefold() for column in target.earlier_columns if not ANYWHERE.search(column)]
    if not target.earlier_names or len(own) < COLUMNS or any(column in said for column in own):
        return False
    return not _telling(title) & _telling("\n".join(names)) and not any(name.casefold() in said for name in names)


def _telling(text: str) -> set[str]:
    """What a name consists of, as far as it tells one site from another."""
    return ({match[1] for match in HAN_PAIR.finditer(text)} | {word.lower() for word in WORD.findall(text)}) - COMMON
