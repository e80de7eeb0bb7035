"""The public searches that discovery asks: one row each, from a query to a URL and, for recordings, back."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote, unquote

from rules.accounts.identity import QUERY_KEY_PREFIX
from rules.model import Platform

KEY = QUERY_KEY_PREFIX + "{}:{}"
"""Key of a look that is a question: source and query. The database keeps no account state under such keys."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchEngine:
    """One search. ``url`` has one place for the query; ``recorded`` finds the query in the URL of a recording.

    ``per_run``: questions in one run, so that the whole plan is spread over days; ``most``: questions in a plan.
    """

    code: str
    label: str
    platform: Platform
    url: str
    recorded: str
    per_run: int
    most: int
    browser: bool = False

    def address(self, query: str) -> str:
        """What to fetch."""
        return self.url.format(quote(query, safe=""))

    def asked(self, url: str) -> str:
        """The query of a recorded URL of this search, empty where it is another page."""
        found = re.search(self.recorded, url)
        return unquote(found.group(1).replace("+", " ")) if found else ""


SEARCHES = (
    SearchEngine(
        code="sogou", label="搜狗微信搜索", platform=Platform.WECHAT, per_run=10, most=200,
        url="https://weixin.sogou.com/weixin?type=1&query={}",
        recorded=r"://weixin\.sogou\.com/weixin\?(?=(?:.*&)?type=1\b)(?:.*&)?query=([^&#]+)",
    ),
    SearchEngine(
        code="weibo", label="微博用户搜索", platform=Platform.WEIBO, per_run=10, most=200,
        url="https://m.weibo.cn/api/container/getIndex?containerid=100103type%3D3%26q%3D{}&page_type=searchall",
        recorded=r"://m\.weibo\.cn/api/container/getIndex\?(?:.*&)?containerid=100103type(?:=|%3D)3(?:&|%26)q(?:=|%3D)"
        r"([^&#]+?)(?:%26|[&#]|$)",
    ),
    SearchEngine(
        code="toutiao", label="头条用户搜索", platform=Platform.TOUTIAO, per_run=8, most=120,
        url="https://so.toutiao.com/search?dvpf=pc&pd=user&keyword={}",
        recorded=r"://so\.toutiao\.com/search/?\?(?:.*&)?keyword=([^&#]+)",
    ),
    SearchEngine(
        code="bilibili", label="哔哩哔哩用户搜索", platform=Platform.BILIBILI, per_run=8, most=120,
        url="https://search.bilibili.com/upuser?keyword={}",
        recorded=r"://search\.bilibili\.com/upuser/?\?(?:.*&)?keyword=([^&#]+)",
    ),
    SearchEngine(
        code="douyin", label="抖音用户搜索", platform=Platform.DOUYIN, per_run=1, most=60, browser=True,
        url="https://www.douyin.com/search/{}?type=user",
        recorded=r"://www\.douyin\.com/search/([^?#]+)\?(?:.*&)?type=user",
    ),
    SearchEngine(
        code="appstore", label="App Store 搜索", platform=Platform.APP, per_run=10, most=60,
        url="https://itunes.apple.com/search?country=cn&entity=software&limit=50&term={}",
        recorded=r"://itunes\.apple\.com/search\?(?:.*&)?term=([^&#]+)",
    ),
)  # fmt: skip
CERTIFICATES = SearchEngine(
    code="crtsh", label="证书透明度日志", platform=Platform.WEBSITE, per_run=2, most=20,
    url="https://crt.sh/?output=json&exclude=expired&deduplicate=Y&q={}",
    recorded=r"://crt\.sh/\?(?:.*&)?q=([^&#]+)",
)  # fmt: skip
SITES = SearchEngine(
    code="site", label="可疑网站首页", platform=Platform.WEBSITE, per_run=20, most=2000,
    url="http://{}/", recorded=r"^https?://([^/:?#]+)(?::\d+)?/?$",
)  # fmt: skip
NAMES = SearchEngine(
    code="dns", label="域名解析", platform=Platform.WEBSITE, per_run=100, most=2000, url="dns:{}", recorded=r"^dns:(.+)"
)
"""No page: whether a name that imitates the school's domain leads anywhere."""
BY_CODE = {search.code: search for search in (*SEARCHES, CERTIFICATES, SITES, NAMES)}
