"""Names what a page without any article is, so that a person knows where to look: no outcome hangs on it."""

from __future__ import annotations

import re

from crawler.platforms.website.document import ParsedPage

SHORT = 60
"""Texts from which a page is no mere notice."""
NOTICES = (
    ("server_default: 服务器默认页，网站未部署", r"welcome to (?:nginx|centos|openresty|tengine)|^iis\b|apache2? .{0,20}default page|it works!|test page for the|tomcat/\d|恭喜，?\s?(?:站点|网站)创建成功"),
    ("no_site: 服务器上没有该站点", r"没有找到站点|站点不存在|站点未发布|没有找到对应的站点|网站不存在"),
    ("domain_parked: 域名停放或待售", r"域名(?:出售|转让|停放|可以?转让|正在出售|已过期)|domain (?:is )?(?:for sale|parked|may be for sale)|buy this domain"),
    ("not_filed: 域名未备案被阻断", r"未备案|non-compliance icp|未(?:根据|按照?|依照?)[^。\n]{0,30}备案|备案信息有误|尚未完成备案"),
    ("site_closed: 页面称网站已关闭", r"(?:站点|网站|该站)(?:已|暂时|现已)?(?:关闭|关停|停用|下线|停止(?:服务|运行|访问))"),
    ("not_found: 页面不存在", r"\b404\b|not found|页面不存在|找不到(?:该|您|文件|页面)|无法找到该?页"),
    ("server_error: 服务器出错", r"\b50[0234]\b|internal server error|bad gateway|service unavailable|数据库连接(?:失败|错误)"),
    ("building: 网站建设中", r"(?:网站|页面|栏目)?(?:正在)?建设中|under construction|coming soon"),
)  # fmt: skip
KNOWN = tuple((reason, re.compile(pattern, re.I | re.M)) for reason, pattern in NOTICES)


def notice(document: ParsedPage) -> str | None:
    """The reason ("code: 中文") a page gives for showing nothing: a notice, frames, or a move by the page itself."""
    tree = document.tree
    if tree.css_first("frameset, frame") is not None:
        return "frames: 页面由框架组成，内容在子页面中"
    if len(document.texts) > SHORT:
        return None
    said = f"{document.title}\n{document.said}"
    for reason, pattern in KNOWN:
        if pattern.search(said):
            return reason
    refresh = tree.css_first("meta[http-equiv=refresh i]")
    if refresh is not None and "url" in (refresh.attributes.get("content") or "").lower():
        return "page_redirect: 页面自动跳转，未取到目标页"
    return None
