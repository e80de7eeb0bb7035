"""What is told at once: a confirmed impostor, an account gone or renamed, a hijacked site; to IT a breaker, a stale sweep."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from alerts.digest.build import Audience, alert_page
from alerts.digest.model import DigestInput
from alerts.messages import digest_id
from alerts.sanitize import clean, name
from monitors.app_context import AppContext
from rules.candidates import CandidateKind, CandidateState
from rules.model import Outcome
from rules.people import View
from storage.account_filter import AccountFilter
from storage.alerts import AlertCondition
from storage.crawl_runs import RunKind
from storage.notices import DIGEST, OutboxEntry
from storage.serialization import dump

NEWS = timedelta(days=7)
"""A decision older than this is no news."""
STALE = timedelta(hours=6)
"""As the alert of deploy/prometheus has it."""
FRAUD = (CandidateKind.CLONE, CandidateKind.SUSPECT)
RENAMED = "unfiled_change"


def tell_at_once(context: AppContext, now: datetime) -> int:
    """Look what holds now, and queue what was not told yet, grouped; returns how much was told."""
    schools = [school for school in context.schools if school in context.policies]
    conditions = [each for school in schools for each in _of_school(context, school, now)]
    context.store.alerts.hold([*conditions, *_of_crawler(context, now)], now)
    told = 0
    for audience in (Audience.ALERT, Audience.IT_ALERT):

        def entry(school: str, some: Sequence[AlertCondition], audience: Audience = audience) -> OutboxEntry:
            return _entry(context, audience, school, some, now)

        told += context.store.alerts.tell(audience.value, now, entry)
    return told


def _entry(
    context: AppContext, audience: Audience, school: str, some: Sequence[AlertCondition], now: datetime
) -> OutboxEntry:
    policy = context.policies.get(school)
    data = DigestInput(
        school=school, school_name=policy.school if policy else "", day=now.date(), now=now, demo=context.settings.demo
    )
    page = alert_page(data, audience, [(each.kind, each.text, each.path) for each in some])
    number = f"{page.title} {now:%Y-%m-%d %H:%M}"
    return OutboxEntry(id=digest_id(page), number=number, case_number="", document=DIGEST, body=dump(page))


def _of_school(context: AppContext, school: str, now: datetime) -> Iterator[AlertCondition]:
    for line, shown in context.store.read_models.hijacked_sites(View(frozenset({school}))):
        text = f"网站“{name(line.filing.name)}”（{name(line.filing.unit)}）显示的不是自己的内容，可能被篡改或域名失效"
        path = f"/evidence/{shown.evidence}" if shown.evidence else f"/accounts/{line.key}"
        for audience in (Audience.ALERT, Audience.IT_ALERT):
            yield AlertCondition(f"hijacked:{school}:{line.key}", audience.value, school, "网站疑似被篡改", text, path)
    for line in context.store.account_lists.iterate(AccountFilter(school=school, outcome=Outcome.GONE.value)):
        text = f"{line.filing.platform.label}“{name(line.filing.name)}”（{name(line.filing.unit)}）已注销或封禁"
        yield _office(f"gone:{school}:{line.key}", school, "在册账号已注销或封禁", text, f"/accounts/{line.key}")
    for finding, _ in context.store.cases.findings(school):
        if finding.rule == RENAMED:
            text = (
                f"{finding.platform.label}“{name(finding.title)}”（{name(finding.unit)}）：{clean(finding.reason, 80)}"
            )
            key = f"renamed:{school}:{finding.account}"
            yield _office(key, school, "在册账号名称或主体有变", text, f"/accounts/{finding.account}")
    for found in context.store.candidates.all(school, CandidateState.CONFIRMED):
        if found.kind in FRAUD and found.decided_at and now - found.decided_at <= NEWS:
            text = f"{found.platform.label}“{name(found.name)}”已确认擅用或仿冒校名：{clean(found.why, 80)}"
            yield _office(f"confirmed:{school}:{found.key}", school, "确认擅用或仿冒校名", text, "/suspects")


def _office(key: str, school: str, kind: str, text: str, path: str) -> AlertCondition:
    return AlertCondition(key, Audience.ALERT.value, school, kind, text, path)


def _of_crawler(context: AppContext, now: datetime) -> Iterator[AlertCondition]:
    audience = Audience.IT_ALERT.value
    for state in context.store.platform_state.all():
        if state.breaker_opened_at:
            text = f"{state.platform.label}的督办已冻结：{clean(state.breaker_reason, 120)}"
            yield AlertCondition(f"breaker:{state.platform.value}", audience, "", "熔断", text, "/operations")
    swept = context.store.read_models.last_runs().get(RunKind.SWEEP.value)
    if swept and now - swept > STALE:
        text = f"上一次成功的巡检是 {swept:%m-%d %H:%M}，已超过 {STALE // timedelta(hours=1)} 小时"
        yield AlertCondition("stale:sweep", audience, "", "巡检停滞", text, "/operations")
