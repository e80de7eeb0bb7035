"""The campus's app store and certificate log: where apps and domain names of the school can be found."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from monitors.demo.activity import DemoAccount, DemoCampus
from monitors.demo.answer import MARK, DemoRequest, DemoResponse, answer_json, missing, page
from rules.model import Platform

CERTIFICATE_DAYS = 90
INTERNAL = ("vpn-test.shifan.example", "*.shifan.example")
"""Names a certificate log also shows: without a website behind them, or no single host at all."""


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _app(campus: DemoCampus, actor: DemoAccount) -> dict[str, Any]:
    newest = campus.items(actor)[0].at
    seller = actor.body or "示例开发者"
    return {
        "wrapperType": "software", "kind": "software", "trackId": int(actor.id), "trackName": actor.name,
        "trackCensoredName": actor.name, "bundleId": f"example.shifan.app{actor.id}", "artistId": 8880000001,
        "artistName": seller, "sellerName": seller, "version": "3.2.1", "currentVersionReleaseDate": _utc(newest),
        "releaseDate": _utc(newest - timedelta(days=900)), "releaseNotes": f"{MARK}应用：修复已知问题", "price": 0.0,
        "trackViewUrl": f"https://apps.apple.com/cn/app/id{actor.id}?uo=4", "primaryGenreName": "Education",
        "sellerUrl": "https://www.shifan.example/", "description": f"{MARK}应用，内容均为虚构", "genres": ["教育"],
    }  # fmt: skip


def itunes(campus: DemoCampus, ask: DemoRequest) -> DemoResponse:
    """itunes.apple.com: /lookup?id= and /search?term=; another storefront than cn knows nothing."""
    if ask.path == "/search":
        actors = list(campus.search(Platform.APP, ask.get("term")))
    else:
        actor = campus.who(Platform.APP, ask.get("id"))
        actors = [actor] if actor and actor.trait != "missing" else []
    results = [_app(campus, actor) for actor in actors] if ask.get("country") == "cn" else []
    return answer_json({"resultCount": len(results), "results": results})


def app_page(campus: DemoCampus, ask: DemoRequest) -> DemoResponse:
    """apps.apple.com/cn/app/id…: what a person sees."""
    actor = campus.who(Platform.APP, ask.path.rpartition("/id")[2])
    return page("notice.html", title=f"App Store 上的“{actor.name}”", text=actor.body) if actor else missing()


def crt_sh(campus: DemoCampus, ask: DemoRequest) -> DemoResponse:
    """crt.sh?q=&output=json: certificates whose names hold the pattern; anything else than JSON gets the HTML page."""
    wanted = ask.get("q").strip("%*.").lower()
    if ask.get("output") != "json":
        return page("notice.html", title="crt.sh | Certificate Search", text=wanted)
    hosts = [actor.id for actor in campus.actors if actor.platform is Platform.WEBSITE] + list(INTERNAL)
    found = [host for host in hosts if wanted and wanted in host]
    return answer_json([_certificate(campus, number, host) for number, host in enumerate(found, 1)])


def _certificate(campus: DemoCampus, number: int, host: str) -> dict[str, Any]:
    begun = (campus.opened - timedelta(days=number % CERTIFICATE_DAYS)).astimezone(UTC).replace(tzinfo=None)
    return {
        "issuer_ca_id": 16418, "issuer_name": "C=US, O=Demo Encrypt, CN=D3", "id": 10_000_000 + number,
        "common_name": host, "name_value": f"{host}\nwebmaster@shifan.example" if host.startswith("www.") else host,
        "entry_timestamp": begun.isoformat(timespec="milliseconds"), "not_before": begun.isoformat(timespec="seconds"),
        "not_after": (begun + timedelta(days=CERTIFICATE_DAYS)).isoformat(timespec="seconds"),
        "serial_number": f"{number:036x}", "result_count": 2,
    }  # fmt: skip
