"""The facts of the moment a paper is made: whose the account is now, and what changed since the case opened."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from alerts.notices.notice import EvidenceCitation
from rules.cases.case import Case
from rules.catalogue.results import format_date
from rules.model import Account, Observation, Outcome, Precision
from rules.policies.routing import supervisor
from rules.policies.schema import Policy

LONGEST = 30
"""Characters of a post's title that an evidence list repeats."""


def present_case(case: Case, account: Account, policy: Policy) -> Case:
    """The case with the unit, the supervisor and the name that the register gives today. ``account``: the case's own
    account as it is joined today. Where it was struck off the register, what was known when the case opened stands."""
    filing = account.filing
    if filing is None:
        return case
    return replace(
        case,
        unit=filing.unit.strip() or case.unit,
        supervisor=supervisor(account, policy) or case.supervisor,
        title=filing.name.strip() or case.title,
    )


def changes_since(opened: Case, present: Case) -> tuple[str, ...]:
    """What the signer has to be shown: Chinese sentences, none where nothing changed."""
    pairs = (
        ("责任单位", opened.unit, present.unit),
        ("主管单位", opened.supervisor, present.supervisor),
        ("账号名称", opened.title, present.title),
        ("问题描述", opened.reason, present.reason),
    )
    told = [f"{what}由“{before or '（空）'}”变为“{now or '（空）'}”" for what, before, now in pairs if before != now]
    fresh = len(set(present.evidence) - set(opened.evidence))
    if fresh:
        told.append(f"新增存证 {fresh} 份，最近一次采集于{format_date(present.shown_at)}")
    return tuple(told)


def citations(ids: Sequence[str], seen: Collection[Observation]) -> tuple[EvidenceCitation, ...]:
    """Exhibits with their own time and address, and what each showed, from the observations read off them; an id that no
    observation came from is cited bare."""
    by_id = {look.evidence: look for look in sorted(seen, key=lambda look: look.observed_at)}
    return tuple(_citation(item, by_id.get(item)) for item in dict.fromkeys(ids))


def _citation(item: str, look: Observation | None) -> EvidenceCitation:
    if look is None:
        return EvidenceCitation(id=item)
    return EvidenceCitation(id=item, seen_at=look.observed_at, url=look.url, shows=what_it_shows(look))


def what_it_shows(look: Observation) -> str:
    """One observation in words: what anybody reading that page would have seen. Days, never an hour that the page did
    not give."""
    named = f"名称为“{look.name}”，" if look.name else ""
    match look.outcome:
        case Outcome.GONE:
            return "页面显示账号已注销、封禁或者不存在"
        case Outcome.MOVED:
            return "页面显示已迁移至其他地址"
        case Outcome.EMPTY:
            return f"{named}页面显示没有发布过内容"
        case Outcome.OK:
            return f"{named}{_newest(look)}"
        case _:
            return ""


def _newest(look: Observation) -> str:
    dated = [(post.published_at, post) for post in look.posts if post.published_at and post.is_dated(look.observed_at)]
    if not dated:
        return "页面可以访问"
    at, post = max(dated, key=lambda pair: pair[0])
    day = format_date(at).partition("月")[0] + "月" if post.precision is Precision.MONTH else format_date(at)
    title = post.title.strip()
    named = f"“{title if len(title) <= LONGEST else title[: LONGEST - 1] + '…'}”" if title else "一条内容"
    return f"所见最近一次发布为{named}（{day}）"
