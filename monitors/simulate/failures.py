"""Every known way for a fetch to fail: one page per signature of a wall, every status, broken networks, spoiled bodies."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import Any
from urllib.parse import urlsplit

from crawler.page.block_signatures import Signature, signatures
from crawler.page.page import MAX_BYTES, Page
from monitors.demo.answer import answer_json
from monitors.simulate.examples import example
from rules.model import Observation, Outcome, Platform

NETWORK = {
    "dns": "域名无法解析", "refused": "服务器拒绝连接", "timeout": "连接超时", "connect": "无法连接服务器", "cut": "传输中断",
    "certificate": "证书或加密连接有问题", "redirects": "网页反复跳转", "too_large": "页面超过大小上限",
}  # fmt: skip
"""What the spider records where no page came, in its words."""
JSON = {"content-type": "application/json; charset=utf-8"}
HTML = {"content-type": "text/html; charset=utf-8"}

Spoil = Callable[[Page], Page | Observation]


@dataclass(frozen=True, slots=True)
class Failure:
    """One kind of failure. ``spoil`` makes of the page that should have come what came instead. ``instead``: nothing of
    that page but its address and time goes into it, so that it need not be made first."""

    kind: str
    spoil: Spoil
    instead: bool = False


@cache
def failures(platform: Platform) -> tuple[Failure, ...]:
    """Every kind a platform is known to have, each once."""
    found = {failure.kind: failure for failure in _all(platform)}
    return tuple(found.values())


def _all(platform: Platform) -> Iterator[Failure]:
    for number, signature in enumerate(signatures(platform)):
        if signature.code.startswith("http_"):
            for span in signature.status:
                for status in sorted({span.start, span.stop - 1}):
                    yield Failure(f"http_{status}", partial(_status, status=status), instead=True)
        else:
            spoil = partial(_wall, signature=signature)
            yield Failure(f"{platform.value}/{number}/{signature.code}", spoil, instead=not signature.empty)
    for code, words in NETWORK.items():
        yield Failure(f"network/{code}", partial(_unseen, outcome=Outcome.UNREADABLE, reason=f"{code}: {words}"), True)
    robots = "robots: 网站的 robots.txt 不允许访问"
    yield Failure("network/robots", partial(_unseen, outcome=Outcome.BLOCKED, reason=robots), True)
    yield from (Failure(f"body/{name}", spoil) for name, spoil in _BODIES.items())


def _unseen(page: Page, outcome: Outcome, reason: str) -> Observation:
    platform = Platform.OTHER  # whoever records it knows better
    return Observation(
        platform=platform, source="none", url=page.url, observed_at=page.fetched_at, outcome=outcome, reason=reason
    )


def _status(page: Page, status: int) -> Page:
    body = f"<html><head><title>{status}</title></head><body>{status}</body></html>"
    return replace(page, status=status, body=body.encode(), headers=HTML)


def _wall(page: Page, signature: Signature) -> Page:
    """A page that meets every condition of a signature, and says nothing else."""
    status = signature.status[0].start if signature.status else 200
    url = f"https://{_hosted(example(signature.url))}" if signature.url else page.url
    if signature.asked:
        asked = example(signature.asked)
        url = f"https://{urlsplit(page.url).hostname}{'' if asked[0] == '/' else '/?'}{asked}"
        page = replace(page, requested_url=url)
    if signature.json:
        return replace(page, url=url, status=status, body=answer_json(_answer(signature)).body, headers=JSON)
    if signature.empty:
        return replace(page, url=url, status=status, body=b"")
    title = example(signature.title) if signature.title else ""
    words = example(signature.text) if signature.text else ""
    marks = [*signature.raw[:1], *signature.marker[:1], *([example(signature.script)] if signature.script else [])]
    script = f"<script>/* {' '.join(marks)} */</script>" if marks or signature.silent else ""
    html = f"<html><head><title>{title}</title>{script}</head><body>{words}</body></html>"
    body = words.encode() if signature.text and not title and not marks else html.encode()
    return replace(page, url=url, status=status, body=body, headers=HTML)


def _hosted(place: str) -> str:
    """A host and path: a pattern that names no host may match on any."""
    return place if "." in place.partition("/")[0] else f"wall.example/{place.lstrip('/')}"


def _answer(signature: Signature) -> dict[str, Any]:
    """JSON that has the first wanted value at every path."""
    made: dict[str, Any] = {}
    for path, values in signature.json:
        place = made
        for name in path[:-1]:
            place = place.setdefault(name, {})
        if values[0] != "<absent>":
            place[path[-1]] = _value(values[0])
    return made


def _value(wanted: Any) -> Any:
    match wanted:
        case "<present>" | "<nonzero>":
            return 1
        case "<empty>":
            return []
        case str() if wanted.startswith("~"):
            return example(wanted[1:])
    return wanted


def _wrapped(page: Page) -> Page:
    """A new layout: everything is there under names nobody knows."""
    if page.text.lstrip()[:1] == "{":
        return replace(page, body=answer_json({"v": 2, "payload": {"blocks": [{"t": page.text[:200]}]}}).body)
    text = "<html><head><title>新版</title></head><body><div id='app'>加载中</div><script src='/a.js'></script></body></html>"
    return replace(page, body=text.encode())


def _hollow(page: Page) -> Page:
    """Success that holds nothing: the page's frame without its items."""
    if page.text.lstrip()[:1] == "{":
        return replace(page, body=answer_json({"code": 0, "ok": 1, "ret": 0, "data": {}}).body)
    head, _, _ = page.text.partition("<body")
    return replace(page, body=f"{head}<body><p>暂无内容</p></body></html>".encode())


_HUGE = b"<p>0</p>" * (MAX_BYTES // 8 + 1)
_BODIES: dict[str, Spoil] = {
    "empty": lambda page: replace(page, body=b""),
    "white": lambda page: replace(page, body=b" \r\n\t"),
    "null": lambda page: replace(page, body=b"null", headers=JSON),
    "brackets": lambda page: replace(page, body=b"{}", headers=JSON),
    "list": lambda page: replace(page, body=b"[]", headers=JSON),
    "noise": lambda page: replace(page, body=bytes(range(128, 256)) * 8),
    "cut_early": lambda page: replace(page, body=page.body[: len(page.body) // 12]),
    "cut_half": lambda page: replace(page, body=page.body[: len(page.body) // 2]),
    "cut_late": lambda page: replace(page, body=page.body[: len(page.body) * 19 // 20]),
    "huge": lambda page: replace(page, body=_HUGE),
    "login_page": lambda page: replace(page, body="<html><title>登录</title><body>请先登录</body></html>".encode()),
    "layout": _wrapped,
    "hollow": _hollow,
}
"""Bodies that are spoiled under a status of success. A page cut late may still show what is new; it must not show silence."""
