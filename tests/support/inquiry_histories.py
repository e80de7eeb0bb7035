"""Random years of four accounts whose owners are asked, over a real database, and what must hold after every step.

``python -m tests.support.inquiry_histories --count 10000`` runs seeded histories. Pages are the world's own; what they
are worth is for the program to say.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import event

from crawler.observe.ownership import owned
from crawler.page.page import Page
from monitors.app_context import AppContext
from monitors.jobs import inquiry_answers, letters
from monitors.jobs.check import check
from monitors.jobs.inquiries import inquire, link_of, opened_by
from monitors.jobs.statements import Picture
from monitors.jobs.surveys import close_survey
from monitors.jobs.sweep import target_of
from monitors.policy_registry import policies_of
from monitors.settings import Settings, load_settings
from rules.accounts.state import apply_observation
from rules.accounts.statements import InvalidStatement
from rules.cases.case import CaseError
from rules.cases.signing import Signatory
from rules.coverage import UPDATE_RULE
from rules.inquiries import AnswerKind, Inquiry, InquiryError, renew_link
from rules.model import BEIJING, ClaimType, EvidenceKind, Filing, Observation, Outcome, Platform, Post, Statement
from rules.people import PeopleError
from rules.policies.schema import Policy
from storage.cases import CaseTransaction
from storage.database import StorageError
from storage.evidence import EvidenceArchive
from storage.filings import key_of
from storage.inquiries import InquiryRepository
from storage.notices import NoticeState
from storage.observations import ObservationRepository
from storage.store import Store
from tests.support.databases import place_database
from tests.support.history_runs import MEMORY, Crash, dying, run_many, unsafe_and_fast
from tests.support.inquiry_law import InquiryLaw, Link

START = datetime(2026, 3, 2, 9, 0, tzinfo=BEIJING)
SIGNER = Signatory(display="王部长", user="wang", post="部长")
STAFF, OWNERS = ("陈老师", "赵老师"), ("张示例", "张示例", "张示例", "王示例")
REFUSALS = (InquiryError, InvalidStatement, CaseError, PeopleError, StorageError)
PLATFORMS = (Platform.WECHAT, Platform.WECHAT, Platform.DOUYIN, Platform.WEIBO)
ADDRESS = {
    Platform.WECHAT: "https://mp.weixin.qq.com/s/{}",
    Platform.DOUYIN: "https://www.douyin.com/video/{}",
    Platform.WEIBO: "https://m.weibo.cn/status/{}",
}
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 40


@cache
def _settings() -> Settings:
    return load_settings(data=Path(tempfile.mkdtemp()), base_url="https://xm.example.edu.cn")


@cache
def _policies() -> Mapping[str, Policy]:
    """The demonstration's policy, of which only the clauses about updates are asked."""
    policy = policies_of(_settings())["demo"]
    return {"demo": policy.model_copy(update={"clauses": tuple(c for c in policy.clauses if c.rule == UPDATE_RULE)})}


def _filing(n: int) -> Filing:
    ids = {
        Platform.WECHAT: f"gh_{n + 1:012x}",
        Platform.DOUYIN: f"MS4wLjABAAAA{n:032d}",
        Platform.WEIBO: f"900000000{n}",
    }
    return Filing(
        id=f"D{n}", school="demo", platform=PLATFORMS[n], name=f"示范大学示例账号{n}号", unit="图书馆" if n < 3 else "校团委",
        account_id=ids[PLATFORMS[n]], opened_at=date(2021, 1, 4), filed_at=date(2021, 1, 5), first_owner=OWNERS[n],
        direct_owner=OWNERS[n], direct_owner_is_staff=True,
        emails=("zhang@example.edu.cn" if n < 3 else "wang@example.edu.cn",),
    )  # fmt: skip


FILINGS = tuple(_filing(n) for n in range(4))


class World:
    """Four accounts of two owners, two members of staff, a signer, a clock, and the truth about every post."""

    def __init__(self, folder: Path, chance: Random) -> None:
        """Each account has one post, of some day of the last hundred."""
        self.now, self.chance = START, chance
        settings, store = _settings().model_copy(update={"data": folder}), Store(place_database(folder))
        event.listen(store.database.engine, "connect", unsafe_and_fast)
        self.context = AppContext(settings, store, lambda: self.now)
        self.context.policies = _policies()
        self.posts = [[START - timedelta(days=chance.randrange(5, 100))] for _ in FILINGS]
        self.keys = [key_of(filing) for filing in FILINGS]
        self.law = InquiryLaw(folder / "xunjian.db", self.context, self.keys, self.posts)
        self.kinds: Counter[str] = Counter()
        self.links: list[Link] = []
        store.filings.save(FILINGS, by="测试", now=self.now)
        self.checks()
        close_survey(self.context, "demo", by="陈老师", drafts_from=self.now.date())

    # What the world shows

    def _look(self, n: int, posts: Sequence[datetime], *, of: int | None = None, shows: ClaimType) -> Observation:
        """A page about account ``n`` as it was asked for; ``of``: whose page it really is."""
        own, filing = FILINGS[n if of is None else of], FILINGS[n]
        url = ADDRESS[filing.platform].format(f"p{posts[-1]:%Y%m%d%H%M}")
        seen = Observation(
            platform=filing.platform, source="page", url=url, observed_at=self.now, outcome=Outcome.OK, name=own.name,
            account_id=own.account_id, proves=shows, evidence=f"e-{n}-{self.now:%Y%m%d%H%M}",
            posts=tuple(Post(id=f"p{at:%Y%m%d%H%M}", url=url, published_at=at) for at in posts),
        )  # fmt: skip
        return owned(target_of(filing), Page(url=url, body=b"", fetched_at=self.now), seen)

    def _walled(self, n: int, url: str = "", outcome: Outcome = Outcome.BLOCKED) -> Observation:
        return Observation(
            platform=PLATFORMS[n], source="page", url=url, observed_at=self.now, outcome=outcome, proves=ClaimType.NONE
        )

    def _record(self, n: int, look: Observation) -> Observation:
        run = f"r-{n}-{self.now:%Y%m%d%H%M%S}-{self.chance.getrandbits(40)}"
        try:
            self.context.store.observations.record(run, [(self.keys[n], look)], apply_observation)
        finally:
            if self.context.store.observations.of_run(run):
                self.law.looked(n, look)
        return look

    def posts_now(self, n: int) -> None:
        if self.now > self.posts[n][-1]:
            self.posts[n].append(self.now)

    def sweeps(self) -> None:
        """Each account is looked at: mostly walls where the platform has them, somebody else's page now and then."""
        for n, platform in enumerate(PLATFORMS):
            roll, shown = self.chance.random(), [at for at in self.posts[n] if at <= self.now][-3:]
            if platform is Platform.WEIBO and roll < 0.7 and shown:
                self._record(n, self._look(n, shown, shows=ClaimType.ACTIVE | ClaimType.INACTIVE | ClaimType.NAME))
            elif roll < 0.1 and shown:
                self._record(n, self._look(n, shown, shows=ClaimType.ACTIVE))
            elif roll < 0.2:
                self._record(n, self._look(n, [self.now], of=(n + 1) % 2 if n < 2 else None, shows=ClaimType.NONE))
            else:
                self._record(n, self._walled(n))

    # What people do

    def asks(self) -> None:
        for _ in range(1 + (self.chance.random() < 0.2)):
            inquire(self.context, "demo", self.now, any_day=True)
        for inquiry in self.context.store.inquiries.all(school="demo"):
            if inquiry.owner and self.chance.random() < 0.5:
                self._keeps_link(inquiry)

    def _keeps_link(self, inquiry: Inquiry) -> None:
        token = link_of(self.context, inquiry).rpartition("/")[2]
        self.links.append(Link(token, inquiry.number, inquiry.account, inquiry.serial, inquiry.expires_at))

    def opens_links(self) -> None:
        """Old links, and links that somebody changed; the newest are the likeliest."""
        for link in self.links[-4:] + self.chance.sample(self.links, min(2, len(self.links))):
            self.law.opened(link, opened_by(self.context, link.token), self.now)
        if self.links:
            token = self.chance.choice(self.links).token
            cut, other = self.chance.randrange(len(token)), self.chance.choice(self.links).token
            for forged in (
                token[:cut] + ("A" if token[cut] != "A" else "B") + token[cut + 1 :],
                token[:cut] + other[cut:],
            ):
                if forged not in {link.token for link in self.links}:
                    found = opened_by(self.context, forged)
                    # Of the last character some bits are of no byte of the link.
                    assert found is None or forged[:-1] in {link.token[:-1] for link in self.links}, "a forged link"

    def revokes(self, pick: int) -> None:
        if inquiry := self._any(pick):
            change = self.context.store.inquiries.change
            self._try("revoke", lambda: change(inquiry.number, renew_link, self.now, "inquiry.renew"))

    def _any(self, pick: int) -> Inquiry | None:
        """Mostly one that waits; sometimes one long settled, as a replay does."""
        known = self.context.store.inquiries.all(school="demo")
        waiting = [each for each in known if each.takes_answers or each.declaration]
        some = waiting if waiting and self.chance.random() < 0.85 else known
        return some[pick % len(some)] if some else None

    def answers(self, how: str, pick: int) -> None:
        """What an owner may give, true or not."""
        if not (inquiry := self._any(pick)):
            return
        n, at = self.keys.index(inquiry.account), self.context
        acts: dict[str, Callable[[], object]] = {
            "declare": lambda: self._declares(n, inquiry),
            "take back": lambda: self._takes_back(n, inquiry),
            "ended": lambda: inquiry_answers.tell_change(at, inquiry, AnswerKind.ENDED, OWNERS[n], "已停用"),
            "foreign": lambda: inquiry_answers.tell_change(at, inquiry, AnswerKind.FOREIGN, OWNERS[n], ""),
            "picture": lambda: inquiry_answers.attach_picture(at, inquiry, Picture(PNG), OWNERS[n]),
        }
        self._try(how, acts.get(how, lambda: self._pastes(n, inquiry, how)))

    def _pastes(self, n: int, inquiry: Inquiry, how: str) -> None:
        """A link: to the newest or the first post, another account's, a deleted one, a draft, a wall, a post re-dated."""
        newest = max((at for at in self.posts[n] if at <= self.now), default=self.posts[n][0])
        given = ADDRESS[PLATFORMS[n]].format(f"p{newest:%Y%m%d%H%M}") + ("?tempkey=x" if how == "draft" else "")

        async def look_at(_context: AppContext, _key: str, _filing: Filing, urls: Sequence[str]) -> list[Observation]:
            return [self._record(n, replace(self._linked(n, how, newest), url=url)) for url in urls]

        asyncio.run(inquiry_answers.answer_with_links(self.context, inquiry, given, OWNERS[n], look_at=look_at))

    def _linked(self, n: int, how: str, newest: datetime) -> Observation:
        known = self.law.shown_ids[n]
        match how:
            case "newest" | "draft":
                return self._look(n, [newest], shows=ClaimType.ACTIVE)
            case "oldest":
                return self._look(n, [self.posts[n][0]], shows=ClaimType.ACTIVE)
            case "another's" if n < 2:
                return self._look(n, [self.now], of=1 - n, shows=ClaimType.ACTIVE)
            case "re-dated" if known:
                copy = self._look(n, [self.now], shows=ClaimType.ACTIVE)
                return replace(copy, posts=(replace(copy.posts[0], id=self.chance.choice(sorted(known))),))
            case "deleted":
                return self._walled(n, outcome=Outcome.GONE)
        return self._walled(n)

    def _declares(self, n: int, inquiry: Inquiry) -> None:
        last = self.chance.choice((None, self.now.date() - timedelta(days=self.chance.randrange(5, 120))))
        after = inquiry_answers.declare_silence(self.context, inquiry, OWNERS[n], last)
        self._remembers(n, after.answers[-1].evidence)

    def _takes_back(self, n: int, inquiry: Inquiry) -> None:
        declared = inquiry.declaration
        inquiry_answers.withdraw_declaration(self.context, inquiry, OWNERS[n])
        if declared:
            self.law.taken_back(n, declared.evidence)

    def finds_words(self) -> None:
        """The words that an act left behind before it died."""
        for n, key in enumerate(self.keys):
            for said in self._statements(key):
                if said.none_since and said.evidence not in {voice.evidence for voice in self.law.voices[n]}:
                    self.law.heard(n, said)

    def _remembers(self, n: int, evidence: str) -> None:
        for said in self._statements(self.keys[n]):
            if said.evidence == evidence:
                self.law.heard(n, said)

    def watches(self, n: int, pick: int) -> None:
        """A member of staff opens an account on a phone, and now and then looks at the wrong one."""
        shown = [at for at in self.posts[n] if at <= self.now]
        if not shown or self.now < START:
            return
        wrong = self.chance.random() < 0.1
        day = shown[-1].date() if not wrong else self.now.date() - timedelta(days=self.chance.randrange(3, 100))
        named: dict[str, Any] = {"none_since": day} if self.chance.random() < 0.5 else {"newest": day}
        said = Statement(kind=EvidenceKind.MANUAL, by=STAFF[pick % 2], at=self.now, **named)
        self._try("look", lambda: self._watched(n, said))

    def _watched(self, n: int, said: Statement) -> None:
        kept = inquiry_answers.observe(self.context, FILINGS[n], self.keys[n], said).statement
        self._remembers(n, kept.evidence)

    def confirms(self, pick: int) -> None:
        """Somebody of the staff stands by a statement that waits, without looking hard."""
        at = [(n, said) for n, key in enumerate(self.keys) for said in self._statements(key) if not said.confirms]
        if at:
            n, said = at[pick % len(at)]
            by = self.chance.choice((*STAFF, OWNERS[n]))
            self._try("confirm", lambda: self._stands_by(n, said.evidence, by))

    def _stands_by(self, n: int, evidence: str, by: str) -> None:
        kept = inquiry_answers.confirm_statement(self.context, FILINGS[n], self.keys[n], evidence, by).statement
        self._remembers(n, kept.evidence)

    def _statements(self, key: str) -> tuple[Statement, ...]:
        seen = self.context.store.observations.states([key], self.now).get(key)
        return seen.statements if seen else ()

    # The ladder

    def checks(self) -> None:
        check(self.context, "demo", self.now)

    def signs(self, pick: int) -> None:
        """The signer opens a draft and signs it."""
        drafts = [row for row in self.context.store.outbox.all() if row.state is NoticeState.DRAFT and row.case_number]
        if drafts:
            row = drafts[pick % len(drafts)]
            seen = letters.facts_read(self.context, row.id)
            self._try("sign", lambda: letters.sign(self.context, row.id, SIGNER, seen=seen))

    def passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    def _try(self, what: str, act: Callable[[], object]) -> None:
        try:
            act()
            self.kinds[what] += 1
        except REFUSALS:
            self.kinds[f"refused {what}"] += 1

    def judge(self) -> None:
        self.law.judge()

    def ends(self) -> None:
        self.law.close()
        self.context.store.close()


WRITES = (
    (InquiryRepository, "change"), (InquiryRepository, "post"), (ObservationRepository, "record"),
    (EvidenceArchive, "append_resource"), (CaseTransaction, "write"),
)  # fmt: skip
ANSWERS = (
    "newest", "newest", "oldest", "another's", "another's", "re-dated", "deleted", "draft", "wall", "declare", "declare",
    "declare", "take back", "ended", "foreign", "picture",
)  # fmt: skip


def step(world: World, chance: Random) -> None:
    """One thing that may happen, and in every sixteenth a crash in it."""
    if chance.random() < 0.06:
        try:
            with dying(1 + chance.randrange(3), WRITES, after=chance.random() < 0.5):
                _happens(world, chance)
        except Crash:
            world.kinds["crash"] += 1
            world.finds_words()
        return
    _happens(world, chance)


def _happens(world: World, chance: Random) -> None:
    pick, roll = chance.randrange(12), chance.random()
    if roll < 0.20:
        world.passes(chance.choice((1, 60, 60 * 24, 60 * 24 * 3, 60 * 24 * 8, 60 * 24 * 25, 60 * 24 * 60, -3)))
    elif roll < 0.26:
        world.posts_now(pick % 4)
    elif roll < 0.34:
        world.sweeps()
    elif roll < 0.44:
        world.asks()
    elif roll < 0.66:
        world.answers(chance.choice(ANSWERS), pick)
    elif roll < 0.74:
        world.watches(pick % 4, pick)
    elif roll < 0.84:
        world.confirms(pick)
    elif roll < 0.87:
        world.revokes(pick)
    elif roll < 0.96:
        world.checks()
    else:
        world.signs(pick)


def run(seed: int, length: int = 40) -> World:
    """One seeded history."""
    chance = Random(seed)
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        world = World(Path(folder), chance)
        world.sweeps()
        world.asks()
        for _ in range(length):
            step(world, chance)
            if chance.random() < 0.4:
                world.opens_links()
            world.judge()
        world.kinds.update(f"inquiry {each.state.value}" for each in world.context.store.inquiries.all(school="demo"))
        world.kinds.update(f"case {case.state.value}" for case in world.context.store.cases.all("demo"))
        world.ends()
    return world


def counted(seed: int, length: int) -> Counter[str]:
    """What happened in one history."""
    return run(seed, length).kinds


if __name__ == "__main__":
    run_many(counted, __doc__ or "")
