"""What a website calls itself, its stable id, and the columns it names."""

from __future__ import annotations

import re

from crawler.platforms.website.document import ParsedPage, squeeze
from crawler.platforms.website.kinds import PageKind, is_article, stated_kind
from crawler.platforms.website.systems import Cms
from rules.accounts.identity import identity
from rules.model import Platform

SEPARATORS = re.compile(r"\s*(?:[-_|｜–—]+|\s·\s)\s*")
PLACEHOLDERS = re.compile(
    r"标签定义文档的标题|^无标题|^untitled|^new page|^新建(?:网页|页面|文档|文本)|^welcome\W*$|^登[录陆]\W*(?:页面?|系统)?$|^系统提示|^提示信息|悼念|讣告|逝世"
    r"|^(?:首页|主页|home|index|title|document|网站(?:标题|名称|首页)|部门名称|学院名称)$",
    re.I,
)
DECORATION = re.compile(
    r"^(?:欢迎(?:您)?(?:访问|光临|来到)|首页|网站首页|主页)[\s\-_|—:：]*|[\s\-_|—:：]*(?:欢迎您[!！]?|首页|网站首页|官网|官方网站|主页)$"
)
ORGANISED = re.compile(
    r"(?:大学|学院|学校|中学|小学|中心|网|处|部|馆|院|所|会|办公室|系|社|台|站|委|学报|协会|学会|集团|医院|实验室|基地|日报|晚报|时报|平台|门户|官网)$"
)
BACK_HOME = re.compile(r"^返回(.{2,40}?)首页$")
COLUMN = re.compile(r"^[\w·、&（）()【】“”]{2,14}$")
NOT_COLUMNS = re.compile(
    r"^(?:\d+|更多|详情|首页|末页|尾页|上一?页|下一?页|下页|转到|设为首页|加入收藏|登录|注册|返回|more|english|\d.*)$",
    re.I,
)
MOST_COLUMNS = 120
HTTP = ("http:", "https:")


def account_id(document: ParsedPage) -> str | None:
    """The host in lower case without www. and standard ports, as `rules.accounts.identity` writes it; None where unknown."""
    return host_id(document.base)


def host_id(url: str) -> str | None:
    """`account_id` of an address."""
    parts = url.split("/", 3)
    return identity(Platform.WEBSITE, "", parts[2]) or None if len(parts) > 2 and parts[0] in HTTP else None


def site_name(document: ParsedPage, kind: PageKind) -> tuple[str | None, bool]:
    """The site's own name, and whether the page is sure of it; (None, False) where it tells only a column's name.

    Sure are META SiteName, the site's name that VSB puts first among the keywords, and a home page's title. The end of
    an article's title is a hint: taken for the name it would accuse a site of having been renamed.
    """
    stated = document.meta.get("sitename") or document.meta.get("og:site_name")
    if stated and not PLACEHOLDERS.search(stated):
        return stated, True
    title = "" if PLACEHOLDERS.search(document.title) else document.title
    keyword = re.split(r"[,，]", document.meta.get("keywords", ""))[0].strip()
    if document.system is Cms.VSB and keyword and not PLACEHOLDERS.search(keyword) and _is_part(keyword, title):
        return keyword, True
    if kind is PageKind.HOME:
        plain = DECORATION.sub("", DECORATION.sub("", title)).strip()[:60]
        if not plain or PLACEHOLDERS.search(plain):
            return None, False
        # Of a page that only looks like a home page, the title may be a forum's or a column's.
        return plain, ORGANISED.search(plain) is not None or stated_kind(document) is PageKind.HOME
    whole = f"\n{title}\n" in f"\n{document.said}\n"
    return ("" if whole else _suffix(title)) or _home_link(document), False


def columns(document: ParsedPage, articles: set[str]) -> tuple[str, ...]:
    """Short names of navigation links and block headings: enough to see whether a required column exists.

    ``articles`` are the links of dated items: a piece called 党建工作会议 is no 党建 column.
    """
    found: dict[str, None] = {}
    for link in document.links:
        if link.href in articles or is_article(link.href):
            continue
        name = squeeze(link.node.text()) or squeeze(link.node.attributes.get("title") or "")
        if COLUMN.match(name) and not NOT_COLUMNS.match(name):
            found.setdefault(name)
    for heading in document.headings:
        if COLUMN.match(heading.text) and not NOT_COLUMNS.match(heading.text):
            found.setdefault(heading.text)
    return tuple(found)[:MOST_COLUMNS]


def _is_part(keyword: str, title: str) -> bool:
    """True where the keyword is a whole part of the title; 专业 in the midst of 学生专业技能竞赛 is no site's name."""
    return not title or re.search(rf"(?<!\w){re.escape(keyword)}(?!\w)", title) is not None


def _suffix(title: str) -> str | None:
    """Of 文章-栏目-某大学: the last part that is called like an organisation or a site."""
    parts = [part.strip() for part in SEPARATORS.split(title) if part.strip()]
    return next((part for part in reversed(parts[1:]) if ORGANISED.search(part) and len(part) <= 40), None)


def _home_link(document: ParsedPage) -> str | None:
    for link in document.links[:40]:
        if match := BACK_HOME.match(squeeze(link.node.attributes.get("title") or "")):
            return match[1]
    return None
