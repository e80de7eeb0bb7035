"""One more look at an account, folded into what is known of it: facts only, and never an older one over a newer."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from rules.accounts.counters import with_counters
from rules.accounts.first_dates import with_first_dates
from rules.accounts.identity import agrees, filed_ids, identity, stated_ids
from rules.accounts.statements import with_statement, without_disproved
from rules.calendar import latest_possible
from rules.model import (
    AccountState,
    ClaimType,
    DatedEvidence,
    EvidenceKind,
    Observation,
    Outcome,
    Platform,
    Post,
)

RUN = timedelta(days=7)
"""Posts at most this far apart are one run of posts."""
FUTURE = timedelta(days=1)
"""A post dated later than this after the look is a misread date, and would hide a silence for ever."""
WHOLE = timedelta(days=2 * 366)
"""How far back a list reaches that holds everything: further than any rule looks."""
GONE_KEPT = 5
AUTHORISED = "official"
"""The source that speaks with the account's own authorisation; every other page must bear the account's id, or it shows
no silence."""
RUNS_KEPT = 6


def apply_observation(seen: AccountState | None, look: Observation, *, key: str = "") -> AccountState:
    """What is known after one more look.

    A look that is no fact about this account moves only ``attempted_at``, ``obstacle`` and ``failures``. ``key`` is the
    account's own (``platform:stable-id``): a page of somebody else never counts.
    """
    seen = seen or AccountState()
    if look.statement:
        return with_statement(seen, look.statement)
    obstacle, reason = _obstacle(seen, look, key)
    if seen.attempted_at is None or look.observed_at >= seen.attempted_at:
        failures = seen.failures + 1 if obstacle else 0
        seen = replace(
            seen, attempted_at=look.observed_at, obstacle=obstacle, obstacle_reason=reason, failures=failures
        )
        seen = _with_hijacking(seen, look, obstacle)
    if obstacle:
        return seen
    if look.platform is Platform.WEBSITE:
        seen, look = with_first_dates(seen, look)
    seen = _fact(seen, look)
    if look.outcome is Outcome.GONE:
        return _with_gone(seen, look)
    if look.outcome is Outcome.MOVED:
        return seen
    seen = without_disproved(with_counters(seen, look), look)
    seen = _with_silence(_with_posts(_with_names(seen, look), look), look)
    alive = _newer(seen.alive, look)
    return replace(seen, alive=alive, gone=tuple(gone for gone in seen.gone if gone.at > alive.at))


def _with_hijacking(seen: AccountState, look: Observation, obstacle: Outcome | None) -> AccountState:
    """Kept while the site is out of sight or leads elsewhere: only its own content, or its end, shows that it is over."""
    if look.is_hijacked:
        here = DatedEvidence.of(look)
        return replace(seen, hijacked=seen.hijacked or here)
    over = obstacle is None and look.outcome is not Outcome.MOVED
    return replace(seen, hijacked=None) if over and seen.hijacked else seen


def same_account(platform: Platform, one: str, other: str) -> bool:
    """False only where two ids of one kind differ; what cannot be compared is not held against a page."""
    if one == other:
        return True
    if platform is Platform.WEBSITE:
        hosts = [identity(platform, "", text).partition("/")[0] for text in (one, other)]
        return not all(hosts) or hosts[0] == hosts[1]
    return agrees(filed_ids(platform, one, ""), filed_ids(platform, other, "")) is not False


def _obstacle(seen: AccountState, look: Observation, key: str) -> tuple[Outcome | None, str]:
    """Why a look says nothing about the account, or nothing where it does."""
    if not look.outcome.is_fact:
        return look.outcome, look.reason
    declared = key.partition(":")[2]
    known = "" if declared.startswith("name=") else declared
    for expected in (known, seen.account_id or ""):
        if expected and look.account_id and not _bears(look, expected):
            return Outcome.UNREADABLE, f"identity_mismatch: 页面账号 {look.account_id} 与 {expected} 不符"
    if look.outcome is Outcome.GONE and ClaimType.GONE not in look.proves:
        return Outcome.UNREADABLE, look.reason or "该来源不能证明账号已消失"
    return None, ""


def _bears(look: Observation, expected: str) -> bool:
    """False where the page says, in whatever kind of id, that it is another account's."""
    if look.platform is Platform.WEBSITE:
        return same_account(look.platform, expected, look.account_id or "")
    stated = stated_ids(look.platform, look.account_id or "", look.ids)
    return agrees(filed_ids(look.platform, expected, ""), stated) is not False


def _newer(sighting: DatedEvidence | None, look: Observation) -> DatedEvidence:
    if sighting and sighting.at > look.observed_at:
        return sighting
    return DatedEvidence.of(look)


def _fact(seen: AccountState, look: Observation) -> AccountState:
    """The newest fact decides what has no date of its own: outcome, address, counters, columns, bylines."""
    first = min(seen.first_fact_at or look.observed_at, look.observed_at)
    if seen.fact and seen.fact.at > look.observed_at:
        return replace(seen, first_fact_at=first, account_id=seen.account_id or look.account_id)
    here = DatedEvidence.of(look)
    seen = replace(
        seen,
        fact=here,
        first_fact_at=first,
        outcome=look.outcome,
        account_id=seen.account_id or look.account_id,
        address=look.address or seen.address,
        post_count=seen.post_count if look.post_count is None else look.post_count,
        moved_to=look.moved_to,
    )
    if look.columns:
        seen = replace(seen, columns=look.columns, columns_seen=here)
    return replace(seen, bylines=look.bylines, bylines_seen=here) if look.bylines else seen


def _with_gone(seen: AccountState, look: Observation) -> AccountState:
    """The first sighting is kept whatever follows: from it the day apart is counted."""
    if seen.alive and seen.alive.at >= look.observed_at:
        return seen
    here = DatedEvidence.of(look)
    first, *others = sorted({*seen.gone, here}, key=lambda gone: gone.at)
    return replace(seen, gone=(first, *others[1 - GONE_KEPT :]))


def _with_names(seen: AccountState, look: Observation) -> AccountState:
    """Name and verified body, each with the newest look that proved it and the first that showed its present value."""
    here = DatedEvidence.of(look)
    if look.name and ClaimType.NAME not in look.proves and seen.name is None:
        seen = replace(seen, name=look.name)  # something to call it, until a source that proves the name is seen
    if look.name and ClaimType.NAME in look.proves:
        if seen.name_seen is None or look.name == seen.name:
            first = min(seen.name_since or here.at, here.at)
            seen = replace(seen, name=look.name, name_seen=_newer(seen.name_seen, look), name_since=first)
        elif here.at > seen.name_seen.at:
            seen = replace(seen, name=look.name, name_seen=here, name_since=here.at, previous_name=seen.name)
    if look.verified_body and ClaimType.BODY in look.proves:
        if seen.body_seen is None or look.verified_body == seen.verified_body:
            first = min(seen.body_since or here.at, here.at)
            body_seen = _newer(seen.body_seen, look)
            return replace(seen, verified_body=look.verified_body, body_seen=body_seen, body_since=first)
        if here.at > seen.body_seen.at:
            return replace(seen, verified_body=look.verified_body, body_seen=here, body_since=here.at)
    return seen


def _dated(look: Observation) -> list[tuple[datetime, Post]]:
    """Own posts with a date that can be true. A year that nobody knows is no date."""
    posts = ((post.published_at, post) for post in look.posts if post.is_dated(look.observed_at))
    return [(when, post) for when, post in posts if when and when <= look.observed_at + FUTURE]


def _with_posts(seen: AccountState, look: Observation) -> AccountState:
    """The newest post ever seen, with the look that first showed it, and the runs of posts."""
    dated = _dated(look)
    if not dated:
        return seen
    when, newest = max(dated, key=lambda each: each[0])
    seen = replace(seen, runs=_runs(seen, {latest_possible(at, post.precision) for at, post in dated}))
    if seen.last_post_at and when <= seen.last_post_at:
        return seen
    here = DatedEvidence.of(look)
    return replace(
        seen,
        last_post_at=when,
        last_post=here,
        last_post_precision=newest.precision,
        last_post_kind=evidence_kind(look),
    )


def evidence_kind(look: Observation) -> EvidenceKind:
    """How a page was come by: under the account's own authorisation, or as anybody sees it."""
    official = look.source == AUTHORISED or look.source.startswith(f"{AUTHORISED}_")
    return EvidenceKind.OFFICIAL if official else EvidenceKind.PUBLIC


def _runs(seen: AccountState, instants: set[datetime]) -> tuple[tuple[datetime, datetime], ...]:
    """The known runs with more posts: whatever lies at most a week apart is one run."""
    joined: list[tuple[datetime, datetime]] = []
    for first, last in sorted((*seen.runs, *((instant, instant) for instant in instants))):
        if joined and first - joined[-1][1] <= RUN:
            joined[-1] = joined[-1][0], max(joined[-1][1], last)
        else:
            joined.append((first, last))
    return tuple(joined[-RUNS_KEPT:])


def _with_silence(seen: AccountState, look: Observation) -> AccountState:
    """Only a source that would have shown newer posts can show that there are none."""
    if ClaimType.INACTIVE not in look.proves or not (look.account_id or look.source == AUTHORISED):
        return seen
    own = [(when, post) for when, post in _dated(look) if not post.pinned]
    if look.outcome is Outcome.EMPTY:
        seen = replace(seen, empty=_newer(seen.empty, look))
        reaches = look.observed_at - WHOLE
    elif own:
        whole = look.post_count is not None and len(look.posts) >= look.post_count
        oldest = min(latest_possible(when, post.precision) for when, post in own)
        reaches = look.observed_at - WHOLE if whole else oldest
    else:
        return seen
    shown = _newer(seen.silence_shown, look)
    kind = evidence_kind(look) if shown.at == look.observed_at else seen.silence_kind
    seen = replace(seen, silence_shown=shown, silence_kind=kind)
    return _listed(seen, reaches, look.observed_at)


def _listed(seen: AccountState, start: datetime, end: datetime) -> AccountState:
    """Join a list's span to the known one where they overlap; of two that do not, keep the later."""
    if seen.listed_from is None or seen.listed_to is None or start > seen.listed_to:
        return replace(seen, listed_from=start, listed_to=end)
    if end < seen.listed_from:
        return seen
    return replace(seen, listed_from=min(start, seen.listed_from), listed_to=max(end, seen.listed_to))
