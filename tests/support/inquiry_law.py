"""What must hold of inquiries, statements and the cases built on them, told from the world's truth and the tables."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from monitors.app_context import AppContext
from rules.calendar import Period, china_calendar, end_of
from rules.cases.case import CaseEvent, EventKind
from rules.inquiries import AnswerKind, Inquiry, InquiryState
from rules.model import ClaimType, EvidenceKind, Observation, Outcome, Statement
from storage.serialization import load

LIMIT, TOGETHER = Period.parse("2个月"), timedelta(days=31)
SETTLED = (InquiryState.VERIFIED, InquiryState.CLOSED)
ACCUSING = (EventKind.OPENED, EventKind.APPROVED, EventKind.ISSUED)


@dataclass(frozen=True)
class Voice:
    """Somebody's word that nothing was published since a day; ``confirms``: the word it stands by."""

    evidence: str
    by: str
    staff: bool
    none_since: date
    at: datetime
    confirms: str


@dataclass(frozen=True)
class Link:
    """A link that somebody holds."""

    token: str
    number: str
    account: str
    serial: int
    expires_at: datetime


def over(since: datetime) -> datetime:
    """When the limit of a silence is over."""
    return china_calendar().deadline(since, LIMIT).at


class InquiryLaw:
    """The books of somebody who saw every page and heard every word, beside those of the program."""

    def __init__(self, file: Path, context: AppContext, keys: Sequence[str], posts: Sequence[list[datetime]]) -> None:
        """``posts``: the truth, which grows."""
        self._db, self._version = sqlite3.connect(file), 0
        self._context, self._keys, self._posts = context, list(keys), posts
        self.voices: defaultdict[int, list[Voice]] = defaultdict(list)
        self.shown_ids: defaultdict[int, set[str]] = defaultdict(set)
        self._shown: defaultdict[int, list[datetime]] = defaultdict(list)
        self._named: defaultdict[int, list[datetime]] = defaultdict(list)
        self._silences: defaultdict[int, list[datetime]] = defaultdict(list)
        self._settled: dict[str, str] = {}
        self._events = 0

    # What the program was shown and told

    def looked(self, n: int, look: Observation) -> None:
        """A page was recorded for an account."""
        if look.outcome is not Outcome.OK:
            return
        own = [post for post in look.posts if post.published_at in self._posts[n]]
        self.shown_ids[n] |= {post.id for post in own}
        self._shown[n] += [post.published_at for post in own if post.published_at]
        if ClaimType.INACTIVE in look.proves:
            self._silences[n].append(look.observed_at)

    def heard(self, n: int, said: Statement) -> None:
        """Somebody's word about an account was kept; staff name a post, or stand by a word, under their own names."""
        staff = said.kind is EvidenceKind.MANUAL or bool(said.confirms)
        if said.newest:
            self._named[n].append(end_of(said.newest))
        if said.none_since:
            self.voices[n].append(Voice(said.evidence, said.by, staff, said.none_since, said.at, said.confirms))

    def taken_back(self, n: int, evidence: str) -> None:
        """A word was taken back, and what stood by it."""
        self.voices[n] = [voice for voice in self.voices[n] if evidence not in (voice.evidence, voice.confirms)]

    # What must hold

    def opened(self, link: Link, found: Inquiry | None, now: datetime) -> None:
        """A link opens its own inquiry, while it may, and nothing else ever."""
        if found:
            assert (found.number, found.account, found.serial) == (link.number, link.account, link.serial)
            assert now <= link.expires_at
            assert found.state not in SETTLED
        else:
            known = self._context.store.inquiries.one(link.number)
            assert known is None or known.state in SETTLED or known.serial != link.serial or now > link.expires_at

    def judge(self) -> None:
        """Everything that must hold, where anything was written."""
        (version,) = self._db.execute("PRAGMA data_version").fetchone()
        if version != self._version:
            self._version = version
            self._inquiries()
            self._mail()
            self._accusations()

    def _inquiries(self) -> None:
        asked = self._context.store.inquiries.all(school="demo")
        for each in asked:
            said = str(each.state)
            assert self._settled.get(each.number, said) == said, f"{each.number} was settled and is not"
            if each.state in SETTLED:
                self._settled[each.number] = said
            own = self._posts[self._keys.index(each.account)]
            for answer in each.answers:
                if answer.accepted and answer.kind is AnswerKind.LINK:
                    assert answer.newest in own, f"{each.number} takes a post that is not its account's"
                    assert over(answer.newest) >= answer.at, f"{each.number} takes an old post for a new one"
        waiting = [each.account for each in asked if each.state.waits]
        assert len(waiting) == len(set(waiting)), "an account is asked about twice at a time"

    def _mail(self) -> None:
        rows = self._db.execute("SELECT id FROM notice WHERE document_type = 'inquiry'").fetchall()
        assert len({id for (id,) in rows}) == len(rows), "one letter to one mailbox and day"

    def _accusations(self) -> None:
        query = "SELECT id, case_number, document FROM case_event WHERE id > ? ORDER BY id"
        fresh = self._db.execute(query, (self._events,)).fetchall()
        for id, number, document in fresh:
            self._events, told = id, load(CaseEvent, document)
            if told.kind not in ACCUSING:
                continue
            case = self._context.store.cases.get(number)
            assert case
            n = self._keys.index(case.account)
            for evidence in case.evidence:
                whose = self._db.execute("SELECT key FROM observation WHERE evidence = ?", (evidence,)).fetchall()
                assert {key for (key,) in whose} == {case.account}, f"{number} rests on evidence of another account"
            self._stands(n, told, number)

    def _stands(self, n: int, told: CaseEvent, number: str) -> None:
        """An account is accused on its own pages or on enough people's words about itself, and never against a post of
        its own that the program knows."""
        page = max((at for at in self._shown[n] if at <= told.at), default=None)
        newest = max((at for at in (page, *self._named[n]) if at and at <= told.at), default=None)
        assert newest is None or over(newest) < told.at, f"{number}: the program had seen a newer post"
        assert self._paged(n, page) or self._spoken(n, page, newest), f"{number} rests on too little"

    def _paged(self, n: int, newest: datetime | None) -> bool:
        return newest is not None and any(over(newest) < at for at in self._silences[n])

    def _spoken(self, n: int, page: datetime | None, newest: datetime | None) -> bool:
        """Two people, each of whom spoke when the silence since the newest post that anybody named was too long."""
        heard = [
            voice for voice in self.voices[n]
            if over(max(end_of(voice.none_since), newest or end_of(voice.none_since))) < voice.at
            and (page is None or page <= end_of(voice.none_since))
        ]  # fmt: skip
        return any(
            voice.staff and other.by != voice.by and abs(voice.at - other.at) <= TOGETHER
            for voice in heard
            for other in heard
        )

    def close(self) -> None:
        """Give the connection back."""
        self._db.close()
