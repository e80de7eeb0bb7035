"""The platforms' official interfaces under an account's own authorisation: what to ask, and what must never be kept."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from crawler.platforms.spec import Target
from rules.model import Platform

WECHAT = "https://api.weixin.qq.com/cgi-bin"
WEIBO = "https://api.weibo.com/2/statuses/user_timeline.json"
HOSTS = frozenset({"api.weixin.qq.com", "api.weibo.com"})
WHOLE = "whole=1"
"""Stands in the address that evidence keeps where the operator confirmed that the interface lists all of the account."""
REFUSALS = {
    40013: "AppID 不对，请核对设置 grants",
    40125: "AppSecret 不对或已重置，请核对设置 grants",
    40164: "本机地址不在该公众号的 IP 白名单里，请在公众平台“开发接口管理”中加入",
    40243: "AppSecret 已被冻结，请在公众平台解冻",
    45009: "今日调用次数已用完",
    50004: "该公众号已停用开发接口",
    50007: "该公众号已冻结",
}
"""errcode of cgi-bin/stable_token, as WeChat's developer documentation lists them, with what to do."""
_SECRET = re.compile(r'((?:access_token|secret)"?\s*[=:]\s*"?|OAuth2 )[^\s&"\'<>]+', re.I)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiCredential:
    """An account's own authorisation. WeChat gives ``app_id`` and ``secret``, Weibo an access ``token``.

    ``whole``: somebody compared the interface's list with the account's own back end, and nothing was missing. WeChat's
    freepublish lacks what was mass-sent (群发), so without this word its list shows activity and never silence.
    """

    app_id: str = ""
    secret: str = field(default="", repr=False)
    token: str = field(default="", repr=False)
    whole: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiRequest:
    """One request to an official interface. ``shown`` is its address without the secret, for evidence and reasons."""

    url: str = field(repr=False)
    shown: str
    body: str = field(default="", repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def method(self) -> str:
        """What has a body is posted."""
        return "POST" if self.body else "GET"


def token_call(grant: ApiCredential) -> ApiRequest | None:
    """The request for a short-lived token, or None where the grant is a token itself. The stable interface leaves the
    tokens of the account's other systems valid."""
    if grant.token:
        return None
    asked = {"grant_type": "client_credential", "appid": grant.app_id, "secret": grant.secret}
    url = f"{WECHAT}/stable_token"
    return ApiRequest(url=url, shown=url, body=json.dumps(asked))


def parse_token_response(body: bytes) -> tuple[str, str]:
    """(token, "") of the answer to `token_call`, or ("", why there is none)."""
    try:
        said = json.loads(body)
        token, code = said.get("access_token"), said.get("errcode")
    except (ValueError, AttributeError):
        return "", "authorisation: 官方接口没有给出调用凭据，返回的不是预期内容"
    if isinstance(token, str) and token:
        return token, ""
    return "", f"authorisation: 官方接口没有给出调用凭据（errcode {code}）：{REFUSALS.get(code, '请核对设置 grants')}"


def list_call(target: Target, grant: ApiCredential, token: str) -> ApiRequest:
    """The request for the account's newest posts."""
    if target.platform is Platform.WEIBO:
        url = f"{WEIBO}?{urlencode({'uid': target.account_id, 'count': 100})}"
        return ApiRequest(url=url, shown=url, headers={"Authorization": f"OAuth2 {token}"})
    url = f"{WECHAT}/freepublish/batchget"
    # Every account has the same address here; what is kept must tell whose answer it is.
    shown = f"{url}?{urlencode({'account': target.account_id})}" + (f"&{WHOLE}" if grant.whole else "")
    asked = {"offset": 0, "count": 20, "no_content": 1}
    return ApiRequest(url=f"{url}?{urlencode({'access_token': token})}", shown=shown, body=json.dumps(asked))


def redact_secrets(text: str) -> str:
    """A text that may go into a log or a reason: tokens and secrets are left out."""
    return _SECRET.sub(r"\1…", text)
