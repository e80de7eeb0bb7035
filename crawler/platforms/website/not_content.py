"""Recognises pages that are not the site's content, whatever dates stand on them: error pages, file listings, program faults."""

from __future__ import annotations

import re
from urllib.parse import unquote

from crawler.platforms.website.document import ParsedPage, TextNode, squeeze

FEW_LINKS = 8
"""Links from which a page holds content too: a warning of the program above it does not hide that."""
SHORTEST_NOTICE, LONGEST_NOTICE = 4, 80
"""Characters of a text that can be the notice of an error page; a longer one is prose about something."""
MOST = 20_000
"""Characters of a page that are looked through."""
LISTING = re.compile(
    r"^\W*(?:index of|(?:directory )?listing (?:for|of)|文件目录|目录列表|目录浏览|httpfileserver)\b|的索引$", re.I
)
FILE = re.compile(r"[^/\\]{1,120}(?:\.\w{1,8}|/)")
LISTED = 0.6
"""Share of links that are called exactly like the files they lead to from which a page is a list of files."""
PARENT_FOLDER = re.compile(r"^\W*(?:to parent directory|转到父目录|parent directory)\W*$", re.I)
PART = re.compile(r"\s*[-_|｜–—:：]+\s*")
ERROR_TITLE = re.compile(
    r"(?:系统|信息|消息|错误|操作|出错)(?:提示|信息|警告)(?:信息|页面?)?|提示(?:信息|页面?)|(?:页面|系统|访问|程序|服务器)?(?:出错|错误|异常)(?:了|啦|页面?|提示)?[!！]?"
    r"|(?:http )?(?:status )?[45]0\d\W*(?:error|not found|forbidden|错误|页面.*|internal server error)?|(?:page |object )?not found\W*|forbidden|error(?: page)?"
    r"|.{0,8}(?:页面|网页|文章|内容|栏目|资源).{0,4}(?:不存在|未找到|找不到|没有找到|已删除|走丢了?|丢失了?)\W*|无法找到.{0,8}|无法显示.{0,8}",
    re.I,
)
SURE_TITLE = re.compile(r"不存在|找到|不到|走丢|[45]0\d|not found", re.I)
MAY_BE_ERROR = re.compile(
    r"不存在|已(?:经)?(?:被)?(?:删除|移除|下线|撤)|找不到|未找到|没有找到|无法|没有权限|出错|错误|失败|失效|非法|秒后|稍后|走丢"
)
ERROR_NOTICE = re.compile(
    r"(?:访问|查看|请求|浏览|查找|打开|寻找|找)(?:的)?.{0,10}(?:页面|网页|文章|内容|信息|栏目|地址|资源|文件|链接|新闻|资讯|网站|站点).{0,4}"
    r"(?:不存在|不见了|[飞走跑]走?了|出错了?$|已(?:经)?(?:被)?[一-龥]{0,5}?(?:删除|移除|下线|撤下)|找不到|未找到|走丢|失效|已过期)"
    r"|(?:没有|未能?|无法)(?:找到|访问到?|打开)您?(?:要|所|想)?(?:找|访问|查看|请求|浏览)?的?(?:页面|网页|文章|内容|信息|资源)"
    r"|^\W*(?:对不起|抱歉|很抱歉|非常抱歉|出错了|sorry)?\W*(?:该|此|本|您?要?找?的?)?(?:页面|网页|文章|内容|信息|栏目|新闻|文件)"
    r"(?:已经?)?(?:不存在|被?[一-龥]{0,5}?(?:删除|下架|下线|屏蔽|隐藏|撤回)|被?移除|找不到|未找到|没有找到|不见了|走[丢失]了?|飞走了?|迷路了?|未发布|未审核)\W*(?:$|[,，。!！或])"
    r"|^\W*(?:查?无|没有)(?:此|该|这[个篇条])(?:页面|网页|文章|内容|信息|栏目|新闻|记录)\W*$|^\W*(?:页面|网页)(?:不见|丢失|飞走|走丢|迷路|开小差|跑到火星)[去]?了"
    r"|(?:参数|地址|链接|编号|请求)(?:错误|有误|不正确|无效)[，,!！。\s]*\d{0,2}\s?秒?后?(?:将|会)?(?:自动)?(?:跳转|返回)|^\W*(?:http )?(?:status |错误 ?)?[45]0\d\W{0,5}(?:error|not found|forbidden|无法找到|页面|找不到|错误)"
    r"|^\W*(?:对不起|抱歉|很抱歉)?\W*您?(?:没有|无)权限?(?:访问|查看|浏览)(?:该|此|本)?(?:页面?|网页|文章|内容|信息|栏目)?\W*$"
    r"|page (?:cannot|can't|could not) be (?:found|displayed)|page not found|\bpage (?:you .{0,30})?(?:does not|doesn't|no longer) exists?"
    r"|the (?:page|resource) you (?:are looking for|requested).{0,40}(?:not|could|unavailable|removed)",
    re.I,
)
FOR_SALE = re.compile(
    r"域名(?:正在|可以?|已)?(?:出售|转让|交易|待售)|(?:购买|求购)(?:此|该|本)域名|域名已(?:过期|到期)|domain (?:name )?(?:is |may be )?for sale|buy this domain",
    re.I,
)
"""How a registrar's page is called."""
PUBLISHED = re.compile(r"发布(?:时间|日期|人)|来源\s*[:：]|(?:浏览|点击|阅读)(?:次数|数|量)")
"""What an article carries, even one that speaks of missing pages."""
PROGRAM_FAULT = re.compile(
    r"mysqli?_\w+\(\)|SQLSTATE\[|error in your SQL syntax|\bORA-\d{5}|(?:Fatal|Parse) error\b|Warning\b.{0,300} on line\b|Whitelabel Error Page"
    r"|Traceback \(most recent call last\)|Server Error in '|应用程序中的服务器错误|运行时错误|OLE DB Provider|\bADODB\b|Microsoft VBScript|ThinkPHP"
    r"|页面错误[!！]\s*请稍后再试|(?:建立|连接)?数据库(?:连接)?(?:时)?(?:失败|错误|出错|异常)|(?:连接|建立)数据库(?:连接)?时?出错|establishing a database connection|database (?:connection )?error"
    r"|could not connect to|\b(?:java|javax|org\.\w+|com\.\w+)\.[\w.]+Exception|Whoops, looks like something went wrong|DisallowedHost|There is no Action mapped"
    r"|(?:控制器|模块|模板(?:文件)?|方法)不存在|\bstack trace\b",
    re.I | re.S,
)


def fault(document: ParsedPage) -> str | None:
    """Why the page is none of the site's content ("code: 中文"), None where it may be."""
    if _is_listing(document):
        return "directory_listing: 网页服务器列出的文件目录，不是网站内容"
    if len(document.links) <= FEW_LINKS and PROGRAM_FAULT.search(f"{document.title}\n{document.said[:MOST]}"):
        return "site_error: 网站程序或数据库出错，页面没有内容，请网站管理员检查"
    if FOR_SALE.search(document.title):
        return "domain_parked: 域名停放或待售，可能已过期，请核实"
    if _is_error_page(document):
        return "error_page: 页面提示所访问的内容不存在或出错，不能说明网站情况"
    return None


def _is_listing(document: ParsedPage) -> bool:
    headings = [document.title, *(heading.text for heading in document.headings)]
    if any(LISTING.search(heading) for heading in headings):
        return True
    if document.title.endswith(" - /") and any(PARENT_FOLDER.match(text.text) for text in document.texts):
        return True
    named = [(squeeze(link.node.text()), unquote(link.href)) for link in document.links]
    files = [href for name, href in named if FILE.fullmatch(name) and href.rstrip("/").endswith(name.rstrip("/"))]
    return len(files) > 1 and len(files) >= LISTED * len(named)


def _is_error_page(document: ParsedPage) -> bool:
    """True where title and text say so together: a site's own frame may stand around the notice, a news column beside it."""
    parts = [part for part in PART.split(document.title) if part]
    titled = [part for part in parts if ERROR_TITLE.fullmatch(part)]
    said = [
        text for text in document.texts if SHORTEST_NOTICE <= len(text.text) <= LONGEST_NOTICE and not _is_link(text)
    ]
    if titled and any(SURE_TITLE.search(part) or MAY_BE_ERROR.search(text.text) for part in titled for text in said):
        return True
    # Only what is sure may speak without the title, and never against an article of the site.
    if PUBLISHED.search(document.said[:MOST]):
        return False
    return any(ERROR_NOTICE.search(text.text) for text in said)


def _is_link(text: TextNode) -> bool:
    return text.node.parent is not None and text.node.parent.tag == "a"
