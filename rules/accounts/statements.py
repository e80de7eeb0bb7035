"""What persons state of an account: kept beside what its pages show, counted only as far as it was confirmed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from rules.calendar import day_of, end_of
from rules.model import AccountState, DatedEvidence, EvidenceKind, Observation, Statement

KEPT = 8
"""Statements of one account that are remembered; the observations have them all."""
WORD_COUNTS = timedelta(days=7)
"""How long a unit's bare word that something was published is taken for it: until the next look, and never longer."""
TOGETHER = timedelta(days=31)
"""Statements further apart speak of different times: what was so a month ago confirms nothing today."""
MISDATED = timedelta(days=2)
"""A page that dates a post so far from what was stated of it disproves the statement."""


class InvalidStatement(ValueError):
    """A statement that cannot be kept. Raised by `monitors.jobs.statements`; the command prints the sentence and exits 2,
    the page shows it."""


def with_statement(seen: AccountState, said: Statement) -> AccountState:
    """One more statement, or one fewer: who withdraws takes back both the statement and what stood by it."""
    if said.withdraws:
        rest = [each for each in seen.statements if said.withdraws not in (each.evidence, each.confirms)]
        return replace(seen, statements=tuple(rest))
    known = [each for each in seen.statements if each != said]
    return replace(seen, statements=tuple(sorted([*known, said], key=lambda each: each.at)[-KEPT:]))


def without_disproved(seen: AccountState, look: Observation) -> AccountState:
    """After a page of the account was read: a bare word has had its time, a post bears its own date, and a post that
    lies in a stated silence ends the statement."""
    kept = tuple(said for said in seen.statements if not _disproved(said, look))
    return seen if kept == seen.statements else replace(seen, statements=kept)


def _disproved(said: Statement, look: Observation) -> bool:
    if said.newest and said.kind is EvidenceKind.DECLARED and look.observed_at > said.at:
        return True
    for post in look.posts:
        if not post.published_at or not post.is_dated(look.observed_at):
            continue
        same = said.url and said.url in (post.url, look.url)
        if said.newest and same and abs(post.published_at - end_of(said.newest)) > MISDATED:
            return True
        if said.none_since and end_of(said.none_since) < post.published_at <= said.at:
            return True
    return False


def newest_stated(seen: AccountState, now: datetime) -> Statement | None:
    """The statement that names the newest post: by staff, or by the unit not long ago."""
    counted = [
        said
        for said in seen.statements
        if said.newest
        and said.newest <= day_of(said.at)
        and (said.kind is EvidenceKind.MANUAL or timedelta() <= now - said.at <= WORD_COUNTS)
    ]
    return max(counted, key=lambda said: (said.newest, said.at), default=None)


def words_turn(seen: AccountState) -> tuple[datetime, ...]:
    """When a unit's bare words begin to count, and when they cease to."""
    words = [said.at for said in seen.statements if said.newest and said.kind is EvidenceKind.DECLARED]
    return tuple(turn for at in words for turn in (at, at + WORD_COUNTS + timedelta.resolution))


@dataclass(frozen=True, slots=True)
class StatedSilence:
    """A silence that persons stated: since the end of which day, by whom, and whether enough of them stand by it."""

    since: datetime
    statements: tuple[Statement, ...]
    confirmed: bool

    @property
    def looks(self) -> tuple[DatedEvidence, ...]:
        """The records of the statements, the newest of the staff's last: the silence is established as of then, whatever
        the unit goes on to say."""
        ordered = sorted(self.statements, key=lambda said: (_by_staff(said), said.at))
        return tuple(DatedEvidence(at=said.at, evidence=said.evidence) for said in ordered)

    @property
    def words(self) -> str:
        """How it was established, as a notice says it."""
        declared = [said for said in self.statements if not _by_staff(said)]
        standing = [said.by for said in self.statements if said.confirms]
        seen = dict.fromkeys(said.by for said in self.statements if said.kind is EvidenceKind.MANUAL)
        parts = [f"责任单位{said.by}于{_day(said.at)}声明没有更新" for said in declared[-1:]]
        parts += [f"经{'、'.join(dict.fromkeys(standing))}确认"] if standing else []
        parts += [f"经{'、'.join(seen)}人工查看"] if seen else []
        return "，".join(parts)


def stated_silence(
    seen: AccountState,
    last: datetime | None,
    kinds: Collection[EvidenceKind],
    deadline: Callable[[datetime], datetime],
    *,
    resumed: datetime | None = None,
) -> StatedSilence | None:
    """The silence stated after its own deadline, where no known post (``last``) contradicts it. Whoever names a newer
    post, the silence is counted from that one, and from the day on which the account was put back into service
    (``resumed``): words that were spoken before that deadline say too little.

    It is confirmed by two members of staff, or by the unit and one: a unit's own people do not confirm one another.
    """
    named = [end_of(said.newest) for said in seen.statements if said.newest and said.newest <= day_of(said.at)]
    named += [resumed] if resumed else []
    counted = [said for said in seen.statements if _reaches(said, last, named, kinds, deadline)]
    counted = [said for said in counted if counted[-1].at - said.at <= TOGETHER]
    if not counted:
        return None
    since = max([*named, *(end_of(said.none_since) for said in counted if said.none_since)])
    staff = {said.by for said in counted if _by_staff(said)}
    unit = {said.by for said in counted if not _by_staff(said)}
    return StatedSilence(since, tuple(counted), len(staff) > 1 or bool(unit and staff - unit))


def _by_staff(said: Statement) -> bool:
    return said.kind is EvidenceKind.MANUAL or bool(said.confirms)


def _reaches(
    said: Statement,
    last: datetime | None,
    named: Sequence[datetime],
    kinds: Collection[EvidenceKind],
    deadline: Callable[[datetime], datetime],
) -> bool:
    if said.none_since is None or said.kind not in kinds:
        return False
    begins = end_of(said.none_since)
    return (last is None or last <= begins) and said.at > deadline(max([begins, *named]))


def _day(at: datetime) -> str:
    day = day_of(at)
    return f"{day.year}年{day.month}月{day.day}日"
